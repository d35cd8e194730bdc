"""The one cookie. `__Host-`: of this host alone, over TLS or here; no script reads, no other site sends it."""

from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAME: Final = "__Host-auxilio"


def cookie_of(connection: HTTPConnection) -> str | None:
    """Return the session's cookie of a request or a websocket. Of two with the same name, none: one was planted."""
    found = [
        part.strip().partition("=")[2]
        for header in connection.headers.getlist("cookie")
        for part in header.split(";")
        if part.strip().partition("=")[0] == NAME
    ]
    return found[0] if len(found) == 1 else None


def give(response: Response, cookie: str, seconds: float) -> None:
    """Have the browser keep a session."""
    response.set_cookie(NAME, cookie, max_age=int(seconds), path="/", secure=True, httponly=True, samesite="strict")


def take_back(response: Response) -> None:
    """Have the browser forget it."""
    response.set_cookie(NAME, "", max_age=0, path="/", secure=True, httponly=True, samesite="strict")
