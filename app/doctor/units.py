"""Sizes and times as people read them."""


def size(n_bytes: float) -> str:
    """Return `3.4 GB`, `12 MB`, `7 kB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= factor:
            number = n_bytes / factor
            return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"
    return f"{n_bytes:.0f} bytes"


def span(seconds: float) -> str:
    """Return `12 s`, `7 min`, `5 h`, `3 days`."""
    for unit, factor in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * factor:
            return f"{seconds / factor:.0f} {unit}"
    return f"{seconds:.0f} s"


def count(n: int, one: str, many: str = "") -> str:
    """Return `1 file`, `3 files`."""
    return f"{n} {one if n == 1 else many or one + 's'}"
