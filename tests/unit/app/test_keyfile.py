"""The key file: shared by processes, replaced whole, and what is destroyed stays destroyed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from app.keyfile import KeyFile, KeyMissing

AT = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_file_that_others_can_read_is_refused(file: Path) -> None:
    KeyFile(file).wrap("call/open/2026-11", b"e" * 32, b"here")
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        KeyFile(file)


def test_a_key_that_one_process_destroys_is_gone_for_all_and_comes_back_through_none(file: Path) -> None:
    one, two = KeyFile(file), KeyFile(file)
    wrapped = one.wrap("call/until/2026-10", b"d" * 32, b"here")
    assert two.unwrap("call/until/2026-10", wrapped, b"here") == b"d" * 32
    one.destroy("call/until/2026-10")
    with pytest.raises(KeyMissing):
        two.unwrap("call/until/2026-10", wrapped, b"here")
    two.wrap("call/open/2026-11", b"e" * 32, b"here")  # writes the file anew
    assert "call/until/2026-10" not in KeyFile(file).names()
    assert b"until" not in file.read_bytes()


def test_processes_that_make_the_same_key_at_once_agree_on_it(file: Path) -> None:
    files = [KeyFile(file) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda one: one.derive("lookup"), files))
    assert len(found) == 1


def test_a_value_is_bound_to_the_name_of_its_key(file: Path) -> None:
    keys = KeyFile(file)
    wrapped = keys.wrap("call/open/2026-11", b"d" * 32, b"here")
    content = orjson.loads(file.read_bytes())
    content["keys"]["call/open/2026-12"] = content["keys"]["call/open/2026-11"]
    file.write_bytes(orjson.dumps(content))
    with pytest.raises(Exception, match=r"^$"):  # InvalidTag has no words
        KeyFile(file).unwrap("call/open/2026-12", wrapped, b"here")


def test_a_file_from_before_keys_had_more_than_a_value_is_read(file: Path) -> None:
    file.write_bytes(orjson.dumps({"lookup": "11" * 32, "call/2026-11": "22" * 32}))
    file.chmod(0o600)
    keys = KeyFile(file)
    assert keys.derive("lookup") == b"\x11" * 32
    assert (keys.generation(), keys.empty_since("call/2026-11")) == (1, None)
    keys.note_empty("call/2026-11", AT)
    again = KeyFile(file)
    assert again.empty_since("call/2026-11") == AT
    assert set(again.names()) == {"lookup", "call/2026-11"}


def test_a_new_generation_is_everybody_s(file: Path) -> None:
    one, two = KeyFile(file), KeyFile(file)
    assert one.next_generation() == two.generation() == 2


def test_what_was_erased_is_known_until_no_backup_can_bring_it_back(file: Path) -> None:
    one, other = uuid4(), uuid4()
    KeyFile(file).note_erased([one], AT + timedelta(days=35))
    KeyFile(file).note_erased([other], AT + timedelta(days=36))
    assert set(KeyFile(file).erased(AT)) == {one, other}
    assert KeyFile(file).erased(AT + timedelta(days=36)) == (other,)
    assert str(one).encode() not in file.read_bytes()
