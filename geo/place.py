"""What is known of where somebody is: candidates, and how far the place may be trusted."""

from enum import StrEnum

from msgspec import Struct

from geo.point import Point


class PlaceState(StrEnum):
    """How far a place may be trusted. An exact match alone is no proof: most one-digit errors hit a real sign."""

    CONFIRMED = "confirmed"  # read back, check character, agreeing device fix, or a dispatcher
    PROBABLE = "probable"  # exact match, nothing against it
    CONFLICTING = "conflicting"  # two sources disagree
    UNVERIFIED = "unverified"  # nothing fits well enough


class Candidate(Struct, frozen=True, gc=False):
    """How far a place may be trusted. An exact match is no proof: most one-digit errors hit another real sign."""

    sign_id: str
    point: Point
    sector: str
    score: float
    distance_m: float | None = None


class Resolution(Struct, frozen=True, gc=False):
    """What was read out, resolved: at most five candidates, best first, the state of the first, and why, as a code."""

    state: PlaceState
    candidates: tuple[Candidate, ...]
    reason: str


class DeviceFix(Struct, frozen=True, gc=False):
    """Where the caller's phone says it is. `radius_m`: its uncertainty at 90 % confidence, as 911 carries it."""

    point: Point
    radius_m: float
