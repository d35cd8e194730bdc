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
trace_id: ContextVar[str] = ContextVar("trace_id", default="")  # set only with tracing on, for what is traced


def with_request(record: logging.LogRecord) -> bool:
    """Note on a record which request it was written for, and in which trace, unless its writer has said so."""
    found = getattr(record, "request_id", "") or request_id.get()
    trace = getattr(record, "trace_id", "") or trace_id.get()
    record.request_id, record.trace_id = found, trace
    named = " ".join(filter(None, (found, trace)))
    record.of_request = f" [{named}]" if named else ""
    return True


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message, request_id, trace_id, error; the words the terminal gets."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            "message": record.getMessage(),
        }
        for name in ("request_id", "trace_id"):  # put there by `with_request`
            if getattr(record, name, ""):
                line[name] = getattr(record, name)
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
