"""What is sealed opens with its keys, for its own row, and not without."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from app.sealing import KeyFile, KeyMissing, SealedValue, Sealer

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
VALUE = {"name": "Inés", "raw": "AAE="}


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer(KeyFile(tmp_path / "keys.json"), "southwest")


def test_a_value_opens_again_also_in_another_process(sealer: Sealer, tmp_path: Path) -> None:
    sealed = sealer.seal("call", VALUE, NOVEMBER)
    assert sealer.open(sealed) == VALUE
    assert Sealer(KeyFile(tmp_path / "keys.json"), "southwest").open(sealed) == VALUE


def test_nothing_of_the_value_stands_in_the_sealed_form(sealer: Sealer) -> None:
    sealed = sealer.seal("call", VALUE, NOVEMBER)
    assert "Inés".encode() not in sealed.body + sealed.data_key
    assert sealed.body != sealer.seal("call", VALUE, NOVEMBER).body


def test_each_month_has_its_own_key_and_a_destroyed_one_opens_nothing(sealer: Sealer, tmp_path: Path) -> None:
    november, december = (sealer.seal("call", VALUE, at) for at in (NOVEMBER, DECEMBER))
    assert (november.wrap_key, december.wrap_key) == ("call/open/2026-11", "call/open/2026-12")
    keys = KeyFile(tmp_path / "other.json")
    with pytest.raises(KeyMissing):
        Sealer(keys, "southwest").open(november)


@pytest.mark.parametrize("part", ["id", "kind", "region", "body", "data_key"])
def test_a_swapped_or_altered_row_does_not_open(sealer: Sealer, tmp_path: Path, part: str) -> None:
    one, other = (sealer.seal("call", VALUE, NOVEMBER) for _ in range(2))
    fields = {name: getattr(one, name) for name in ("id", "kind", "wrap_key", "data_key", "body")}
    if part == "id":
        fields["id"] = other.id
    if part == "kind":
        fields["kind"] = "note"
    if part in ("body", "data_key"):
        fields[part] = fields[part][:-1] + bytes([fields[part][-1] ^ 1])
    opener = Sealer(KeyFile(tmp_path / "keys.json"), "northwest") if part == "region" else sealer
    with pytest.raises(InvalidTag):
        opener.open(SealedValue(**fields))


def test_a_digest_tells_equal_from_different_and_needs_the_key(sealer: Sealer, tmp_path: Path) -> None:
    assert sealer.digest("number", b"1") == sealer.digest("number", b"1")
    assert sealer.digest("number", b"1") != sealer.digest("number", b"2")
    assert sealer.digest("number", b"1") != sealer.digest("body", b"1")
    assert sealer.digest("number", b"1") != Sealer(KeyFile(tmp_path / "x.json"), "southwest").digest("number", b"1")


def test_the_key_file_is_the_owner_s_alone(sealer: Sealer, tmp_path: Path) -> None:
    sealer.seal("call", VALUE, NOVEMBER)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"keys.json", "keys.lock"}


def test_two_processes_that_start_together_keep_each_other_s_keys(tmp_path: Path) -> None:
    one = Sealer(KeyFile(tmp_path / "keys.json"), "southwest")
    two = Sealer(KeyFile(tmp_path / "keys.json"), "southwest")
    by_one, by_two = one.seal("call", VALUE, NOVEMBER), two.seal("call", VALUE, DECEMBER)
    assert two.open(by_one) == one.open(by_two) == VALUE
