"""Moved: the demo ships it, the load tests use it too."""

from app.demo.frontier import (
    FRONTIER,
    LatLon,
    Stretch,
    is_north,
)

__all__ = [
    "FRONTIER",
    "LatLon",
    "Stretch",
    "is_north",
]
