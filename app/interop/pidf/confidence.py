"""RFC 7459: how sure a region is, and what its radius would be at the 90 % that 911 works with."""

from statistics import NormalDist
from typing import Final

from lxml import etree

from app.interop.pidf.numbers import number
from app.interop.reading import Findings
from app.interop.xml import text

WANTED: Final = 90.0
LOWEST: Final = 1.0  # below, the factor means nothing any more


def read_confidence(element: etree._Element | None, findings: Findings) -> float | None:
    """Return the confidence in per cent, None when it is unknown or was not said."""
    if element is None:
        return None
    written = text(element, 32)
    if written == "unknown":
        return None
    value = number(written)
    if value is None or not 0.0 < value < 100.0:
        findings.warn("confidence", "not within 0 and 100")
        return None
    return value


def to_ninety(radius_m: float, confidence: float | None) -> float:
    """Return the radius that holds the place at 90 %; it is widened when less was promised, never narrowed.

    Section 5.4.2, two dimensions, each with the root of the whole's confidence. A rectangular distribution could not be
    widened so; where nobody says which it is, the wider circle is the safer one.
    """
    if confidence is None or confidence >= WANTED:
        return radius_m
    return radius_m * _spread(WANTED) / _spread(max(confidence, LOWEST))


def _spread(confidence: float) -> float:
    """Return how many standard deviations an axis reaches to either side."""
    return NormalDist().inv_cdf((1.0 + (confidence / 100.0) ** 0.5) / 2.0)
