"""The identifiers we give to incidents and calls: NENA's URNs (STA-010), unless the PSAP that began it gave one."""

import re
from typing import Final

from dispatch.entities import Call, Incident

INCIDENT_URN: Final = "urn:emergency:uid:incidentid:"
CALL_URN: Final = "urn:emergency:uid:callid:"
OURS: Final = re.compile(rf"{re.escape(INCIDENT_URN)}([a-z0-9_-]{{1,32}})\.([0-9]{{1,16}}):([A-Za-z0-9.-]{{1,253}})")


def incident_urn(incident: Incident, calls: tuple[Call, ...], region: str, agency: str) -> str:
    """Return the incident's tracking identifier: the one its first call came with, because it travels with it."""
    for call in calls:
        if call.psap_call_id is not None and call.psap_call_id.startswith(INCIDENT_URN):
            return call.psap_call_id
    return our_urn(incident.id, region, agency)


def our_urn(incident_id: int, region: str, agency: str) -> str:
    return f"{INCIDENT_URN}{region}.{incident_id}:{agency}"


def our_id(urn: str, region: str, agency: str) -> int | None:
    """Return the incident a URN of ours names."""
    found = OURS.fullmatch(urn)
    return int(found[2]) if found and (found[1], found[3].casefold()) == (region, agency.casefold()) else None


def call_urn(call: Call, region: str, agency: str) -> str:
    if call.psap_call_id is not None and call.psap_call_id.startswith(CALL_URN):
        return call.psap_call_id
    return f"{CALL_URN}{region}.{call.id}:{agency}"
