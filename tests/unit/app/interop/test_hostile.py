"""Hostile input costs a refusal or a report with warnings, at most 50 ms and 20 MB; a mutated sample breaks nobody."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.interop.check import check
from app.interop.cot.read import read_event
from app.interop.cot.splitter import Splitter
from tests.unit.app.interop.formats import FORMATS, is_read
from tests.unit.app.interop.samples import SAMPLES
from tests.vectors import VECTORS, dev_files

ROOT = Path(__file__).resolve().parents[4]
TIME_S = 0.05
BYTES = 20_000_000
EXAMPLES = int(os.environ.get("AUXILIO_MUTATIONS", "50"))  # each is done to every sample there is
REFUSED = {  # XML that is never read, whatever else stands in it
    "an entity", "billion laughs", "billion laughs in UTF-16", "billion laughs in UTF-32", "billion laughs in UTF-7",
    "an external entity", "an external DTD", "a parameter entity",
    "elements within elements", "a hundred within one another", "elements beside elements", "a megabyte attribute",
}  # fmt: skip
Cost = tuple[float, int, str]


@pytest.fixture(scope="module")
def costs() -> dict[str, dict[str, Cost]]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.unit.app.interop.costs"], cwd=ROOT, capture_output=True, check=True, timeout=120
    )
    found: dict[str, dict[str, Cost]] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_input_costs_little_and_breaks_no_reader(costs: dict[str, dict[str, Cost]], name: str) -> None:
    found = costs[name]
    assert len(found) > 15
    assert {attack: became for attack, (_, _, became) in found.items() if became.startswith("broke")} == {}
    assert {attack: time for attack, (time, _, _) in found.items() if time >= TIME_S} == {}
    assert {attack: size for attack, (_, size, _) in found.items() if size >= BYTES} == {}
    if FORMATS[name].syntax == "xml":
        assert {attack for attack in REFUSED if found[attack][2] != "refused"} == set()


READERS: dict[str, Callable[[bytes], Any]] = {
    "eido": FORMATS["EIDO"].read, "pidf": FORMATS["PIDF-LO"].read, "additional": FORMATS["additional data"].read,
    "conveyance": FORMATS["conveyance"].read, "chirpstack": FORMATS["ChirpStack, JSON"].read,
    "chirpstack protobuf": FORMATS["ChirpStack, Protobuf"].read, "tts": FORMATS["The Things Stack"].read,
    "rockblock": FORMATS["RockBLOCK, form"].read, "inreach": FORMATS["inReach"].read, "cap": FORMATS["CAP"].read,
    "nws": FORMATS["weather"].read, "cot": lambda raw: [read_event(each) for each in (raw, *Splitter().feed(raw))],
    "osmand": FORMATS["OsmAnd, form"].read, "owntracks": FORMATS["OwnTracks"].read,
}  # fmt: skip
VALUES = (
    b"null", b"-1", b"1e400", b"[]", b"{}", b'"', b"true", b"NaN", b"\x00", b"9" * 400, b'"\\ud83d"', b"-0.0", b"&#0;",
    b"<!DOCTYPE x>", b"&x;", b"\xff", b"]]>", b"<a>", b"</a>", b"=", b"%",
)  # fmt: skip
# What is done to a sample: change, cut out, double or put in, where (a share of its length), how much, what.
Act = tuple[str, float, int, bytes]
acts = st.lists(
    st.tuples(
        st.sampled_from(("change", "cut", "double", "put", "value")),
        st.floats(0, 1),
        st.integers(0, 32),
        st.one_of(st.sampled_from(VALUES), st.binary(min_size=1, max_size=24)),
    ),
    min_size=1,
    max_size=6,
)


def mutated(raw: bytes, done: list[Act]) -> bytes:
    changed = bytearray(raw)
    for what, share, length, value in done:
        at = int(share * len(changed))
        match what:
            case "change":
                changed[at : at + 1] = value[:1]
            case "cut":
                del changed[at : at + length]
            case "double":
                changed[at:at] = changed[at : at + length]
            case "put":
                changed[at:at] = value
            case _:  # after a colon, an equals sign or a tag, where values stand
                after = max(changed.rfind(mark, 0, at) + len(mark) for mark in (b": ", b'="', b">", b"="))
                changed[after : after + length % 4] = value
    return bytes(changed)


@given(acts)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_of_any_sample_breaks_its_reader(done: list[Act]) -> None:
    for name, samples in SAMPLES.items():
        for raw in samples:
            is_read(READERS[name], mutated(raw, done))


def every_dev_file() -> list[str]:
    """Return the names of all samples of others, those of formats that no issue names too."""
    manifest = VECTORS / "MANIFEST.tsv"
    folders = {line.partition("/")[0] for line in manifest.read_text().splitlines()[1:]} if manifest.is_file() else ()
    return [name for folder in sorted(folders) for name in dev_files(folder)]


@given(acts)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_mutation_of_any_file_of_others_breaks_the_check(done: list[Act]) -> None:
    for name in every_dev_file():
        check(mutated((VECTORS / name).read_bytes()[:65_536], done))


# Read by no adapter: no issue names their formats. `auxilio interop check` is tried on them all the same.
OTHER_FORMATS = ("aml", "i3", "lost", "pfif", "ng911-tamu", "satellite", "rfc")
CASES = {"traccar/osmand_requests.json": "osmand", "traccar/owntracks_requests.json": "owntracks"}
BESIDE = {
    "traccar/spot_requests.json",  # a satellite feed that is asked for, not sent
    "lorawan/devices/dragino_trackerd_examples.json", "lorawan/devices/netvox_r312a_examples.json",  # in uplinks
}  # fmt: skip


def test_every_sample_of_our_formats_is_mutated() -> None:
    pool = {raw for samples in SAMPLES.values() for raw in samples}
    for name in every_dev_file():
        if name.startswith(tuple(f"{folder}/" for folder in OTHER_FORMATS)) or name in BESIDE:
            continue
        if name in CASES:
            bodies = [case["body"].lstrip("/?").encode() for case in json.loads((VECTORS / name).read_bytes())]
            assert set(bodies) <= set(SAMPLES[CASES[name]]), name
        else:
            assert (VECTORS / name).read_bytes() in pool, name
