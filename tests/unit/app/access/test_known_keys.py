"""The copy of the keys on disk: another release's, or one that was touched, is no reason not to start."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from app.access.known_keys import KnownKeys
from app.keyfile import KeyFile
from app.sealing import Sealer


def test_a_copy_of_another_release_or_a_touched_one_is_not_used(tmp_path: Path) -> None:
    sealer, path = Sealer(KeyFile(tmp_path / "keys.json"), "r"), tmp_path / "known"
    body = msgspec.msgpack.encode({"written_at": datetime.now(UTC), "region": "r", "keys": [["k1", "psap", "one"]]})
    for data in (sealer.digest("known keys", body) + body, b"0" * 32 + body, b""):
        path.write_bytes(data)
        assert KnownKeys(cast("Any", None), "r", path, sealer)._by_id == {}
    path.unlink()
    path.mkdir()  # nor is one that cannot be read
    assert KnownKeys(cast("Any", None), "r", path, sealer)._by_id == {}
