"""JSON schemas of rows and events, made from the very classes the ledger is written with, so they cannot drift."""

from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from dispatch.entities import TABLES
from dispatch.events import KINDS
from dispatch.recommend import Recommendation
from dispatch.related import Outlook
from geo.place import Resolution
from geo.sign import Sign

Schema = dict[str, Any]
REF: Final = "#/components/schemas/{model}"

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    """Return a reference to a named schema."""
    return {"$ref": REF.format(model=name)}


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
    _, found = TypeAdapter.json_schemas(
        [(cls.__name__, "serialization", TypeAdapter(cls)) for cls in classes], ref_template=REF
    )
    return {name: _exact(schema) for name, schema in sorted(found["$defs"].items())}


def _exact(schema: Schema) -> Schema:
    """Say that every field is always there and no other is: rows are written whole."""
    if "properties" not in schema:
        return schema
    properties = {name: _plain(value) for name, value in schema["properties"].items()}
    about = {"description": schema["description"]} if "description" in schema else {}
    return about | {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _plain(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ("default", "title")}


def rows_by_table() -> Schema:
    """Return the schema of rows keyed by table; a table without rows may be absent."""
    return obj({table: listed(ref(cls.__name__)) for cls, table in TABLES.items()})
