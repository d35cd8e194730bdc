"""A call's transfer as a call-handling system writes it: an EIDO of 9 KB, with references and additional data."""

import json
from typing import Any, Final

AT: Final = "2026-11-22T14:03:05-07:00"
PSAP: Final = {"$ref": "psap.example.org"}
DATA: Final = "urn:ietf:params:xml:ns:EmergencyCallData"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?> '
CARD: Final = (
    '<x:vcards xmlns:x="urn:ietf:params:xml:ns:vcard-4.0"><x:vcard><x:fn><x:text>{name}</x:text></x:fn>'
    "<x:n><x:surname>{surname}</x:surname><x:given>{given}</x:given><x:additional/><x:prefix/><x:suffix/></x:n>"
    "<x:lang><x:parameters><x:pref><x:integer>1</x:integer></x:pref></x:parameters>"
    "<x:language-tag>es</x:language-tag></x:lang><x:org><x:parameters><x:type><x:text>work</x:text></x:type>"
    "</x:parameters><x:text>{org}</x:text></x:org><x:adr><x:parameters><x:type><x:text>work</x:text></x:type>"
    "<x:label><x:text>{org}, 1 Main Street, Tucson, Arizona 85701</x:text></x:label></x:parameters><x:pobox/><x:ext/>"
    "<x:street>1 Main Street</x:street><x:locality>Tucson</x:locality><x:region>AZ</x:region><x:code>85701</x:code>"
    "<x:country>US</x:country></x:adr><x:tel><x:parameters><x:type><x:text>work</x:text><x:text>voice</x:text>"
    "</x:type></x:parameters><x:uri>tel:+1-520-555-{number}</x:uri></x:tel><x:tel><x:parameters><x:type>"
    "<x:text>work</x:text><x:text>main-number</x:text></x:type></x:parameters><x:uri>tel:+1-520-555-0100</x:uri>"
    "</x:tel><x:email><x:parameters><x:type><x:text>work</x:text></x:type></x:parameters>"
    "<x:text>desk@carrier.example.org</x:text></x:email></x:vcard></x:vcards>"
)


def transfer(number: int, sign: str) -> bytes:
    """Return the EIDO of a transfer whose caller reads out this sign; each number is an incident of its own."""
    call, caller = f"urn:emergency:uid:callid:{number:08x}:psap.example.org", f"caller-{number}"
    blocks = _blocks()
    body = {
        "$id": f"urn:emergency:uid:incidentid:{number:08x}:psap.example.org", "lastUpdateTimeStamp": AT,
        "updatedByAgencyReference": PSAP, "updatedByAgentReference": {"$ref": "taker@psap.example.org"},
        "eidoVersion": "1.0", "issuingElementIdentification": "chfe.psap.example.org",
        "callComponent": [
            _part(call, queueIdentifier="sos@psap.example.org", standardPrimaryCallType="emergency",
                  direction="incoming", callStartTimestamp=AT, answerDate=AT, callStateRegistryText="callAnswered",
                  callBackReference={"$ref": "callback"}, agentReference=[{"$ref": "taker@psap.example.org"}],
                  additionalDataReference=[{"$ref": name} for name in blocks],
                  locationReference=[{"$ref": "routed"}, {"$ref": "told"}], personReference=[{"$ref": caller}])
        ],
        "callbackComponent": [
            _part("callback", callBackInformationUri=[f"sip:520555{number % 10_000:04}@carrier.example.org",
                  f"tel:520555{number % 10_000:04}"], deviceContactHeader="sip:conf-3053@bridge.example.org;isfocus")
        ],
        "agencyComponent": [
            _part("psap.example.org", agencyRoleDescriptionRegistryText=["CallReceiving"], agencyType=["psap"])
        ],
        "agentComponent": [
            _part("taker@psap.example.org", agentWorkstationPositionIdentification="5",
                  agentRoleRegistryText=["Call Taking"], agencyReference=PSAP)
        ],
        "additionalDataComponent": [_part(name, additionalDataByValue=block) for name, block in blocks.items()],
        "locationComponent": [
            _part("routed", locationTypeDescriptionRegistryText="RoutingLocation", locationByValue=_routed()),
            _part("told", locationTypeDescriptionRegistryText="Caller", localIdentifier=[sign],
                  locationByReferenceUrl="https://lis.carrier.example.org/held?token=3f0a9c1e2b7d4c58")
        ],
        "personComponent": [
            _part(caller, personIncidentRoleRegistryText=["Caller"], callIdentifier=[call],
                  callBackReference={"$ref": "callback"})
        ],
    }  # fmt: skip
    return json.dumps(body, indent=1).encode()


def _part(name: str, **fields: Any) -> dict[str, Any]:
    return {"$id": name, "lastUpdateTimeStamp": AT, "updatedByAgencyReference": PSAP, **fields}


def _block(kind: str, fields: dict[str, str], inside: str = "") -> str:
    said = "".join(f"<d:{name}>{value}</d:{name}>" for name, value in fields.items())
    return f'{DECLARATION}<d:{DATA[-17:]}.{kind} xmlns:d="{DATA}:{kind}">{said}{inside}</d:{DATA[-17:]}.{kind}>'


def _inside(name: str, card: str) -> str:
    return f"<d:{name}>{card}</d:{name}>"


def _blocks() -> dict[str, str]:
    """Return the additional data of RFC 7852 that carriers send with a call."""
    reference = {"DataProviderReference": "88QV4FpfZ976T@carrier.example.org"}
    card = CARD.format(name="Carrier Desk", surname="Desk", given="Carrier", org="Example Wireless", number="0101")
    holder = CARD.format(name="Ana Example", surname="Example", given="Ana", org="Example Farm", number="0102")
    provider = {
        "DataProviderString": "Example Wireless", "ProviderID": "urn:nena:companyid:ID123", "ProviderIDSeries": "NENA",
        "TypeOfProvider": "Telecom Provider", "ContactURI": "tel:+1-520-555-0100", "Language": "en",
    }  # fmt: skip
    service = {"ServiceEnvironment": "Unknown", "ServiceType": "wireless", "ServiceMobility": "Mobile"}
    return {
        "data-service": _block("ServiceInfo", reference | service),
        "data-provider": _block("ProviderInfo", reference | provider, _inside("DataProviderContact", card)),
        "data-subscriber": _block("SubscriberInfo", reference, _inside("SubscriberData", holder)),
        "data-comment": _block("Comment", reference | {"Comment": "The line dropped once and came back."}),
    }  # fmt: skip


def _routed() -> str:
    """Return the location the call was routed by: a carrier's civic address, with who says so."""
    provided = _block("ProviderInfo", {"DataProviderString": "Example Wireless", "ContactURI": "tel:+1-520-555-0100"})
    names = {"country": "US", "A1": "AZ", "A3": "Tucson", "RD": "Ajo", "STS": "Road", "HNO": "42"}
    civic = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in names.items())
    return (
        f'{DECLARATION}<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"'
        ' xmlns:gbp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"'
        ' xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" entity="pres:caller@carrier.example.org">'
        '<dm:device id="target-1"><gp:geopriv><gp:location-info>'
        f'<c:civicAddress xmlns:c="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr">{civic}</c:civicAddress>'
        "</gp:location-info><gp:usage-rules><gbp:retransmission-allowed>true</gbp:retransmission-allowed>"
        "<gbp:retention-expiry>2026-12-10T16:00:00-07:00</gbp:retention-expiry></gp:usage-rules>"
        "<gp:method>Manual</gp:method><gp:provided-by>"
        f"{provided.removeprefix(DECLARATION)}</gp:provided-by></gp:geopriv></dm:device></presence>"
    )
