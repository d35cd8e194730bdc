"""Bytes that many ask for: read or made once, packed once, and not sent again to whoever has them."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from fastapi import Request, Response

GZIP_FROM_BYTES: Final = 1_024
PACKED: Final = ("text/", "application/json", "application/manifest+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Asset:
    """One answer as it is sent. `gzipped` is None where packing saves nothing."""

    media_type: str
    body: bytes
    gzipped: bytes | None
    etag: str
    cache_control: str


def pack(body: bytes, media_type: str, cache_control: str) -> Asset:
    """Pack an answer; a megabyte takes 30 ms, so not on the event loop."""
    gzipped = None
    if len(body) >= GZIP_FROM_BYTES and media_type.startswith(PACKED):
        gzipped = gzip.compress(body, 6, mtime=0)
    if gzipped is not None and len(gzipped) >= len(body):
        gzipped = None
    return Asset(media_type, body, gzipped, f'"{sha256(body).hexdigest()[:32]}"', cache_control)


def answer(request: Request, asset: Asset, more: Mapping[str, str] | None = None) -> Response:
    """Return the asset, packed where the client takes that, or 304 where it has it already."""
    headers = {"ETag": asset.etag, "Cache-Control": asset.cache_control, "Vary": "Accept-Encoding"} | dict(more or {})
    known = (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(","))
    if asset.etag in known:
        return Response(status_code=304, headers=headers)
    body = asset.body
    if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = asset.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=asset.media_type)
