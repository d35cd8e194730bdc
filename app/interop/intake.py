"""From a Reading to the desk's request: sealed with its raw bytes, resolved, by the intake all reports use."""

from datetime import datetime
from typing import Any, Final

from app.intake import alerts, calls
from app.intake.calls import Intake
from app.intake.lenient import Warnings
from app.interop.reading import Reading, Unusable, What
from app.requests import Request

SAID_TRIED_MAX: Final = 6  # a notes field of a transfer has been seen to hold a whole log


def request_of(
    reading: Reading, sender: str, usual: tuple[str, ...], now: datetime, intake: Intake
) -> tuple[Request, Warnings]:
    """Return the request for a call or an alert. Raises Unusable for what is neither."""
    warnings = Warnings()
    for warning in reading.warnings:
        field, _, reason = warning.partition(": ")
        warnings.add(field, reason)
    if reading.unreadable:
        request = calls.bare_request(reading.raw, sender, now, intake, reading.format)
        return request, warnings
    body = dict(reading.report)
    private = {"format": reading.format, **reading.private}
    match reading.what:
        case What.CALL:
            content = b"located:" + reading.raw if reading.located else reading.raw
            body["said"] = choose_words(reading, usual, intake, warnings)
            request = calls.call_of(
                body, reading.raw, sender, usual, now, intake, warnings, more=private, content=content
            )
        case What.ALERT:
            request = alerts.take_alert(body, reading.raw, sender, now, intake, warnings, more=private)
        case _:
            raise Unusable("nothing that is recorded as a call or an alert")
    return request, warnings


def choose_words(reading: Reading, usual: tuple[str, ...], intake: Intake, warnings: Warnings) -> str | None:
    """Return the text that names a sign: the most trusted one that resolves, else the first there is.

    Texts that name different signs are a contradiction a dispatcher must see.
    """
    found: dict[str, str] = {}
    for _, text in reading.said[:SAID_TRIED_MAX]:
        sign = intake.signs.find(text)
        named = sign.sign_id if sign is not None else _resolved(text, usual, intake)
        if named is not None:
            found.setdefault(named, text)
    if len(found) > 1:
        warnings.add("location", "its texts name different signs, the most trusted one is taken")
    return next(iter(found.values()), reading.said[0][1] if reading.said else None)


def _resolved(text: str, usual: tuple[str, ...], intake: Intake) -> str | None:
    candidates = intake.signs.resolve(text, None, usual).candidates
    return candidates[0].sign_id if candidates else None


def shown(reading: Reading) -> dict[str, Any]:
    """Return what the answer says of a reading: what it was taken for, and what was understood."""
    return {"format": reading.format, "understood": list(reading.understood)}
