"""The commands an operator is told to type, as they are on this machine."""

from pathlib import Path
from typing import Final

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


def sql(statement: str) -> str:
    """How to say something to PostgreSQL as its owner; the address, with its password, stays in the environment."""
    return f'psql "$MIGRATE_DATABASE_URL" -c "{statement}"'


def setting(name: str, value: str) -> str:
    """How to change a setting of PostgreSQL, and let it take it."""
    return f"{sql(f'ALTER SYSTEM SET {name} = {value}')} && {sql('SELECT pg_reload_conf()')}"


def ping(place: str) -> str:
    """How to ask a Redis whether it lives."""
    host, _, port = place.rpartition(":")
    return f"redis-cli -h {host} -p {port} ping" if host else "redis-cli ping"
