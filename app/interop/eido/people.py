"""Who called and how to call back: the caller's person, the callback, and the additional data of RFC 7852."""

from dataclasses import dataclass, field
from typing import Any, Final

from app.interop.additional import Additional, read_additional
from app.interop.eido.components import Component, Eido, listed, text_of, texts_of
from app.interop.eido.words import number_of, text_within
from app.interop.reading import Findings, Unusable

CALLERS: Final = ("caller", "reportingparty")  # the roles, small letters; whom else the EIDO names is not looked at
BLOCKS_MAX: Final = 16
NUMBERS_MAX: Final = 8


@dataclass(slots=True)
class Caller:
    """All of it personal: it is sealed, and nothing else."""

    number: str | None = None
    others: tuple[str, ...] = ()
    name: str | None = None
    language: str | None = None
    comments: list[str] = field(default_factory=list)
    additional: list[dict[str, Any]] = field(default_factory=list)


def caller_of(eido: Eido, call: Component, findings: Findings) -> Caller:
    """Return who called, from the call's own references or else from the roles."""
    person = _person(eido, call, findings)
    caller = Caller(name=_name(person), language=_language(person))
    numbers = _numbers(eido, call, person)
    for block in _blocks(eido, call, findings):
        _learn(caller, block, numbers)
    caller.number = numbers[0] if numbers else None
    caller.others = tuple(numbers[1:NUMBERS_MAX])
    return caller


def _person(eido: Eido, call: Component, findings: Findings) -> Component:
    named = eido.refer(call, "personReference") if call.get("personReference") else []
    people = [*named, *(person for person in eido.all("personComponent") if person not in named)]
    for role in CALLERS:
        for person in people:
            if role in (each.casefold() for each in texts_of(person, "personIncidentRoleRegistryText")):
                findings.take("person: caller")
                return person
    return named[0] if named else {}


def _name(person: Component) -> str | None:
    niem = person.get("ncPersonComponent")
    if not isinstance(niem, dict):
        return None
    for name in listed(niem.get("name") or niem.get("personName")):
        if isinstance(name, str) and name.strip():
            return text_within(name)[:512]
        if isinstance(name, dict):
            whole = text_within(name.get("personFullName"))
            parts = (text_within(name.get(part)) for part in ("personGivenName", "personMiddleName", "personSurName"))
            found = whole or " ".join(filter(None, parts))
            if found:
                return found[:512]
    return None


def _language(person: Component) -> str | None:
    niem = person.get("ncPersonComponent")
    for language in listed(niem.get("primaryLanguage")) if isinstance(niem, dict) else ():
        code = text_within(language.get("languageCode")) if isinstance(language, dict) else ""
        if code:
            return code[:35]
    return None


def _numbers(eido: Eido, call: Component, person: Component) -> list[str]:
    """Return the numbers to call back, the best first: an updated one, then as the call named them, no number twice."""
    named = [
        component
        for holder in (call, person)
        if holder.get("callBackReference")
        for component in eido.refer(holder, "callBackReference")
    ]
    components = _each_once(named) or eido.all("callbackComponent")
    uris: list[str] = []
    for component in components:
        updated = component.get("updatedCbn")
        uris += [text_of(each, "updatedCbnIdentifierUri", 256) for each in listed(updated) if isinstance(each, dict)]
    for component in components:
        given = texts_of(component, "callBackInformationUri")
        uris += sorted(given, key=lambda uri: not uri.casefold().startswith("tel:"))
    return list(dict.fromkeys(number for uri in uris if (number := number_of(uri)) is not None))


def _each_once(components: list[Component]) -> list[Component]:
    """Return them in their order: the call and its caller mostly refer to the same one."""
    return list({id(component): component for component in components}.values())


def _blocks(eido: Eido, call: Component, findings: Findings) -> list[Additional]:
    named = eido.refer(call, "additionalDataReference") if call.get("additionalDataReference") else []
    blocks = []
    for component in [*named, *(c for c in eido.all("additionalDataComponent") if c not in named)][:BLOCKS_MAX]:
        written = text_of(component, "additionalDataByValue", 65_536)
        if not written:
            continue
        try:
            blocks.append(read_additional(written, findings))
        except Unusable as unusable:
            findings.warn("additionalDataByValue", unusable.reason)
    return blocks


def _learn(caller: Caller, block: Additional, numbers: list[str]) -> None:
    caller.additional.append({"block": block.block, "values": block.values, "card": block.card})
    if block.block == "Comment" and block.values.get("Comment"):
        caller.comments.append(block.values["Comment"])
    if (
        block.block == "SubscriberInfo"
    ):  # the subscriber is whose line it is, not surely who calls: only where nobody said
        caller.name = caller.name or next(iter(block.card.get("name", ())), None)
        numbers += [n for uri in block.card.get("telephone", ()) if (n := number_of(uri)) and n not in numbers]
