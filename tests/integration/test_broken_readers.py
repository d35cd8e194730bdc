"""A tower's message that breaks our reader: an incident with its bytes sealed, once, by webhook and by broker."""

import json
from base64 import b64decode

from loadtests.rig import Engines
from tests.integration.broker import mosquitto
from tests.integration.scene import a_world
from tests.integration.test_towers import PRESS, eventually, publisher, uplink


async def test_what_breaks_our_reader_is_an_incident_with_its_bytes_kept(rig: Engines) -> None:
    async with (
        mosquitto(rig.folder / "mosquitto-broken") as broker,
        a_world(rig, "broken-readers", AUXILIO_MQTT_URL=broker.url) as world,
    ):
        await world.service.kill()
        world.service.argv = ("-m", "loadtests.sabotage", "break-readers")
        await world.service.start()
        async with world.http("tower") as network, world.http("dispatcher") as desk, publisher(broker) as client:
            posted = uplink("cc01", PRESS)
            answers = [await network.post("/v1/networks/chirpstack?event=up", json=posted) for _ in range(3)]
            assert {answer.status_code for answer in answers} == {200}
            (first,) = {answer.json()["messages"][0]["incident_id"] for answer in answers}
            published = json.dumps(uplink("cc02", PRESS)).encode()
            for _ in range(2):
                await client.publish("application/a1/device/cc02/event/up", published, qos=1)

            async def other() -> list[int]:
                rows = (await desk.get("/v1/incidents")).json()
                return [row["id"] for row in rows if row["id"] != first]

            (second,) = await eventually(other)
            for incident_id, raw in ((first, json.dumps(posted).encode()), (second, published)):
                (call,) = (await desk.get(f"/v1/incidents/{incident_id}")).json()["calls"]
                assert call["warnings"] == ["body: RuntimeError"]
                opened = await desk.post(f"/v1/private/{call['sealed']}", json={"purpose": "a test"})
                assert json.loads(b64decode(opened.json()["raw"])) == json.loads(raw)
            assert len(await other()) == 1
