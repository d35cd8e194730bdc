"""The built screens: what stands in `app/web/dist`, found by name and handed out as bytes with their headers.

Only names found when the folder was walked are ever opened, so no path a client writes can lead anywhere else.
"""

import asyncio
import mimetypes
from pathlib import Path
from typing import Final

from app.assets import Asset, pack

DIST: Final = Path(__file__).parent / "web" / "dist"
CONSOLE, AGENT = "console.html", "agent.html"
HASHED: Final = "assets/"  # Vite's folder: a changed file gets another name, so a browser may keep it for ever
KEEP: Final = "public, max-age=31536000, immutable"
ASK: Final = "no-cache"  # kept, but asked about each time, by its ETag
# Not left to the machine's own tables, which differ.
TYPES: Final = {
    ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
    ".json": "application/json", ".geojson": "application/json", ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain",
    ".map": "application/json",
}  # fmt: skip


class Screens:
    """The files of a built front end. A new build is noticed by its pages and takes the place of the old one whole."""

    def __init__(self, dist: Path = DIST) -> None:
        self._dist = dist
        self._build: tuple[int, ...] = ()
        self._paths: dict[str, Path] = {}
        self._read: dict[str, Asset] = {}

    async def find(self, name: str) -> Asset | None:
        """Return the file of this name, None when the build has none. A file is read and packed at its first use."""
        build = self._look()
        if build != self._build:
            paths = await asyncio.to_thread(walk, self._dist)
            self._build, self._paths, self._read = build, paths, {}
        path = self._paths.get(name)
        if path is None:
            return None
        asset = self._read.get(name)
        if asset is None:
            try:
                asset = await asyncio.to_thread(read, path, name)
            except FileNotFoundError:
                return None  # a build is being replaced
            self._read[name] = asset
        return asset

    def is_built(self) -> bool:
        """Whether there is anything to show."""
        return bool(self._look())

    def _look(self) -> tuple[int, ...]:
        """Return what tells one build from the next: when each page was written; empty without a build."""
        try:
            return tuple((self._dist / page).stat().st_mtime_ns for page in (CONSOLE, AGENT))
        except FileNotFoundError:
            return ()


def walk(dist: Path) -> dict[str, Path]:
    """Return the plain files below a folder by their relative names; links and hidden files are left out."""
    names = {path.relative_to(dist): path for path in dist.rglob("*") if path.is_file() and not path.is_symlink()}
    return {name.as_posix(): path for name, path in names.items() if not any(p.startswith(".") for p in name.parts)}


def read(path: Path, name: str) -> Asset:
    """Read and pack a file. Raises FileNotFoundError."""
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return pack(path.read_bytes(), media_type, KEEP if name.startswith(HASHED) else ASK)
