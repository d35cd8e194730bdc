"""People's accounts on the real server: who gets in, who does not, how long it lasts, how it is taken back."""

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
import websockets

from app.access.identity import Role
from app.access.keys import create_key
from app.store.pool import open_pool
from loadtests.rig import REGION, Engines
from tests.integration import terminal
from tests.integration.agreement import check_answer
from tests.integration.staff import COOKIE, PASSWORD, Somebody, Staffed, accept, cookie_of, keep, staffed

NEW = "a new wash, a new day"
FIRST = re.compile(r"http://localhost:\d+/console/welcome#(\S+)")


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Staffed]:
    async with staffed(rig, "people") as (made, said):
        found = FIRST.search(said)
        assert found, said
        async with made.browser() as http:
            await accept(http, found[1], login="root", name="Ada Canary")
        yield made


@pytest_asyncio.fixture(scope="module")
async def root(world: Staffed) -> AsyncIterator[httpx.AsyncClient]:
    async with world.person("second-root", Role.ADMINISTRATOR) as who:
        yield who.http


async def signed_in(world: Staffed, who: Somebody, http: httpx.AsyncClient) -> httpx.Response:
    """Sign in with a password and a code."""
    await world.no_code_taken(who)
    answer = await http.post("/v1/sign-in", json=who.typed())
    assert answer.status_code == 200, answer.text
    check_answer(answer, "post", "/v1/sign-in")
    keep(http, answer)
    return answer


async def test_the_first_link_is_good_for_one_administrator_and_there_is_no_other_way_in(rig: Engines) -> None:
    async with staffed(rig, "first") as (made, said), made.browser() as http:
        link = FIRST.search(said)
        assert link
        assert not await made.query("SELECT 1 FROM people")
        for login in ("admin", "root", "administrator"):
            body = {"login": login, "password": login, "code": ""}
            assert (await http.post("/v1/sign-in", json=body)).status_code == 401
        await accept(http, link[1], login="Ada.L", name="Ada Canary")
        assert (await http.get("/v1/session")).json()["call_sign"] == "administrator 1"
        again = await http.post("/v1/welcome/look", json={"link": link[1]})
        assert (again.status_code, again.json()["code"]) == (404, "link_over")
        assert (await made.query("SELECT login FROM people"))[0]["login"] == "ada.l"


async def test_an_invitation_is_used_once_and_a_newer_one_voids_it(world: Staffed, root: httpx.AsyncClient) -> None:
    body = {"login": "dee", "name": "Dee Canary", "role": "dispatcher", "sectors": ["TUC"]}
    made = check_answer(await root.post("/v1/people", json=body), "post", "/v1/people")
    twice = await root.post("/v1/people", json=body)
    assert (twice.status_code, twice.json()["field"]) == (409, "login")
    path = f"/v1/people/{made['person_id']}"
    newer = check_answer(await root.post(f"{path}/link"), "post", "/v1/people/{person_id}/link")
    old, new = (one["link"].partition("#")[2] for one in (made, newer))
    async with world.browser() as http:
        assert (await http.post("/v1/welcome/look", json={"link": old})).status_code == 404
        weak = {"link": new, "password": "Password2026!", "secret": "", "code": ""}
        refused = await http.post("/v1/welcome", json=weak)
        assert (refused.status_code, refused.json()["code"]) == (422, "weak_password")
        no_code = await http.post("/v1/welcome", json=weak | {"password": PASSWORD})
        assert (no_code.status_code, no_code.json()["field"]) == (422, "secret")
        await accept(http, new)
        assert (await http.get("/v1/me")).json()["sectors"] == ["TUC"]
        assert (await http.post("/v1/welcome/look", json={"link": new})).status_code == 404


async def test_whoever_is_wrong_is_not_told_what_was_wrong(world: Staffed) -> None:
    async with world.person("eva") as who, world.browser() as stranger:
        await world.no_code_taken(who)
        wrong = [who.typed(password=NEW), who.typed(code="000000"), who.typed(login="nobody-here")]
        answers = [await stranger.post("/v1/sign-in", json=body) for body in wrong]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.text for answer in answers}) == 1


async def test_a_code_lets_in_once(world: Staffed) -> None:
    async with world.person("fay") as who, world.browser() as other:
        await signed_in(world, who, other)
        assert (await other.post("/v1/sign-in", json=who.typed())).status_code == 401, "the same code again"
        recovery = who.typed(code=who.codes[0].upper())
        assert (await other.post("/v1/sign-in", json=recovery)).status_code == 200
        assert (await other.post("/v1/sign-in", json=recovery)).status_code == 401, "the same recovery code again"
        assert (await who.http.get("/v1/account")).json()["recovery_codes_left"] == 9


async def test_a_cookie_planted_before_signing_in_is_not_taken_on(world: Staffed) -> None:
    async with world.person("gus") as who, world.browser() as other:
        planted = cookie_of(who.http)
        other.headers["Cookie"] = f"{COOKIE}={planted}"
        await signed_in(world, who, other)
        assert cookie_of(other) != planted
        assert (await who.http.get("/v1/session")).status_code == 401, "the session signed in over has ended"
        other.headers["Cookie"] = f"{COOKIE}={cookie_of(other)}; {COOKIE}={planted}"
        assert (await other.get("/v1/session")).status_code == 401, "of two cookies one was planted"


async def test_a_session_ends_at_once_by_its_person_by_an_administrator_and_by_its_time(
    world: Staffed, root: httpx.AsyncClient
) -> None:
    async with world.person("hal") as who, world.browser() as second, world.browser() as stranger:
        await signed_in(world, who, second)
        rows = check_answer(await who.http.get("/v1/account"), "get", "/v1/account")["sessions"]
        (other,) = [row["id"] for row in rows if not row["is_this"]]
        assert (await who.http.delete(f"/v1/account/sessions/{other}")).status_code == 204
        assert (await second.get("/v1/session")).json()["code"] == "signed_out"
        listed = check_answer(await root.get(f"/v1/people/{who.id}/sessions"), "get", "/v1/people/{person_id}/sessions")
        assert len(listed) == 1
        assert (await root.delete(f"/v1/people/{who.id}/sessions/{listed[0]['id']}")).status_code == 204
        assert (await who.http.get("/v1/incidents")).status_code == 401
        await signed_in(world, who, second)
        assert (await second.delete("/v1/session")).json() == {"leave": None}
        assert (await second.get("/v1/session")).status_code == 401
        await signed_in(world, who, second)
        person = {"name": "Hal Canary", "role": "dispatcher", "disabled": True}
        assert (await root.put(f"/v1/people/{who.id}", json=person)).status_code == 204
        assert (await second.get("/v1/session")).status_code == 401
        await world.no_code_taken(who)
        assert (await second.post("/v1/sign-in", json=who.typed())).status_code == 401, "disabled"
        assert (await root.put(f"/v1/people/{who.id}", json=person | {"disabled": False})).status_code == 204
        await signed_in(world, who, second)
        over = "UPDATE people_sessions SET proved_at = now() - interval '2 h', ends_at = now() - interval '1 s'"
        await world.query(f"{over} WHERE person_id = $1", who.id)
        assert (await second.get("/v1/session")).status_code == 401, "its time is over"
        stranger.headers["Cookie"] = f"{COOKIE}={'A' * 43}"
        assert (await stranger.get("/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "ftp://{host}"},
        {"Origin": "http://user@{host}"},
        {"Origin": "http://{host}/"},
        {"X-Auxilio": ""},
    ],
)
async def test_a_foreign_page_does_nothing_in_a_person_s_name(world: Staffed, headers: dict[str, str]) -> None:
    host = f"127.0.0.1:{world.service.port}"
    async with world.person(f"ivy{abs(hash(str(headers)))}") as who:
        for name, value in headers.items():
            del who.http.headers[name]
            if value:
                who.http.headers[name] = value.format(host=host)
        for method, path in (("POST", "/v1/session/active"), ("DELETE", "/v1/session"), ("POST", "/v1/sign-in")):
            answer = await who.http.request(method, path, json=who.typed() if path == "/v1/sign-in" else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin"), (path, headers)
        assert (await who.http.get("/v1/session")).status_code == 200, "nothing has ended"


async def test_a_socket_opens_by_cookie_from_a_page_of_ours_alone(world: Staffed) -> None:
    url, ours = world.service.ws_url, world.service.url

    async def is_let_in(cookie: str, **headers: str) -> bool:
        try:
            async with websockets.connect(url, additional_headers={"Cookie": cookie, **headers}) as socket:
                await socket.send('{"kind": "hello"}')
                return "welcome" in str(await socket.recv())
        except websockets.InvalidStatus:
            return False

    async with world.person("jan") as who, world.person("kim", Role.ADMINISTRATOR) as other:
        cookie = who.http.headers["Cookie"]
        assert await is_let_in(cookie, Origin=ours)
        for origin in ("null", "https://evil.example", "http://127.0.0.1"):
            assert not await is_let_in(cookie, Origin=origin), origin
        assert not await is_let_in(cookie), "without an Origin no browser asks"
        assert not await is_let_in(f"{COOKIE}={'A' * 43}", Origin=ours)
        assert not await is_let_in(other.http.headers["Cookie"], Origin=ours), "an administrator watches no board"
        await who.http.delete("/v1/session")
        assert not await is_let_in(cookie, Origin=ours)


async def test_an_idle_screen_reads_on_and_acts_again_after_a_proof(world: Staffed) -> None:
    async with world.person("leo") as who:
        await world.query("UPDATE people_sessions SET acted_at = now() - interval '1 h' WHERE person_id = $1", who.id)
        assert (await who.http.get("/v1/session")).json()["is_idle"] is True
        assert (await who.http.get("/v1/incidents")).status_code == 200
        assert (await who.http.get("/v1/board")).status_code == 200
        async with websockets.connect(
            world.service.ws_url,
            additional_headers={"Cookie": who.http.headers["Cookie"], "Origin": world.service.url},
        ) as socket:
            await socket.send('{"kind": "hello"}')
            assert "welcome" in str(await socket.recv())
            acts = {
                "/v1/calls": {"said": "TUC 1"},
                "/v1/alarms/999999999/acknowledge": None,
                "/v1/private/6f9a1f3e-59a5-4a57-8df5-0a9f6a6d3d11": {"purpose": "look"},
                "/v1/session/active": None,
            }
            for path, body in acts.items():
                answer = await who.http.post(path, json=body)
                assert (answer.status_code, answer.json()["code"]) == (403, "reauthenticate"), path
            wrong = await who.http.post("/v1/session/proof", json={"password": "no such thing"})
            assert (wrong.status_code, wrong.json()["code"]) == (403, "not_proved")
            right = await who.http.post("/v1/session/proof", json={"password": PASSWORD})
            assert check_answer(right, "post", "/v1/session/proof")["is_idle"] is False
            assert (await who.http.post("/v1/alarms/999999999/acknowledge")).status_code == 404
            call = await who.http.post("/v1/calls", json={"said": "TUC four one seven"})
            assert call.status_code == 201, call.text
            await socket.send('{"kind": "hello"}')  # it was open all the time: now it hears that one hello was enough
        await world.no_code_taken(who)
        assert (await who.http.post("/v1/session/proof", json={"code": who.totp.now()})).status_code == 200


async def test_whoever_works_on_the_floor_is_not_asked_again(rig: Engines) -> None:
    floor = {"AUXILIO_FLOOR_NETWORKS": "127.0.7.0/24", "AUXILIO_IDLE_S": "0.2"}
    async with staffed(rig, "floor", floor) as (made, _):
        for source, status in (("127.0.7.1", 404), ("127.0.8.1", 403)):
            async with made.person(f"at-{source}", source=source) as who:
                await asyncio.sleep(0.3)
                assert (await who.http.post("/v1/alarms/999999999/acknowledge")).status_code == status, source
        async with made.person("exempt", source="127.0.8.1") as who:
            await made.query("UPDATE people SET never_idle = true WHERE id = $1", who.id)
            await asyncio.sleep(0.3)
            assert (await who.http.post("/v1/alarms/999999999/acknowledge")).status_code == 404


async def test_who_gets_in_is_changed_only_with_a_fresh_proof(world: Staffed) -> None:
    async with world.person("max", Role.ADMINISTRATOR) as who:
        await world.query("UPDATE people_sessions SET proved_at = now() - interval '1 h' WHERE person_id = $1", who.id)
        assert (await who.http.get("/v1/people")).status_code == 200
        invitation = {"login": "thief", "name": "A Thief", "role": "administrator"}
        for path, body in (("/v1/people", invitation), ("/v1/account/passkeys/begin", None)):
            answer = await who.http.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (403, "reauthenticate"), path
        assert (await who.http.post("/v1/session/proof", json={"password": PASSWORD})).status_code == 200
        assert (await who.http.post("/v1/account/passkeys/begin")).status_code == 201


async def test_nobody_can_lock_a_dispatcher_out_by_guessing(world: Staffed) -> None:
    async with world.person("noa", source="127.0.0.9") as who, world.browser("127.0.5.9") as attacker:
        seen = [
            (await attacker.post("/v1/sign-in", json=who.typed(password=f"guess number {n}"))).status_code
            for n in range(8)
        ]
        assert 429 in seen
        assert seen[:5] == [401] * 5
        refused = await attacker.post("/v1/sign-in", json=who.typed())
        assert refused.status_code == 429, "a stranger waits, even with the right answer"
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await who.http.get("/v1/session")).status_code == 200, "the live session is not touched"
        assert (await who.http.post("/v1/alarms/999999999/acknowledge")).status_code == 404, "nor what it may do"
        async with world.browser("127.0.0.9") as own_desk, world.browser("127.0.6.9") as elsewhere:
            await signed_in(world, who, own_desk)
            await world.no_code_taken(who)
            slowed = await elsewhere.post("/v1/sign-in", json=who.typed())
            assert slowed.status_code == 429, "from a third place the account is guarded"
            assert (await elsewhere.post("/v1/sign-in/passkey/begin")).status_code == 201, "a passkey is nobody's guess"


async def test_each_role_has_its_own(world: Staffed, root: httpx.AsyncClient) -> None:
    pool = await open_pool(world.database, size=1)
    try:
        key = await create_key(pool, REGION, Role.DISPATCHER, "a machine")
    finally:
        await pool.close()
    async with world.person("oda") as who, world.person("pat", Role.AUDITOR) as auditor, world.browser() as machine:
        machine.headers["Authorization"] = f"Bearer {key}"
        for http in (who.http, auditor.http):
            assert (await http.get("/v1/people")).json()["code"] == "wrong_role"
        for http in (root, auditor.http):
            assert (await http.get("/v1/incidents")).json()["code"] == "wrong_role"
            assert (await http.get("/v1/account")).status_code == 200
        assert (await machine.get("/v1/incidents")).status_code == 200
        assert (await machine.get("/v1/account")).json()["code"] == "no_session"
        assert (await machine.delete("/v1/session")).json()["code"] == "no_session"


async def test_the_last_administrator_stays(rig: Engines) -> None:
    async with staffed(rig, "last") as (made, said), made.browser() as http:
        link = FIRST.search(said)
        assert link
        await accept(http, link[1], login="ada", name="Ada Canary")
        (row,) = check_answer(await http.get("/v1/people"), "get", "/v1/people")
        for change in ({"role": "auditor"}, {"role": "administrator", "disabled": True}):
            answer = await http.put(f"/v1/people/{row['id']}", json={"name": "Ada"} | change)
            assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_now")
        async with made.person("bea", Role.ADMINISTRATOR):
            done = await http.put(f"/v1/people/{row['id']}", json={"name": "Ada", "role": "auditor"})
            assert done.status_code == 204
            assert (await http.get("/v1/people")).status_code == 403, "it counts at once"


async def test_over_plain_http_from_elsewhere_nobody_signs_in(world: Staffed) -> None:
    host = "192.0.2.7:8911"
    async with world.browser(Origin=f"http://{host}", Host=host) as http:
        answer = await http.post("/v1/sign-in", json={"login": "a", "password": "b"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_private")
    async with world.browser(Origin=f"https://{host}", Host=host) as http:  # a proxy has ended the TLS
        assert (await http.post("/v1/sign-in", json={"login": "a", "password": "b"})).status_code in (401, 429)


async def test_a_new_password_ends_the_other_sessions_and_a_new_authenticator_the_old_one(world: Staffed) -> None:
    async with world.person("quin") as who, world.browser() as other:
        await signed_in(world, who, other)
        changed = await who.http.put("/v1/account/password", json={"password": NEW})
        assert changed.status_code == 204
        assert (await other.get("/v1/session")).status_code == 401
        begun = await who.http.post("/v1/account/authenticator/begin")
        made = check_answer(begun, "post", "/v1/account/authenticator/begin")
        old = {"secret": made["secret"], "code": who.totp.now()}
        assert (await who.http.put("/v1/account/authenticator", json=old)).json()["field"] == "code"
        new = {"secret": made["secret"], "code": type(who.totp)(made["secret"]).now()}
        answer = await who.http.put("/v1/account/authenticator", json=new)
        codes = check_answer(answer, "put", "/v1/account/authenticator")["recovery_codes"]
        with_new = who.typed(password=NEW, code=codes[0])
        assert (await other.post("/v1/sign-in", json=with_new)).status_code == 200
        with_old = who.typed(password=NEW, code=who.codes[0])
        assert (await other.post("/v1/sign-in", json=with_old)).status_code == 401


async def test_an_operator_invites_lists_and_ends_sessions_from_the_shell(world: Staffed) -> None:
    async def auxilio(*words: str) -> str:
        service = world.service
        return (await terminal.auxilio(world.database, service.redis, service.folder, "people", *words)).output

    async with world.person("rob") as who, world.browser() as new:
        link = await auxilio("invite", "sue", "--role", "supervisor", "--name", "Sue Canary")
        assert "people are" in await auxilio("invite", "tom", "--role", "psap", "--name", "Tom Canary")
        lines = await auxilio("list")
        assert re.search(r"^rob .*dispatcher.* active +1 sessions", lines, re.MULTILINE), lines
        await accept(new, link.strip().partition("#")[2])
        assert "invitation" in await auxilio("sessions", "sue")
        assert await auxilio("end-sessions", "rob") == "1 sessions ended\n"
        assert (await who.http.get("/v1/session")).status_code == 401
        assert await auxilio("disable", "sue") == "disabled; 1 sessions ended\n"
        assert "nobody has the login" in await auxilio("enable", "nobody")


async def test_no_secret_of_anybody_is_written_down(world: Staffed) -> None:
    async with world.person("u-m-a") as who:
        tables = await world.query("SELECT tablename FROM pg_tables WHERE tablename LIKE 'people%'")
        kept = ""
        for table in tables:
            kept += str(await world.query(f"SELECT t::text AS whole FROM {table['tablename']} t"))
        log = world.service.log.read_text(errors="replace")
        for secret in (PASSWORD, cookie_of(who.http), who.totp.secret, who.codes[1], who.codes[1].replace("-", "")):
            assert secret not in kept
            assert secret not in log
        assert "Canary" in kept
        ledger = str(await world.query("SELECT body FROM ledger"))
        for name in ("Canary", "u-m-a"):
            assert name not in log
            assert name not in ledger
