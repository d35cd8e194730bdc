"""Schemathesis over the published document, with each role's key: no 5xx, no status or body that is not documented."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.http import openapi
from loadtests.rig import Engines
from tests.integration.scene import World, a_world

EXAMPLES = {"dispatcher": 25, "psap": 60, "tower": 60, "agent": 60}  # per route; all four together within a minute
RUN_S = 120.0
SEED = 20261122
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
WHOSE = {
    "psap": "^/v1/(calls|alerts|resolve|signs|sectors)",
    "tower": "^/v1/(alerts|signs|sectors)",
    "agent": "^/v1/(units|board|tickets|signs)",
    "dispatcher": "^/(v1|health)",
}


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "schemathesis") as made:
        async with made.http("psap") as psap:  # something to work on: incident ids that exist
            for number in range(5):
                await psap.post("/v1/calls", json={"said": made.sign(number), "call_id": f"seed-{number}"})
        yield made


async def schemathesis(
    world: World, document: str, key: str, paths: str, examples: int, folder: Path
) -> tuple[int, str]:
    """Run the tool as its users do; return its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"), "run", document, "--url", world.service.url,
        "--header", f"Authorization: Bearer {key}", "--checks", CHECKS, "--max-examples", str(examples),
        "--include-path-regex", paths, "--seed", str(SEED), "--phases", "examples,coverage,fuzzing",
        "--no-color", "--request-timeout", "10", "--suppress-health-check", "all",
        cwd=folder, env=os.environ | {"COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(RUN_S):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()


async def with_real_ids(world: World) -> dict[str, Any]:
    """Return the published document with addresses that exist, so that requests get past 404."""
    document: dict[str, Any] = json.loads(json.dumps(openapi()))
    incidents = [row["id"] for row in await world.query("SELECT id FROM incidents ORDER BY id")]
    alarms = [row["id"] for row in await world.query("SELECT id FROM alarms ORDER BY id")]
    known = {
        "incident_id": [*incidents, 10**9],
        "alarm_id": [*alarms, 10**9],
        "unit_id": [world.unit_ids[0], "NOBODY"],
        "sign_id": [world.sign(0), "NONE-1"],
        "sector_id": ["TUC", "YUM", "NOWHERE"],
    }
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in known:
                    parameter["schema"] = {"enum": known[parameter["name"]]}
    bodies = document["components"]["schemas"]
    for body, name in (("MergeBody", "into_id"), ("OtherBody", "other_id")):
        bodies[body]["properties"][name] = {"enum": incidents}
    bodies["AssignBody"]["properties"]["unit_id"] = {"enum": world.unit_ids}
    return document


@pytest.mark.parametrize("role", EXAMPLES)
async def test_no_generated_request_finds_a_fault(world: World, role: str, tmp_path: Path) -> None:
    key = world.keys.agents[world.unit_ids[0]] if role == "agent" else str(getattr(world.keys, role))
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(await with_real_ids(world)))
    status, said = await schemathesis(world, str(file), key, WHOSE[role], EXAMPLES[role], tmp_path)
    print(said[-1500:])  # noqa: T201 - pytest shows it when the test fails
    assert status == 0, said[-6000:]
    assert "Exception in ASGI" not in world.service.log.read_text(errors="replace")


async def test_the_tool_goes_red_when_an_answer_is_not_documented(world: World, tmp_path: Path) -> None:
    document = json.loads(json.dumps(openapi()))
    del document["paths"]["/v1/sectors"]["get"]["responses"]["401"]
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    status, said = await schemathesis(world, str(file), "aux_0_0", "^/v1/sectors$", 1, tmp_path)
    assert status == 1
    assert "401" in said
