"""AUXILIO_ALLOWED_HOSTS: by which names the service may be asked, and that its health has none."""

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.http import named


async def served(scope: Scope, receive: Receive, send: Send) -> None:
    del receive
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/v1/calls", "rescue.example.gov", 200),
        ("/v1/calls", "evil.example", 400),
        ("/v1/calls", "", 400),
        ("/health", "127.0.0.1:8911", 400),
        ("/health/ready", "127.0.0.1:8911", 200),  # the image's health check
        ("/health/ready", "", 200),  # HAProxy's
        ("/health/live", "10.0.0.7:8911", 200),
    ],
)
async def test_anybody_may_ask_for_the_health_and_for_nothing_else(path: str, host: str, status: int) -> None:
    transport = httpx.ASGITransport(named(served, ("rescue.example.gov",)))
    async with httpx.AsyncClient(transport=transport, base_url="http://any") as http:
        assert (await http.get(path, headers={"Host": host})).status_code == status
