"""The settings: every fault by name, what they rest on, and what somebody switched off."""

import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Final

from app.doctor.aside import aside
from app.doctor.finding import Finding, ok, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import count
from app.settings import CONFIG_DEFAULT, CONFIG_VARIABLE, BadSettings, Settings, load_sectors, variable_of

FILES: Final = ("sectors_file", "cot_ca_file", "cot_cert_file", "cot_key_file", "oidc_secret_file")


def refused(error: BadSettings) -> list[Finding]:
    """Return a finding for each fault of settings that cannot be used at all."""
    do = "Correct it in the environment or in the file that AUXILIO_CONFIG names; docs/settings.md has every setting."
    return [wrong(line, do) for line in str(error).splitlines()]


async def look(scene: Scene) -> AsyncIterator[Finding]:
    settings = scene.settings
    file = Path(os.environ.get(CONFIG_VARIABLE, CONFIG_DEFAULT))
    given = count(len(settings.model_fields_set), "setting")
    origin = f"environment and {file}" if await aside(file.is_file) else "environment"
    yield ok(f"{given} given ({origin}); region {settings.region}, data in {settings.data_dir}")
    for name in FILES:
        path: Path | None = getattr(settings, name)
        if path is not None and not await aside(partial(os.access, path, os.R_OK)):
            yield wrong(f"{variable_of((name,))}: {path} cannot be read", "Put it there, or let this account read it.")
    try:
        sectors, _ = await aside(partial(load_sectors, settings))
    except BadSettings as error:
        for line in str(error).splitlines():
            yield wrong(line, "Correct the file of sectors; docs/settings.md shows one.")
    else:
        yield ok(f"{count(len(sectors), 'sector')}: {', '.join(sector.sector for sector in sectors)}")
    if not settings.second_factor:
        yield warn(
            "AUXILIO_SECOND_FACTOR is off: a password alone lets people in", "Remove it once everybody has their code."
        )
    if both := _both_or_none(settings):
        yield wrong(both, "Set both, or none.")


def _both_or_none(settings: Settings) -> str:
    """The embedded server has its owner; a server of one's own whose owner alone is named is half a setting."""
    if settings.database_url is None and settings.migrate_database_url is not None:
        return "MIGRATE_DATABASE_URL is set and DATABASE_URL is not: the embedded server is used"
    return ""
