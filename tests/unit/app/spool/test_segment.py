"""A file of the spool gives back every record that was synced, whatever a crash left behind it."""

import os
from pathlib import Path

import pytest

from app.spool.segment import Segment, read_records

BODIES = [b"first", b"AUXS in the middle", bytes(range(256)) * 40]


def written(folder: Path) -> bytes:
    segment = Segment.create(folder / "1.spool")
    segment.append(BODIES[:1])
    segment.append(BODIES[1:])
    segment.end()
    return segment.path.read_bytes()


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    records, is_damaged = read_records(written(tmp_path))
    assert [record.body for record in records] == BODIES
    assert not is_damaged


def test_a_write_torn_at_any_byte_costs_only_the_record_it_tore(tmp_path: Path) -> None:
    data = written(tmp_path)
    for length in range(0, len(data), 7):
        records, is_damaged = read_records(data[:length])
        assert [record.body for record in records] == BODIES[: len(records)]
        assert not is_damaged, "a torn end is what a crash leaves; nobody was told of it"


def test_a_broken_record_before_a_whole_one_is_damage_and_costs_no_other(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path))
    data[14] ^= 1
    records, is_damaged = read_records(bytes(data))
    assert [record.body for record in records] == BODIES[1:]
    assert is_damaged


def test_a_body_is_found_by_its_offset(tmp_path: Path) -> None:
    segment = Segment.create(tmp_path / "1.spool")
    offsets = segment.append(BODIES)
    assert [segment.read(at, len(body)) for at, body in zip(offsets, BODIES, strict=True)] == BODIES


def test_a_failed_sync_spends_the_file_and_leaves_nothing_of_the_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = Segment.create(tmp_path / "1.spool")
    segment.append(BODIES[:1])

    def fail(_: int) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="I/O"):
        segment.append(BODIES[1:])
    assert segment.is_spent
    assert [record.body for record in read_records(segment.path.read_bytes())[0]] == BODIES[:1]


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    assert Segment.create(tmp_path / "1.spool").path.stat().st_mode & 0o777 == 0o600
