"""Errors as RFC 9457 problem+json, naming the field. Nothing a sender wrote is ever sent back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.requests import Answer, DeskUnavailable, Outcome, Spooled
from dispatch.errors import Code

STATUS_OF: Final = {
    Code.NOT_FOUND: 404,
    Code.STALE: 409,
    Code.NOT_ALLOWED_NOW: 409,
    Code.ALREADY_DONE: 409,
    Code.INVALID: 422,
}
TITLES: Final = {
    400: "Bad request", 401: "Who are you?", 403: "Not yours to do", 404: "Not found", 405: "Method not allowed",
    408: "Too slow", 409: "Does not fit now", 413: "Too large", 415: "Unsupported media type", 422: "Invalid field",
    429: "Too many requests", 500: "Internal error", 503: "Unavailable",
}  # fmt: skip
RETRY_AFTER_S: Final = 1
SPOOLED_RETRY_AFTER_S: Final = 5  # it is on disk already: asking often helps nobody
# A field name is said again only if it looks like one of ours: as a name, too, somebody may have written a number.
FIELD_NAME: Final = re.compile(r"[a-z][a-z_]{0,31}|Idempotency-Key|[0-9]{1,3}")
UNKNOWN_FIELD: Final = "unknown_field"
STORE_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


class Problem(Exception):
    """An error answer. `field` names what it is about, `allowed` says what would do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        allowed: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {
            "type": f"urn:auxilio:problem:{code}",
            "title": TITLES.get(status, "Error"),
            "status": status,
            "code": code,
            "detail": detail,
        }
        if field:
            self.body["field"] = field
        if allowed:
            self.body["allowed"] = list(allowed)
        self.body |= more
        super().__init__(detail)

    def response(self) -> Response:
        headers = dict(self.headers)
        if self.status in (429, 503):
            headers.setdefault("Retry-After", str(RETRY_AFTER_S))
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(orjson.dumps(self.body), self.status, headers, "application/problem+json")


def checked(answer: Answer) -> dict[str, Any]:
    """Return the answer's reply with its seq, or raise its Problem."""
    if answer.outcome is Outcome.REFUSED:
        status = STATUS_OF[Code(answer.code)]
        raise Problem(status, answer.code, answer.message, field=answer.field, allowed=answer.allowed)
    if answer.outcome is Outcome.FAILED:
        raise Problem(500, "internal", "it could not be recorded; somebody has been told")
    return {"seq": answer.seq, **answer.reply}


def problem_of(error: Exception) -> Problem | None:
    """Return what an error is to its sender; None for a fault of ours."""
    match error:
        case Problem():
            return error
        case Spooled(spool_id=spool_id):
            detail = "kept on disk, not recorded yet; send it again with the header Spool-Id"
            again = {"Retry-After": str(SPOOLED_RETRY_AFTER_S)}
            return Problem(503, "spooled", detail, headers=again, spooled=str(spool_id))
        case DeskUnavailable():
            return Problem(503, "unavailable", "the desk is not there; send it again with the same id")
        case RequestValidationError():
            first = error.errors()[0]
            # Not the input: it may be a NaN, which JSON cannot say, or personal, which an error must not.
            return Problem(422, "invalid", _reason(first), field=_field(first["loc"]))
        case HTTPException():
            field = "body" if error.status_code in (400, 408, 413) else ""
            title = TITLES.get(error.status_code, "Error")
            return Problem(error.status_code, "http", title, field=field, headers=error.headers)
        case ClientDisconnect():
            return Problem(400, "http", "the body broke off", field="body")  # for the record; nobody hears it
        case _ if isinstance(error, STORE_AWAY):
            return Problem(503, "unavailable", "the store is not there; send it again with the same id")
        case _:
            return None


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    async def _known(_: Request, error: Exception) -> Response:
        problem = problem_of(error)
        assert problem is not None  # noqa: S101 - only these kinds are brought here
        return problem.response()

    for kind in (Problem, DeskUnavailable, RequestValidationError, HTTPException, ClientDisconnect, *STORE_AWAY):
        app.add_exception_handler(kind, _known)

    @app.exception_handler(Exception)
    async def _bug(_: Request, __: Exception) -> Response:
        return Problem(500, "internal", "a fault of ours").response()


def _field(loc: Sequence[str | int]) -> str:
    """Return the dotted name of the field a fault is about, without where in the request it stood."""
    names = [str(part) for part in loc[1:] if not isinstance(part, int) or part <= 999] or [str(loc[0])]
    if loc[0] == "body" and len(loc) == 2 and isinstance(loc[1], int):
        return "body"  # where the JSON broke
    return ".".join(name if FIELD_NAME.fullmatch(name) else UNKNOWN_FIELD for name in names)


def _reason(fault: dict[str, Any]) -> str:
    """Return what is wrong in words that hold nothing of the input."""
    if str(fault["type"]).startswith("uuid"):
        return "Input should be a UUID"
    return str(fault["msg"])[:200]
