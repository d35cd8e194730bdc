"""MQTT intake from a network server's broker: acknowledged to the broker only once it is recorded here.

A persistent session under a name of ours: what the towers say while we are away, or what we could not record, comes
again. The process that holds the desk listens, nobody else, so that nothing is taken twice.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import aiomqtt

from app.access.identity import Identity, Role
from app.interop.lorawan import chirpstack, tts
from app.interop.reading import Unusable
from app.interop.tower.broken import take_unreadable
from app.interop.tower.intake import take
from app.interop.tower.message import TowerMessage
from app.problems import Problem
from app.requests import DeskUnavailable, Spooled
from app.services import Services

log = logging.getLogger(__name__)

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S: Final = 20
CONNECT_S: Final = 10.0
BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
UNDER_WAY_MAX: Final = 32  # what comes together commits together; more than a broker has under way (Mosquitto: 20)
QUEUED_MAX: Final = 4_096  # beyond it aiomqtt drops and logs: QoS 1 comes again, QoS 0 has no way back
PAYLOAD_BYTES_MAX: Final = 65_536
AT_LEAST_ONCE: Final = 1
AWAY: Final = (aiomqtt.MqttError, DeskUnavailable, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is; built from `mqtt[s]://user:password@host:port`."""

    host: str
    port: int
    user: str | None
    password: str | None
    is_tls: bool

    @classmethod
    def of(cls, url: str) -> "Broker":
        parts = urlsplit(url)
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        port = parts.port or PORTS[parts.scheme]
        return cls(parts.hostname or "localhost", port, user, password, parts.scheme == "mqtts")


def read(topic: str, payload: bytes, decoder_of: Callable[[str], str | None]) -> TowerMessage:
    """Return what a message says, by its topic's layout. Raises Unusable."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise Unusable(f"over {PAYLOAD_BYTES_MAX} bytes")
    levels = topic.split("/")
    if levels[0] == "v3" and "devices" in levels:
        return tts.read_message(payload, decoder_of)
    if "event" in levels and levels[-1] in chirpstack.EVENTS:
        is_protobuf = not payload.lstrip().startswith(b"{")
        return chirpstack.read_event(payload, levels[-1], decoder_of, is_protobuf=is_protobuf)
    raise Unusable("a topic of neither ChirpStack nor The Things Stack", "topic")


class MqttIntake:
    """Listens to one broker for as long as the process lives."""

    def __init__(self, services: Services, url: str) -> None:
        self._services = services
        self._broker = Broker.of(url)
        self._identity = Identity("mqtt", Role.TOWER, "mqtt")
        self._room = asyncio.Semaphore(UNDER_WAY_MAX)

    async def run(self) -> None:
        """Connect, listen, and connect again; the health page says how it stands."""
        failures = 0
        while True:
            try:
                await self._listen()
            except Exception as error:
                why = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                if isinstance(why, AWAY):
                    log.warning("the MQTT broker or the desk was lost: %s", type(why).__name__)
                else:
                    log.exception("listening to the MQTT broker broke; it begins anew")
                failures = failures + 1 if self._services.dependencies.get("mqtt") != "ok" else 1
                self._services.dependencies["mqtt"] = "away"
                await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1])

    async def _listen(self) -> None:
        settings, broker = self._services.settings, self._broker
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            identifier=f"auxilio-{settings.region}",
            clean_session=False,
            keepalive=KEEP_ALIVE_S,
            timeout=CONNECT_S,
            max_queued_incoming_messages=QUEUED_MAX,
            tls_params=aiomqtt.TLSParameters() if broker.is_tls else None,
        )
        paho = client._client  # noqa: SLF001 - aiomqtt has no way of its own to acknowledge late
        paho.manual_ack_set(True)
        async with client, asyncio.TaskGroup() as under_way:
            for topic in settings.mqtt_topics:
                await client.subscribe(topic, qos=AT_LEAST_ONCE)
            self._services.dependencies["mqtt"] = "ok"
            async for message in client.messages:
                await self._room.acquire()
                under_way.create_task(self._take(paho, message))

    async def _take(self, paho: Any, message: aiomqtt.Message) -> None:
        try:
            await self._record(message)
            paho.ack(message.mid, message.qos)
        finally:
            self._room.release()

    async def _record(self, message: aiomqtt.Message) -> None:
        """Record a message; one that says nothing usable is done with. Raises DeskUnavailable: it comes again."""
        raw = message.payload if isinstance(message.payload, bytes) else str(message.payload or "").encode()
        try:
            said = read(message.topic.value, raw, self._decoder_of)
            await take(self._services, self._identity, said, raw)
        except Unusable as error:
            log.warning("an MQTT message could not be used: %s", error)
        except Problem as problem:
            log.warning("an MQTT message was refused: %s", problem.body["code"])
        except Spooled:
            return  # it is on disk: the broker need not keep it as well
        except AWAY:
            raise
        except Exception as error:
            # Left unacknowledged it would break us again for ever; its sender cannot be asked.
            log.exception("an MQTT message broke its reader")
            with suppress(Spooled):  # then it is on disk
                await take_unreadable(self._services, self._identity, raw, type(error).__name__)

    def _decoder_of(self, device_id: str) -> str | None:
        bound = self._services.devices.find(device_id)
        return bound.decoder if bound else None
