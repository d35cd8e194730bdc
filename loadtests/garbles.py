"""Moved: the demo ships it, the load tests use it too."""

from app.demo.garbles import (
    Garble,
    Trial,
    garble,
)

__all__ = [
    "Garble",
    "Trial",
    "garble",
]
