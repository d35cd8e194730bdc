"""NENA's own EIDO schema as a validator, patched as the vectors' README says; made once, it is large."""

from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.vectors import VECTORS

FOLDER = VECTORS / "eido" / "schema"
WHOLE = "#/components/schemas/EmergencyIncidentDataObjectType"


@cache
def validator() -> jsonschema.Draft202012Validator:
    """Return what holds a document against the schema. Skips without the samples."""
    if not FOLDER.is_dir():
        pytest.skip("no schema at ../shared/vectors/eido/schema")
    text = (FOLDER / "openapi.yaml").read_text(encoding="utf-8").replace("minItems: 1,", "minItems: 1")
    document = load(text)

    def retrieve(uri: str) -> Resource[Any]:
        name = uri.replace("//", "/").removeprefix("/")
        return DRAFT4.create_resource(load((FOLDER / name).read_text(encoding="utf-8")))

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]  # attrs, which mypy does not see
    registry = registry.with_resource("openapi.yaml", DRAFT4.create_resource(document))
    return jsonschema.Draft202012Validator(
        {"$ref": f"openapi.yaml{WHOLE}"}, registry=registry, format_checker=jsonschema.FormatChecker()
    )


def load(text: str) -> Any:
    """Read YAML with the safe loader that is written in C: the schemas have 3 MB."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


def faults(document: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in validator().iter_errors(document)]
