"""Moved: the demo ships it, the load tests use it too."""

from app.demo.border import (
    UNIT_KINDS,
    Border,
    Station,
    Unit,
    make_border,
)

__all__ = [
    "UNIT_KINDS",
    "Border",
    "Station",
    "Unit",
    "make_border",
]
