"""Logs: lines for a terminal, or one JSON object a line; each with the request it belongs to, none with its content."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from app.settings import Settings

TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s%(of_request)s"
request_id: ContextVar[str] = ContextVar("request_id", default="")


def with_request(record: logging.LogRecord) -> bool:
    """Note on a record which request it was written for."""
    found = request_id.get()
    record.request_id = found
    record.of_request = f" [{found}]" if found else ""
    return True


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, request_id, error; the same words as the terminal gets."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        if getattr(record, "request_id", ""):
            line["request_id"] = record.request_id  # type: ignore[attr-defined]  # put there by `with_request`
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def configure_logs(settings: Settings) -> None:
    """Log to standard error: as set, else lines for people on a terminal and JSON lines everywhere else."""
    form = settings.log_format or ("text" if sys.stderr.isatty() else "json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(TEXT) if form == "text" else JsonLines())
    handler.addFilter(with_request)
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
