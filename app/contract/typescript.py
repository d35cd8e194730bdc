"""The published contract as TypeScript types for the screens: `python -m app.contract.typescript` writes the file.

The screens hold no type of their own for what comes over the wire; a test claims that the file is current.
"""

import json
from pathlib import Path
from typing import Any, Final

from app.contract import asyncapi
from app.contract.schemas import Schema
from app.http import openapi

FILE: Final = Path(__file__).parents[1] / "web" / "src" / "shared" / "contract.ts"
HEAD: Final = """\
// Made by `make contract` from the service's OpenAPI and AsyncAPI documents. Not edited by hand.
"""
READ_AS_JSON: Final = ("application/json", "application/geo+json")
PLAIN: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def text() -> str:
    """Return the whole file."""
    http, stream = openapi(), asyncapi.document()
    schemas = stream["components"]["schemas"] | http["components"]["schemas"]
    parts = [HEAD]
    parts += [_named(name, schema) for name, schema in sorted(schemas.items())]
    parts += [_frames(stream), _routes(http)]
    return "\n".join(parts)


def _named(name: str, schema: Schema) -> str:
    about = _about(schema, "")
    if schema.get("type") == "object" and "properties" in schema:
        return f"{about}export interface {name} {_object(schema, '')}\n"
    return f"{about}export type {name} = {_type(schema, '')};\n"


def _type(schema: Schema, indent: str) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for words in ("anyOf", "oneOf"):
        if words in schema:
            return " | ".join(dict.fromkeys(_type(one, indent) for one in schema[words]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(PLAIN[one] for one in kind)
    if kind == "array":
        return _array(schema, indent)
    if kind == "object":
        return _object(schema, indent)
    return PLAIN.get(str(kind), "unknown")


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(one, indent) for one in schema['prefixItems'])}]"
    return f"({_type(schema.get('items', {}), indent)})[]"


def _object(schema: Schema, indent: str) -> str:
    properties: dict[str, Schema] = schema.get("properties", {})
    if not properties:
        more = schema.get("additionalProperties")
        if schema.get("maxProperties") == 0:
            return "Record<string, never>"
        return f"Record<string, {_type(more, indent) if isinstance(more, dict) else 'unknown'}>"
    required = schema.get("required", [])
    deeper = indent + "  "
    lines = [
        f"{_about(one, deeper)}{deeper}{name}{'' if name in required else '?'}: {_type(one, deeper)};"
        for name, one in properties.items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _about(schema: Schema, indent: str) -> str:
    said = str(schema.get("description", "")).replace("*/", "* /").strip()
    if not said:
        return ""
    lines = [line.strip() for line in said.split("\n")]
    return "".join([f"{indent}/** {lines[0]}", *(f"\n{indent} * {line}".rstrip() for line in lines[1:]), " */\n"])


def _frames(stream: dict[str, Any]) -> str:
    """Return one union of what the server sends and one of what a client says."""
    sent: list[str] = []
    said: list[str] = []
    events: list[str] = []
    for key, message in stream["components"]["messages"].items():
        if not key.startswith(("sent.", "said.")):
            continue  # conveyance is for partners, no screen speaks it
        (sent if key.startswith("sent.") else said).append(_type(message["payload"], "    "))
        if key.startswith("sent.") and "after" in message["payload"].get("properties", {}):
            events.append(json.dumps(message["name"]))
    kinds = "".join(f"  {kind},\n" for kind in events)
    parts = [
        f"export const EVENT_KINDS = [\n{kinds}] as const;",
        "export type EventKind = (typeof EVENT_KINDS)[number];\n",
    ]
    for name, of in (("ServerFrame", sent), ("ClientFrame", said)):
        parts.append("\n  | ".join([f"export type {name} =", *of]) + ";\n")
    return "\n".join(parts)


def _routes(http: dict[str, Any]) -> str:
    """Return, for each route, what it is asked with and what it answers."""
    lines = ["/** What each route takes and answers, by method and path. */", "export interface Routes {"]
    for path, item in http["paths"].items():
        for method, operation in item.items():
            body = _content(operation.get("requestBody", {}))
            answers = [_content(one) for code, one in operation["responses"].items() if code.startswith("2")]
            answer = " | ".join(dict.fromkeys(one for one in answers if one != "undefined")) or "undefined"
            lines.append(f"  {json.dumps(f'{method.upper()} {path}')}: {{ body: {body}; answer: {answer} }};")
    return "\n".join([*lines, "}", ""])


def _content(part: dict[str, Any]) -> str:
    content = part.get("content", {})
    schema = next((content[media].get("schema") for media in READ_AS_JSON if media in content), None)
    return _type(schema, "    ") if schema else "undefined"


if __name__ == "__main__":
    FILE.write_text(text())
