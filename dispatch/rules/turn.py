"""The shape of a rule."""

from collections.abc import Generator
from typing import Any

from dispatch.events import Event

Reply = dict[str, Any]
Turn = Generator[Event, None, Reply]  # a rule for a command: events, then what to answer
Steps = Generator[Event, None, None]  # a part of a rule
