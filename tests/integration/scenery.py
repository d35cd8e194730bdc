"""What the lines of docs/api.md are about: each id the page shows gets one of its kind, made for that line."""

import re
from dataclasses import dataclass
from typing import Any, Final

import httpx

from app.access.devices.codes import make_code
from app.access.identity import Role
from app.sealing import KeyFile, Sealer
from app.settings import Settings
from app.store.pool import open_pool
from loadtests.rig import REGION
from tests.integration.matrix import Sector, consumables
from tests.integration.phone import Phone
from tests.integration.scene import World
from tests.integration.staff import Somebody, Staffed

LINE: Final = re.compile(r'curl -s (?:-X (\w+) )?"\$AUXILIO(/[^"?]*)')
INCIDENT, OTHER, ASSIGNMENT, ONE_ID, PERSON, SESSION = (
    "72", "82", '"assignment_id": 73', "5f0c1a2b3c4d", "92289257-d6d8-4c7c-a152-39e24f985b49", "4ac71537b9d1d5a2",
)  # fmt: skip


SECTOR: Final = "TUC"


@dataclass(slots=True)
class Scenery:
    """A world, and who is signed in at it. `of` makes what one line of the page is about."""

    world: World
    desk: httpx.AsyncClient
    psap: httpx.AsyncClient
    staff: Staffed
    administrator: Somebody
    made: int = 0

    async def prepare(self) -> None:
        """Nothing is offered by itself: a unit is where a line wants it."""
        for sector in self.world.border.sectors:
            await self._ok(self.desk.put(f"/v1/sectors/{sector.sector}/mode", json={"mode": "recommend"}))

    async def of(self, line: str) -> dict[str, str]:
        """Return what is to stand in a line in place of what the page shows."""
        found = LINE.search(line)
        assert found is not None, line
        verb, path = found[1] or "GET", found[2]
        put: dict[str, str] = {}
        if f"/incidents/{INCIDENT}" in path or f".{INCIDENT}:" in path:
            put |= await self._incident(path)
        if path.startswith("/v1/units/U12/status"):
            assignment = await self._assigned(await self._called(), "U12")
            put[ASSIGNMENT] = f'"assignment_id": {assignment}'
        for start, make in (
            ("/v1/alarms/90", self._alarm), ("/v1/private/", self._note), ("/v1/callbacks/7", self._callback),
            (f"/v1/webhooks/{ONE_ID}", self._webhook), (f"/v1/devices/{ONE_ID}", self._device),
            (f"/v1/keys/{ONE_ID}", self._key), (f"/v1/people/{PERSON}", self._person), ("/v1/holds/3", self._hold),
            (f"/v1/account/sessions/{SESSION}", self._session),
        ):  # fmt: skip
            if path.startswith(start):
                put |= await make()
        if path == "/v1/erasures":  # what is sealed of an open incident is kept
            for row in await self._ok(self.desk.get("/v1/incidents")):
                done = {"outcome": "found_well", "release_units": True}
                await self._ok(self.desk.post(f"/v1/incidents/{row['id']}/outcome", json=done))
        if "492039" in line:
            await self.staff.no_code_taken(self.administrator)
            put["492039"] = self.administrator.totp.now()
        if verb == "POST" and path == "/v1/people":
            put['"dee"'] = '"del"'
        return put

    async def _called(self, **more: Any) -> int:
        self.made += 1
        sign = self._sign()
        body = {
            "said": sign,
            "read_back": True,
            "call_id": f"s-{self.made}",
            "callback_number": f"52055{self.made:05d}",
        }
        done = await self.psap.post("/v1/calls", json=body | more)
        assert done.status_code in (200, 201), done.text
        return int(done.json()["incident_id"])

    def _sign(self) -> str:
        """Return a placard of the sector that the page's keys are for, another one each time."""
        signs = [s.sign_id for s in self.world.border.signs if s.sector == SECTOR and s.sign_id.startswith("TUC-")]
        return signs[100 + self.made % 100]

    def _number(self) -> str:
        return f"52055{self.made:05d}"

    async def _assigned(self, incident: int, unit: str) -> int:
        await self._ok(self.desk.put(f"/v1/units/{unit}/duty", json={"on_duty": True}))
        sent = await self._ok(
            self.desk.post(
                f"/v1/incidents/{incident}/assign", json={"unit_id": unit, "preempt": True, "reason": "test"}
            )
        )
        return int(sent["assignment_id"])

    async def _ok(self, asked: Any) -> Any:
        done = await asked
        assert done.is_success, done.text
        return done.json()

    async def _incident(self, path: str) -> dict[str, str]:
        """Return an incident as the route that ends the path wants it."""
        number = await self._called()
        put: dict[str, str] = {}
        verb = path.rpartition("/")[2]
        if verb in ("reassign", "stand-down"):
            put[ASSIGNMENT] = f'"assignment_id": {await self._assigned(number, "U12")}'
        if verb in ("assign", "reassign"):
            for unit in ("U12", "U14"):
                await self._ok(self.desk.put(f"/v1/units/{unit}/duty", json={"on_duty": True}))
        if verb == "reopen":
            await self._ok(self.desk.post(f"/v1/incidents/{number}/outcome", json={"outcome": "found_well"}))
        if verb in ("link", "unlink", "merge"):
            other = await self._called()
            put[OTHER] = str(other)
            if verb == "unlink":
                link = {"other_id": other, "relation": "related"}
                await self._ok(self.desk.post(f"/v1/incidents/{number}/link", json=link))
        if verb == "split":
            put["[71]"] = f"[{await self._joined(number)}]"
        if verb in ("agree", "decline"):
            await self._ok(self.desk.post(f"/v1/incidents/{number}/share", json={"sector": "YUM"}))
        now = (await self._ok(self.desk.get(f"/v1/incidents/{number}")))["incident"]["version"]
        put |= {f'"version": {shown}': f'"version": {now}' for shown in (73, 95)}
        return put | {f"/incidents/{INCIDENT}": f"/incidents/{number}", f".{INCIDENT}:": f".{number}:"}

    async def _joined(self, incident: int) -> int:
        """Return a second call of an incident."""
        same = {"callback_number": self._number(), "said": self._sign()}
        joined = await self._called(**same)
        assert joined == incident, "the same number at the same place is the same incident"
        return int((await self._ok(self.desk.get(f"/v1/incidents/{incident}")))["calls"][-1]["id"])

    async def _alarm(self) -> dict[str, str]:
        raised = await self._ok(self.desk.post("/v1/units/U13/mayday", json={}))
        return {"/alarms/90": f"/alarms/{raised['alarm_id']}"}

    async def _note(self) -> dict[str, str]:
        note = await self._ok(self.desk.post(f"/v1/incidents/{await self._called()}/notes", json={"text": "words"}))
        return {"b5a1f9c2-7d11-4a55-9f0e-61a0a8f3c001": note["note"]}

    async def _callback(self) -> dict[str, str]:
        tower = next(s.sign_id for s in self.world.border.signs if s.kind.value == "rescue_tower")
        self.made += 1
        sector = Sector(SECTOR, "U12", tower, {"incident_id": await self._called()}, made=self.made)
        return {"/callbacks/7": f"/callbacks/{(await consumables(self.world, sector))['callback_id']}"}

    async def _webhook(self) -> dict[str, str]:
        hook = await self._ok(
            self.desk.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/", "kinds": ["incident.reopened"]})
        )
        return {ONE_ID: hook["id"]}

    async def _device(self) -> dict[str, str]:
        pool = await open_pool(self.world.database, size=1)
        try:
            sealer = Sealer(KeyFile(Settings(data_dir=self.world.service.folder).keys_path), REGION)
            now = (await self.world.query("SELECT now()"))[0]["now"]
            code = await make_code(pool, REGION, sealer, "U12", "pixel", by="test", now=now)
        finally:
            await pool.close()
        phone = Phone(self.world.service)
        enrolled = await phone.enrol(code.text)
        assert enrolled.is_success, enrolled.text
        return {ONE_ID: phone.id}

    async def _key(self) -> dict[str, str]:
        self.made += 1
        return {ONE_ID: (await self.world.new_key(Role.PSAP, f"spare {self.made}"))[0]}

    async def _person(self) -> dict[str, str]:
        self.made += 1
        async with self.staff.person(f"p{self.made}") as somebody:
            session = (await self._ok(somebody.http.get("/v1/account")))["sessions"][0]["id"]
            return {PERSON: str(somebody.id), SESSION: session}

    async def _session(self) -> dict[str, str]:
        await self.cookie()  # another one, to end
        sessions = (await self._ok(self.administrator.http.get("/v1/account")))["sessions"]
        return {SESSION: next(one["id"] for one in sessions if not one["is_this"])}

    async def _hold(self) -> dict[str, str]:
        number = await self._called()
        sql = (
            "INSERT INTO holds (region, incident_id, kind, reason, set_by)"
            " VALUES ($1, $2, 'legal', gen_random_uuid(), 'test') RETURNING id"
        )
        return {"/holds/3": f"/holds/{(await self.world.query(sql, REGION, number))[0]['id']}"}

    async def cookie(self) -> str:
        """Sign the administrator in once more and return the cookie."""
        await self.staff.no_code_taken(self.administrator)
        async with self.staff.browser() as http:
            done = await http.post("/v1/sign-in", json=self.administrator.typed())
            assert done.is_success, done.text
            await self.staff.no_code_taken(self.administrator)  # the line itself may bring one
            return str(done.headers["set-cookie"]).partition(";")[0]


def in_place(line: str, put: dict[str, str]) -> str:
    for shown, real in put.items():
        line = line.replace(shown, real)
    return line
