"""The OpenAPI document: what the routes say of themselves, with what they answer, examples, and who may ask."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi.routing import APIRoute

from app.access.policy import Action, roles_for
from app.contract.answers import ANSWERS, ASKED, MEDIA, NAMED
from app.contract.samples import plain
from app.contract.schemas import components, ref
from app.problems import Problem

# By status: the code, the words, what else the answer carries.
PROBLEMS: Final[dict[int, tuple[str, str, dict[str, Any]]]] = {
    400: ("nothing_readable", "not one letter or digit could be read", {"field": "body"}),
    401: ("unknown_key", "this key is not known, or was revoked", {}),
    403: ("wrong_role", "this is for dispatcher", {}),
    404: ("not_found", "no such incident", {"field": "incident_id"}),
    408: ("http", "Too slow", {"field": "body"}),
    409: ("not_allowed_now", "the incident has no place yet", {"field": "incident_id", "allowed": ["place"]}),
    413: ("http", "Too large", {"field": "body"}),
    429: ("too_many", "too many codes that were none came from there: wait a minute", {}),
    422: ("invalid", "Input should be less than or equal to 10", {"field": "priority"}),
    503: ("unavailable", "the desk is not there; send it again with the same id", {}),
}
SAID: Final[dict[str, str]] = {"400": "the body could not be read", "408": "the body did not come within 20 s"}


def action_of(route: APIRoute) -> Action | None:
    """Return what a route is to the policy; None when it is open."""
    for dependency in route.dependant.dependencies:
        action: Action | None = getattr(dependency.call, "action", None)
        if action is not None:
            return action
    return None


def problem(status: int) -> dict[str, Any]:
    """Return an example of an error answer."""
    code, detail, more = PROBLEMS[status]
    return Problem(status, code, detail, **more).body


def complete(document: dict[str, Any], routes: Iterable[APIRoute]) -> dict[str, Any]:
    """Add to FastAPI's document what it cannot know: the answers of routes that write their own bytes."""
    schemas = document["components"]["schemas"]
    for name, example in ASKED.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    unit = components()["Unit"]
    shown = {"anyOf": [ref("Position"), {"type": "null"}]}
    shown_unit = unit | {"properties": unit["properties"] | {"position": shown}}
    shown_unit["required"] = [*unit["required"], "position"]
    schemas |= plain({**components(), **NAMED, "UnitShown": shown_unit})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for route in routes:
        for method in route.methods or ():
            _complete_one(document["paths"][route.path_format][method.lower()], route, method.lower())
    return document


def _complete_one(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    action = action_of(route)
    if action is not None:
        operation["security"] = [{"key": []}]
        who = ", ".join(sorted(roles_for(action)))
        operation["description"] = f"{operation.get('description', '')}\n\nFor: {who}.".strip()
    if method != "get":
        for status, said in SAID.items():
            operation["responses"].setdefault(
                status, {"description": said, "content": {"application/problem+json": {}}}
            )
    known = ANSWERS.get((method, route.path_format))
    for status, response in operation["responses"].items():
        if "application/problem+json" in response.get("content", {}):
            response["content"]["application/problem+json"] = {
                "schema": ref("Problem"),
                "example": problem(int(status)),
            }
        elif known is not None and (status.startswith("2") or route.path_format == "/health/ready"):
            media = MEDIA.get((method, route.path_format), "application/json")
            response["content"] = {media: {"schema": known[0], "example": known[1]}}
