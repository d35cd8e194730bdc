"""What a device's bytes say. A device adds one module with `NAME`, `MODELS` and `decode`, and a line in `ALL`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.interop.lorawan.decoders import dragino_trackerd, generic, milesight_ws101, netvox_r312a
from app.interop.lorawan.decoders.decoded import Decoded


@dataclass(frozen=True, slots=True)
class Decoder:
    """`models` are parts of what networks call the device's model, letters and digits only."""

    name: str
    models: tuple[str, ...]
    decode: Callable[[int, bytes], Decoded | None]


ALL: Final[Mapping[str, Decoder]] = {
    module.NAME: Decoder(module.NAME, module.MODELS, module.decode)
    for module in (netvox_r312a, dragino_trackerd, milesight_ws101, generic)
}
NAMES: Final = tuple(ALL)


def choose(name: str | None, models: tuple[str, ...]) -> Decoder | None:
    """Return the decoder bound to the device, else the one of the model the network names; None when nobody said."""
    if name is not None:
        return ALL.get(name)
    plain = ["".join(c for c in model if c.isalnum()).lower() for model in models]
    return next((d for d in ALL.values() if any(part in model for part in d.models for model in plain)), None)


def decode(
    name: str | None, models: tuple[str, ...], port: int, data: bytes, decoded_by_network: Any
) -> Decoded | None:
    """Return what an uplink says: by our own decoder, else as the network decoded it; None when nobody can read it."""
    decoder = choose(name, models)
    found = decoder.decode(port, data) if decoder is not None else None
    if found is None and isinstance(decoded_by_network, dict):
        found = generic.read(decoded_by_network)
    return found
