"""Whether what the server says agrees with its published contract."""

from functools import cache
from typing import Any

import httpx
import jsonschema

from app.contract.asyncapi import document as asyncapi
from app.http import openapi


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Validate a value against a schema that refers into a document."""
    checker = jsonschema.Draft202012Validator(
        {**schema, "components": document["components"]}, format_checker=jsonschema.FormatChecker()
    )
    fault = jsonschema.exceptions.best_match(checker.iter_errors(value))
    assert fault is None, f"{fault.json_path}: {fault.message}" if fault else ""


@cache
def contract() -> dict[str, Any]:
    return openapi()


def check_answer(response: httpx.Response, method: str, path: str) -> Any:
    """Assert that an answer is one the document describes, and return its body."""
    described = contract()["paths"][path][method]["responses"]
    assert str(response.status_code) in described, (response.status_code, path)
    if response.status_code == 204:
        return None
    content = described[str(response.status_code)]["content"]
    media = response.headers["content-type"].partition(";")[0]
    assert media in content, (media, path)
    check(contract(), content[media]["schema"], response.json())
    return response.json()


def check_frames(frames: list[dict[str, Any]]) -> set[str]:
    """Assert that every frame is as the document says, and return the kinds seen."""
    messages = asyncapi()["components"]["messages"]
    for frame in frames:
        check(asyncapi(), messages[f"sent.{frame['kind']}"]["payload"], frame)
    return {frame["kind"] for frame in frames}


def check_conveyed(message: dict[str, Any], side: str = "told") -> str:
    """Assert that a message of conveyance, `told` to a `partner` or said by one, is as documented; return its kind."""
    (kind,) = message
    check(asyncapi(), asyncapi()["components"]["messages"][f"{side}.{kind}"]["payload"], message)
    return kind
