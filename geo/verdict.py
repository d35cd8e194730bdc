"""From likelihoods to a state and a reason: what may be called confirmed, and what may not."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo.place import PlaceState

CONFIRM_POSTERIOR: Final = 0.9995  # all other signs together keep at most one chance in two thousand
LIKELY_POSTERIOR: Final = 0.9
STRONG_NATS: Final = 6.0  # one ordinary slip, or a missing prefix; more is no match a device could confirm
ELSEWHERE_NATS: Final = 6.0  # one fix in twenty errs so far: about three times its 90 % radius


class Reason(StrEnum):
    """Why a state was given; the code travels in the call, the words stand here."""

    NOTHING_HEARD = "nothing_heard"  # unverified: no number in what was said
    NO_MATCH = "no_match"  # unverified: a number that is like no sign's
    NEAR_MATCH = (
        "near_match"  # unverified, or probable beside an agreeing device: not the id of any sign, but like some
    )
    INCOMPLETE = "incomplete"  # unverified: no prefix, or no leading zeros, and several signs it may be
    COMPLETED = "completed"  # probable: no prefix, or no leading zeros, but only one sign it is likely to be
    EXACT = "exact"  # probable: the id of a sign, nothing for or against it
    RETIRED = "retired"  # probable at most: the sign no longer stands
    DEVICE_AGREES = "device_agrees"  # confirmed: the device is there and rules every other sign out
    CHECK_CHARACTER = "check_character"  # confirmed: the id carries its valid ISO 7064 check character
    READ_BACK = "read_back"  # confirmed: the caller agreed to the id when it was read back
    DEVICE_ELSEWHERE = "device_elsewhere"  # conflicting: the id of a sign, but the device is far from it
    TWO_IDS = "two_ids"  # conflicting: more than one sign's id was read out
    SECTOR_UNUSUAL = "sector_unusual"  # conflicting: not a sector this PSAP has, and a like sign is in one that it has


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the likeliest sign. Nats as in `geo.sign_index`; device fields are None without a usable fix."""

    best: int
    posterior: float
    text_nats: float
    exact: Mapping[int, float]
    is_incomplete: bool  # its number was read out, without prefix or leading zeros
    is_checked: bool
    is_retired: bool
    is_usual: bool  # in a usual sector of the PSAP, or none were named
    is_read_back: bool
    device_agrees: bool | None
    exact_device_nats: float | None  # the least of the exactly read signs


def judge(evidence: Evidence) -> tuple[PlaceState, Reason]:
    """Return the state of the likeliest sign and why; a retired sign is probable at most."""
    state, reason = _judge_standing(evidence)
    if evidence.is_retired and state in (PlaceState.CONFIRMED, PlaceState.PROBABLE):
        return PlaceState.PROBABLE, Reason.RETIRED
    return state, reason


def _judge_standing(seen: Evidence) -> tuple[PlaceState, Reason]:
    is_exact = seen.best in seen.exact
    is_strong = is_exact or (not seen.exact and seen.text_nats <= STRONG_NATS)
    if is_strong and seen.device_agrees and seen.posterior >= CONFIRM_POSTERIOR:
        return PlaceState.CONFIRMED, Reason.DEVICE_AGREES
    if seen.exact and seen.exact_device_nats is not None and seen.exact_device_nats > ELSEWHERE_NATS:
        return PlaceState.CONFLICTING, Reason.DEVICE_ELSEWHERE
    if len(seen.exact) > 1:
        return PlaceState.CONFLICTING, Reason.TWO_IDS
    if not is_exact:
        return _judge_near(seen)
    if seen.is_checked:
        return PlaceState.CONFIRMED, Reason.CHECK_CHARACTER
    if seen.is_read_back:
        return PlaceState.CONFIRMED, Reason.READ_BACK
    if not seen.is_usual and seen.posterior < LIKELY_POSTERIOR:
        return PlaceState.CONFLICTING, Reason.SECTOR_UNUSUAL
    return PlaceState.PROBABLE, Reason.EXACT


def _judge_near(seen: Evidence) -> tuple[PlaceState, Reason]:
    """Judge a likeliest sign whose id was not read out in full."""
    if seen.exact:  # something else makes another sign likelier than the one read out
        is_device = seen.exact_device_nats is not None
        return PlaceState.CONFLICTING, Reason.DEVICE_ELSEWHERE if is_device else Reason.SECTOR_UNUSUAL
    if seen.posterior >= LIKELY_POSTERIOR and seen.is_incomplete:
        return PlaceState.PROBABLE, Reason.COMPLETED
    if seen.posterior >= LIKELY_POSTERIOR and seen.device_agrees and seen.text_nats <= STRONG_NATS:
        return PlaceState.PROBABLE, Reason.NEAR_MATCH
    return PlaceState.UNVERIFIED, Reason.INCOMPLETE if seen.is_incomplete else Reason.NEAR_MATCH
