"""Signing in at an agency's identity provider: a real provider beside the real server, and flows that were mixed up."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest_asyncio

from loadtests.rig import Engines
from tests.integration.agreement import check_answer
from tests.integration.staff import Staffed, keep, staffed

USERS = {
    "dee": {"groups": ["staff", "dispatch"], "name": "Dee Canary", "preferred_username": "dee", "area": "tucson"},
    "sam": {"groups": ["chiefs"], "name": "Sam Canary", "preferred_username": "dee"},
    "eve": {"groups": ["visitors"], "name": "Eve Canary"},
    "lou": {"groups": ["dispatch-nowhere"], "name": "Lou Canary"},
}
SETTINGS = {
    "AUXILIO_OIDC_CLIENT_ID": "auxilio",
    "AUXILIO_OIDC_NAME": "County ID",
    "AUXILIO_OIDC_ROLES": "chiefs=supervisor,dispatch=dispatcher,dispatch-nowhere=dispatcher",
    "AUXILIO_OIDC_SECTORS": "dispatch=TUC,chiefs=TUC,chiefs=YUM",
}


@dataclass(slots=True)
class Agency:
    """The provider, and a service that trusts it."""

    at: Staffed
    issuer: str

    async def begin(self, http: httpx.AsyncClient, *, again: bool = False) -> dict[str, Any]:
        begun = await http.post("/v1/sign-in/agency/begin", json={"again": again})
        body: dict[str, Any] = check_answer(begun, "post", "/v1/sign-in/agency/begin")
        return body

    async def come_back(self, url: str, who: str) -> dict[str, str]:
        """Sign in at the provider as its page does; return what it sends the browser back with."""
        async with httpx.AsyncClient() as http:
            answer = await http.post(url, data={"sub": who})
        assert answer.status_code == 302, answer.text
        where = urlsplit(answer.headers["location"])
        assert where.path == "/console/signed-in"
        return dict(parse_qsl(where.query))

    async def sign_in(self, http: httpx.AsyncClient, who: str, *, again: bool = False) -> httpx.Response:
        flow = await self.begin(http, again=again)
        back = await self.come_back(flow["url"], who)
        body = {"flow": flow["flow"], "state": back["state"], "code": back["code"], "issuer": back.get("iss", "")}
        return await http.post("/v1/sign-in/agency", json=body)


@pytest_asyncio.fixture(scope="module")
async def agency(rig: Engines) -> AsyncIterator[Agency]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [word for sub, claims in USERS.items() for word in ("--user-claims", json.dumps({"sub": sub} | claims))]
    provider = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *words,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(20), httpx.AsyncClient() as http:
            while True:
                try:
                    await http.get(issuer)
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
        secret = rig.folder / "agency-secret"
        secret.write_text("between us and the agency\n")
        env = SETTINGS | {"AUXILIO_OIDC_ISSUER": issuer, "AUXILIO_OIDC_SECRET_FILE": str(secret)}
        async with staffed(rig, "agency", env) as (made, _):
            yield Agency(made, issuer)
    finally:
        provider.terminate()
        await provider.wait()


async def test_whoever_the_agency_vouches_for_has_the_role_and_sectors_it_gives(agency: Agency) -> None:
    async with agency.at.browser() as http:
        assert (await http.get("/v1/ways-in")).json()["agency"] == "County ID"
        answer = await agency.sign_in(http, "dee")
        assert answer.status_code == 200, agency.at.service.last_words()
        assert check_answer(answer, "post", "/v1/sign-in/agency")["role"] == "dispatcher"
        keep(http, answer)
        own = (await http.get("/v1/session")).json()
        assert (own["means"], own["sectors"], own["name"]) == ("agency", ["TUC"], "Dee Canary")
        account = (await http.get("/v1/account")).json()
        assert (account["login"], account["has_password"]) == ("dee", False)
        left = (await http.delete("/v1/session")).json()["leave"]
        assert left.startswith(agency.issuer)
        assert (await http.get("/v1/session")).status_code == 401


async def test_a_login_that_somebody_has_takes_over_no_account(agency: Agency) -> None:
    async with agency.at.browser() as one, agency.at.browser() as other:
        keep(one, await agency.sign_in(one, "dee"))
        keep(other, await agency.sign_in(other, "sam"))  # its provider calls it dee as well
        assert (await one.get("/v1/session")).json()["name"] == "Dee Canary"
        own = (await other.get("/v1/session")).json()
        assert (own["name"], own["role"], own["sectors"]) == ("Sam Canary", "supervisor", ["TUC", "YUM"])
        assert (await other.get("/v1/account")).json()["login"].startswith("agency-")


async def test_whoever_fits_no_role_or_no_sector_does_not_get_in(agency: Agency) -> None:
    async with agency.at.browser() as http:
        for who in ("eve", "lou"):
            answer = await agency.sign_in(http, who)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), who
            assert "Canary" not in answer.text
    assert not await agency.at.query("SELECT 1 FROM people WHERE name LIKE 'Eve%' OR name LIKE 'Lou%'")
    assert "Canary" not in agency.at.service.log.read_text(errors="replace")


async def test_flows_that_were_mixed_up_let_nobody_in(agency: Agency) -> None:
    async with agency.at.browser() as victim, agency.at.browser() as attacker:
        mine, theirs = await agency.begin(victim), await agency.begin(attacker)
        back = await agency.come_back(theirs["url"], "sam")
        mixed = [
            {"flow": mine["flow"], "state": back["state"], "code": back["code"]},  # another browser's answer
            {"flow": "never-was", "state": back["state"], "code": back["code"]},
            {"flow": theirs["flow"], "state": "forged", "code": back["code"]},
        ]
        for body in mixed:
            answer = await victim.post("/v1/sign-in/agency", json=body)
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), body
        flow = await agency.begin(victim)
        back = await agency.come_back(flow["url"], "dee")
        body = {"flow": flow["flow"], "state": back["state"], "code": back["code"]}
        other = await victim.post("/v1/sign-in/agency", json=body | {"issuer": "https://other.example"})
        assert other.status_code == 401, "the answer of another provider"
        assert (await victim.post("/v1/sign-in/agency", json=body)).status_code == 401, "a flow is followed once"


async def test_a_code_of_another_verifier_or_a_used_one_is_worth_nothing(agency: Agency) -> None:
    async with agency.at.browser() as http:
        first, second = await agency.begin(http), await agency.begin(http)
        one, two = await agency.come_back(first["url"], "dee"), await agency.come_back(second["url"], "dee")
        stolen = {"flow": first["flow"], "state": one["state"], "code": two["code"]}  # the nonce is the other flow's
        assert (await http.post("/v1/sign-in/agency", json=stolen)).status_code == 401
        third = await agency.begin(http)
        three = await agency.come_back(third["url"], "dee")
        used = {"flow": third["flow"], "state": three["state"], "code": two["code"]}
        assert (await http.post("/v1/sign-in/agency", json=used)).status_code == 401


async def test_a_new_proof_at_the_agency_carries_the_session_on(agency: Agency) -> None:
    async with agency.at.browser() as http, agency.at.browser() as nobody:
        keep(http, await agency.sign_in(http, "dee"))
        before = http.headers["Cookie"]
        await agency.at.query("UPDATE people_sessions SET acted_at = now() - interval '1 h' WHERE ended_at IS NULL")
        assert (await http.post("/v1/alarms/999999999/acknowledge")).json()["code"] == "reauthenticate"
        proved = await agency.sign_in(http, "dee", again=True)
        assert proved.status_code == 200, proved.text
        assert "set-cookie" not in proved.headers, "the same session goes on: the board is not opened anew"
        assert http.headers["Cookie"] == before
        assert (await http.post("/v1/alarms/999999999/acknowledge")).status_code == 404
        other = await agency.sign_in(http, "sam", again=True)
        assert "set-cookie" in other.headers, "somebody else begins a session of their own"
        assert (await nobody.post("/v1/sign-in/agency/begin", json={"again": "yes"})).status_code == 422
