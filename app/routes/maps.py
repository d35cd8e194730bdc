"""What the map shows beside the board: signs and stations, where help was needed lately, the operator's own tiles."""

import asyncio
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

import h3
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse

from app.access.guard import MaySeeIncidents, MayWatch, Parts
from app.assets import answer
from app.gazetteer import Gazetteer
from app.problems import Problem
from app.routes import examples
from app.store.pool import fetch

router = APIRouter(prefix="/v1", tags=["map"], responses=examples.ERRORS)
DAYS_MAX: Final = 366
ARCHIVE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.pmtiles")
TILES_KEPT: Final = "private, max-age=86400"
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "as the `If-None-Match` you sent"}}


@router.get("/signs", responses=UNCHANGED)
async def all_signs(request: Request, services: Parts, _: MayWatch) -> Response:
    """Return every sign with its access notes, and every station; 304 to the ETag while nothing has changed."""
    gazetteer: Gazetteer = request.app.state.gazetteer
    return answer(request, await gazetteer.show(services.signs.registry, services.view.board.units.values()))


@router.get("/activations")
async def activations(
    services: Parts,
    identity: MaySeeIncidents,
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = 30,
    resolution: Annotated[int, Query(ge=3, le=9)] = 6,
) -> dict[str, Any]:
    """Return how many real incidents of the last days lie in each H3 cell, most first; duplicates are left out."""
    since = services.clock.now() - timedelta(days=days)
    region = services.settings.region
    rows = await fetch(services.pool, "count_incidents_by_cell", region, since, list(identity.sectors))
    cells: Counter[str] = Counter()
    for row in rows:
        cells[h3.cell_to_parent(row["cell"], resolution)] += row["incidents"]
    shown = [{"cell": cell, "count": count} for cell, count in cells.most_common()]
    return {"days": days, "resolution": resolution, "cells": shown}


@router.get("/tiles")
async def list_tiles(services: Parts, _: MayWatch) -> dict[str, Any]:
    """Return the operator's map archives (PMTiles); each is read at its url, in ranges, with the same key."""
    folder = services.settings.tiles_dir
    found = await asyncio.to_thread(archives, folder) if folder is not None else {}
    return {"archives": [{"name": name, "url": f"/v1/tiles/{name}", "bytes": size} for name, size in found.items()]}


@router.get("/tiles/{name}", include_in_schema=False)
async def one_archive(name: Annotated[str, Path(max_length=80)], services: Parts, _: MayWatch) -> Response:
    """Return an archive, or the range of it that was asked for."""
    folder = services.settings.tiles_dir
    found = await asyncio.to_thread(archives, folder) if folder is not None else {}
    if folder is None or name not in found:
        raise Problem(404, "not_found", "no such archive", field="name")
    return FileResponse(folder / name, media_type="application/vnd.pmtiles", headers={"Cache-Control": TILES_KEPT})


def archives(folder: FilePath) -> dict[str, int]:
    """Return the archives of a folder with their sizes, in order of name."""
    files = (path for path in folder.iterdir() if ARCHIVE.fullmatch(path.name) and path.is_file())
    return {path.name: path.stat().st_size for path in sorted(files)}
