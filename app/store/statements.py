"""The SQL statements, each in its own file, read once."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return the text of `app/store/sql/<name>.sql`."""
    return files("app.store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def all_statements() -> list[str]:
    """Return the names of all statements."""
    return sorted(f.name.removesuffix(".sql") for f in files("app.store").joinpath("sql").iterdir() if f.name[0] != "_")
