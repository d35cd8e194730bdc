"""Moved: the demo ships it, the load tests use it too."""

from app.demo.fixes import (
    device_fix,
)

__all__ = [
    "device_fix",
]
