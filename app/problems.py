"""Errors as RFC 9457 problem+json, naming the field. Nothing a sender wrote is ever sent back."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from app.requests import Answer, DeskUnavailable, Outcome
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
    409: "Does not fit now", 413: "Too large", 415: "Unsupported media type", 422: "Invalid field",
    429: "Too many requests", 500: "Internal error", 503: "Unavailable",
}  # fmt: skip
RETRY_AFTER_S: Final = 1


class Problem(Exception):
    """An error answer. `field` names what it is about, `allowed` says what would do."""

    def __init__(
        self, status: int, code: str, detail: str, *, field: str = "", allowed: Sequence[str] = (), **more: Any
    ) -> None:
        self.status = status
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
        headers = {"Retry-After": str(RETRY_AFTER_S)} if self.status in (429, 503) else {}
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


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> Response:
        return error.response()

    @app.exception_handler(DeskUnavailable)
    async def _unavailable(_: Request, __: DeskUnavailable) -> Response:
        return Problem(503, "unavailable", "the desk is not there; send it again with the same id").response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        faults = error.errors()
        first = faults[0]
        names = [str(part) for part in first["loc"]]
        field = ".".join(names[1:]) if len(names) > 1 else names[0]
        # Not the input: it may be a NaN, which JSON cannot say, or personal, which an error must not.
        return Problem(422, "invalid", str(first["msg"])[:200], field=field[:100]).response()

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Response:
        return Problem(error.status_code, "http", TITLES.get(error.status_code, "Error")).response()

    @app.exception_handler(Exception)
    async def _bug(_: Request, __: Exception) -> Response:
        return Problem(500, "internal", "a fault of ours").response()
