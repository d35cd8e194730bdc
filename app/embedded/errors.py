"""What can go wrong with an embedded server, by name."""

from pathlib import Path


class EmbeddedError(Exception):
    """An embedded server cannot be run here; the message names the path and the remedy."""


class ServerEndedError(EmbeddedError):
    """The server's process ended instead of answering."""

    def __init__(self, name: str, code: int | None, log: Path, last_words: str) -> None:
        super().__init__(f"{name} ended with code {code} before it answered; {log} says: {last_words.strip() or '-'}")
        self.code = code


class NotYet(Exception):
    """The server does not answer yet; the message says why."""
