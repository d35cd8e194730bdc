"""Rescue and nothing else: no field asks what only enforcement would want, and no address holds what is personal."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.contract import asyncapi
from app.http import openapi
from dispatch.commands import Command
from dispatch.entities import TABLES
from dispatch.events import KINDS

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "schema.md"
NOT_ASKED = re.compile(
    r"immigra|migrant|national(?!_significant)|citizen|undocumented|visa|passport|deport|alien|asylum|ethnic|religio|"
    r"\brace\b|country_of|birth|ssn|social_security|fingerprint|biometric|warrant|criminal|smuggl",
    re.IGNORECASE,
)
PERSONAL = frozenset(
    {
        "number", "callback_number", "phone", "name", "health", "said", "narrative", "text", "purpose", "reason", "by",
        "device", "caller", "email",
    }
)  # fmt: skip


def names(value: Any) -> Iterator[str]:
    """Yield every field's name and every word a field may hold, of a published document."""
    if isinstance(value, dict):
        yield from value.get("properties", {})
        yield from (str(word) for word in value.get("enum", ()))
        yield from (value["name"],) if "in" in value and isinstance(value.get("name"), str) else ()
        for part in value.values():
            yield from names(part)
    elif isinstance(value, list):
        for part in value:
            yield from names(part)


def ours() -> set[str]:
    """Return the names of everything the service takes, records, stores or says."""
    documents = {*names(openapi()), *names(asyncapi.document())}
    classes = [*TABLES, *KINDS.values(), *Command.__args__]
    fields = {name for cls in classes for name in cls.__struct_fields__}
    columns = set(re.findall(r"^\| ([a-z_0-9]+) \|", SCHEMA.read_text(encoding="utf-8"), re.MULTILINE))
    return documents | fields | columns


def test_no_field_is_for_immigration_status_or_nationality() -> None:
    found = ours()
    assert {"callback_number", "language", "incident_id", "wrap_key", "narrative"} <= found
    assert [name for name in sorted(found) if NOT_ASKED.search(name)] == []


@pytest.mark.parametrize(
    "name", ["immigration_status", "nationality", "is_citizen", "country_of_birth", "alien_number"]
)
def test_the_search_knows_such_a_field(name: str) -> None:
    assert NOT_ASKED.search(name)


def test_no_address_holds_what_is_personal() -> None:
    asked = {
        (path, parameter["name"])
        for path, item in openapi()["paths"].items()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in ("path", "query")
    }
    assert len(asked) > 30
    assert [one for one in sorted(asked) if one[1] in PERSONAL] == []
