"""The commands an operator is told to type, as they are on this machine."""

import os
from pathlib import Path
from shlex import quote
from typing import Final

from app.doctor.scene import Scene
from app.doctor.store import place_of
from app.embedded.postgres import USER

UNIT: Final = Path("/etc/systemd/system/auxilio.service")
SYSTEMD: Final = Path("/run/systemd/system")


def has_unit() -> bool:
    """Whether systemd runs the service here (deploy/systemd)."""
    return SYSTEMD.exists() and UNIT.exists()


def start() -> str:
    return "systemctl start auxilio" if has_unit() else "auxilio serve"


def restart() -> str:
    return "systemctl restart auxilio" if has_unit() else "auxilio serve   # after stopping the one that runs"


def logs() -> str:
    """Where the service says what it met; empty where only its terminal knows."""
    return "journalctl -u auxilio -n 100 --no-pager" if has_unit() else ""


def sql(scene: Scene, statement: str) -> str:
    """How to say something to PostgreSQL as its owner; no password stands in it, only where one is kept."""
    if scene.is_embedded:
        password, socket = scene.home / "postgres.password", place_of(scene.urls.database)
        psql = f"PGPASSWORD=$(cat {quote(str(password))}) psql -h {quote(socket)} -U {USER} postgres"
    else:
        psql = f'psql "{_owner()}"'
    return f'{psql} -c "{statement}"'


def _owner() -> str:
    for name in ("MIGRATE_DATABASE_URL", "DATABASE_URL"):
        if name in os.environ:
            return f"${name}"
        if f"{name}_FILE" in os.environ:
            return f"$(cat ${name}_FILE)"
    return "MIGRATE_DATABASE_URL, as the file of settings has it"


def setting(scene: Scene, name: str, value: str) -> str:
    """How to change a setting of PostgreSQL, and let it take it."""
    return f"{sql(scene, f'ALTER SYSTEM SET {name} = {value}')} && {sql(scene, 'SELECT pg_reload_conf()')}"


def ping(place: str) -> str:
    """How to ask a Redis whether it lives."""
    host, _, port = place.rpartition(":")
    return f"redis-cli -h {host} -p {port} ping" if host else "redis-cli ping"
