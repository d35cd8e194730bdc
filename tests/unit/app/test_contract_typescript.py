"""The screens' types are the published contract's, as committed."""

from app.contract import typescript


def test_the_committed_types_are_the_contracts() -> None:
    assert typescript.FILE.read_text() == typescript.text(), "run `make contract` and commit what it wrote"


def test_every_shape_of_a_schema_becomes_a_type() -> None:
    made = typescript._type
    assert made({"type": "array", "items": {"type": "string"}}, "") == "(string)[]"
    assert made({"anyOf": [{"$ref": "#/components/schemas/Point"}, {"type": "null"}]}, "") == "Point | null"
    assert made({"type": ["integer", "null"]}, "") == "number | null"
    assert made({"enum": ["a", "b"]}, "") == '"a" | "b"'
    assert made({"type": "object", "additionalProperties": {"type": "integer"}}, "") == "Record<string, number>"
    assert made({"type": "object", "properties": {"a": {"type": "number"}}}, "") == "{\n  a?: number;\n}"
