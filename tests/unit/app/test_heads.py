"""Files of signed heads: a line that broke off when the power went costs itself and no other."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.heads import Signer, append_to, check, read_file
from app.keyfile import KeyFile

AT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize("torn", [1, 40, -1])
@pytest.mark.parametrize("before", [0, 3])
def test_a_line_that_broke_off_gives_way_to_the_next(tmp_path: Path, before: int, torn: int) -> None:
    signer, zero = Signer(KeyFile(tmp_path / "keys.json")), bytes(32)

    def add(seq: int) -> None:
        row = {"seq": seq, "hash": zero, "audit_seq": 0, "audit_hash": zero, "at": AT}
        append_to(tmp_path / "heads", signer.sign("r", row), AT)

    for seq in range(before + 1):
        add(seq)
    (file,) = (tmp_path / "heads").iterdir()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:before]) + lines[before][:torn])
    assert len(read_file(file)) == before
    add(99)
    assert [head.seq for head in check(read_file(file), signer.public_key())] == [*range(before), 99]
