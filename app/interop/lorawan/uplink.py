"""What both network servers have in common: finding out what an uplink says, and how well it was heard."""

from collections.abc import Iterable
from typing import Any, Final

from app.intake.lenient import clean
from app.interop.lorawan.decoders.decoded import Decoded
from app.interop.reading import Findings
from app.interop.tower.message import Vitals

DECODER_TAG: Final = "decoder"
TOWER_TAGS: Final = ("tower_id", "tower", "sign_id", "sign")
NAME_CHARS_MAX: Final = 64
Link = tuple[float | None, float | None]  # RSSI in dBm and SNR in dB at one gateway


def vitals_of(found: Decoded | None, links: Iterable[tuple[float | None, float | None]], **more: Any) -> Vitals:
    """Return what the payload and the best of the gateways say of the device."""
    heard = list(links)
    strengths = [rssi for rssi, _ in heard if rssi is not None]
    ratios = [snr for _, snr in heard if snr is not None]
    said: dict[str, Any] = {
        "rssi_dbm": max(strengths, default=None),
        "snr_db": max(ratios, default=None),
        "gateways": len(heard) or None,
    }
    if found is not None:
        names = ("battery_percent", "battery_v", "external_power", "solar_v", "temperature_c")
        said |= {name: getattr(found, name) for name in names}
    return Vitals(**(said | {name: value for name, value in more.items() if value is not None}))


def names_of(tags: Any, *others: Any) -> tuple[str, ...]:
    """Return what the network calls the tower: its tags first, then the device's name and id."""
    tagged = [tags.get(tag) for tag in TOWER_TAGS] if isinstance(tags, dict) else []
    found = [clean(name).strip()[:NAME_CHARS_MAX] for name in (*tagged, *others) if isinstance(name, str)]
    return tuple(dict.fromkeys(name for name in found if name))


def tell(findings: Findings, found: Decoded | None, data: bytes) -> None:
    """Note what the payload was understood to say."""
    if found is None:
        if data:
            findings.warn("payload", "no decoder can read it")
        else:
            findings.take("a heartbeat")
        return
    findings.extend(found.warnings)
    findings.take("a pressed button" if found.pressed else "a heartbeat")
    for name in ("tamper", "low_battery", "battery_percent", "battery_v", "solar_v", "external_power", "temperature_c"):
        if getattr(found, name) is not None:
            findings.take(name)
