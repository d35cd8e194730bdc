"""JSON schemas of rows and events, made from the very classes the ledger is written with, so they cannot drift."""

from enum import StrEnum
from functools import cache
from inspect import cleandoc
from typing import Any, Final

import msgspec

from dispatch.entities import TABLES
from dispatch.events import KINDS
from dispatch.recommend import Recommendation
from dispatch.related import Outlook
from geo.place import Resolution
from geo.sign import Sign

Schema = dict[str, Any]
REF: Final = "#/components/schemas/{name}"

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": REF.format(name=name)}


def listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def obj(optional: Schema | None = None, /, **required: Schema) -> Schema:
    """Return the schema of an object that has exactly these fields; `optional` holds those that may be absent."""
    properties = required | (optional or {})
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


@cache
def components() -> Schema:
    """Return the schemas of every row, event and value the two documents refer to, by name."""
    classes = [*KINDS.values(), *TABLES, Sign, Recommendation, Resolution, Outlook]
    _, found = msgspec.json.schema_components(classes, ref_template=REF)
    return {name: _exact(schema) for name, schema in sorted(found.items())}


def _exact(schema: Schema) -> Schema:
    """Say that every field is always there and no other is: rows are written whole."""
    if "enum" in schema:
        return schema | TEXT | {"enum": _as_written(schema)}
    properties = {name: _plain(value) for name, value in schema["properties"].items()}
    about = {"description": cleandoc(schema["description"])} if "description" in schema else {}
    return about | {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _as_written(schema: Schema) -> list[str]:
    """Return an enumeration's values as the code has them, which is the order of a life; msgspec sorts them."""
    written = (list(cls) for cls in StrEnum.__subclasses__() if cls.__name__ == schema["title"])
    return next([value.value for value in values] for values in written if sorted(values) == schema["enum"])


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("default", "title")}


def rows_by_table() -> Schema:
    """Return the schema of rows keyed by table; a table without rows may be absent."""
    return obj({table: listed(ref(cls.__name__)) for cls, table in TABLES.items()})
