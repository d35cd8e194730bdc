"""Rescue towers: how they are, and whose device speaks for which."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from app.access.guard import MayBindDevices, MaySeeTowers, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.interop.tower.binding import BadBinding, binding_of, doubts
from app.interop.tower.devices import Device
from app.interop.tower.health import COLUMNS, quiet_until
from app.problems import Problem
from app.routes import bodies, examples
from app.routes.incidents import is_of
from app.services import Services
from dispatch.entities import Tower
from geo.sign import LifeCycle, SignKind

router = APIRouter(prefix="/v1/towers", tags=["towers"], responses=examples.ERRORS)
DeviceId = Annotated[str, Path(min_length=1, max_length=64)]
LINK = (*COLUMNS, "network", "heard_at", "decoder", "kind", "heartbeat_s")


@router.get("")
async def list_towers(services: Parts, identity: MaySeeTowers) -> Response:
    """Return every tower you may see: silent, tampered with, its battery, when it was heard and how well."""
    settings = services.settings
    await services.tower_health.keep(services.pool, settings.region)
    rows = await services.tower_health.load(services.pool, settings.region, settings.tower_heartbeat_s)
    devices: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        devices.setdefault(row["tower_id"], []).append(row)
    found = [_shown(services, tower_id, devices.get(tower_id, [])) for tower_id in _ids(services, devices)]
    return Response(to_json([row for row in found if is_of(identity, row["sector"])]), media_type="application/json")


def _ids(services: Services, devices: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return every tower there is: of the registry, of what has spoken, of what was bound."""
    signs = services.signs.registry.signs
    towers = {s.sign_id for s in signs if s.kind is SignKind.RESCUE_TOWER and s.life is not LifeCycle.RETIRED}
    return sorted(towers | services.view.board.towers.keys() | devices.keys())


def sector_of(services: Services, tower_id: str) -> str | None:
    """Return a tower's sector: by the registry, else as it was reported."""
    sign = services.signs.find(tower_id)
    return sign.sector if sign else services.view.board.towers.get(tower_id, Tower(tower_id)).sector


def _is_free(services: Services, identity: Identity, device_id: str) -> bool:
    """Whether a device is bound to no tower of a sector that is not this identity's."""
    bound = services.devices.find(device_id)
    return bound is None or is_of(identity, sector_of(services, bound.tower_id))


def _shown(services: Services, tower_id: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    sign = services.signs.find(tower_id)
    known = services.view.board.towers.get(tower_id) or Tower(tower_id)
    heard = [row["heard_at"] for row in rows if row["heard_at"] is not None]
    return {
        "tower_id": tower_id,
        "sector": sign.sector if sign else known.sector,
        "lat": sign.point.lat if sign else None,
        "lon": sign.point.lon if sign else None,
        "state": "silent" if known.silent else "heard" if heard else "never heard",
        "tamper": known.tamper,
        "low_battery": known.low_battery,
        "heard_at": max(heard, default=None),
        "silent_at": known.silent_at if known.silent else None,
        "tested_at": known.tested_at,
        "devices": [_device(row) for row in rows],
    }


def _device(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in LINK} | {
        "device_id": row["device_id"],
        "is_bound": row["bound_at"] is not None,
    }
    return shown | {"quiet_until": quiet_until(row, row["bound_at"] or row["heard_at"])}


@router.get("/devices")
async def list_devices(services: Parts, identity: MaySeeTowers) -> list[dict[str, Any]]:
    """Return which device speaks for which tower of your sectors."""
    devices = services.devices.all()
    return [_bound(device) for device in devices if is_of(identity, sector_of(services, device.tower_id))]


@router.put("/devices/{device_id}")
async def bind_device(
    device_id: DeviceId, body: bodies.TowerDeviceBody, services: Parts, identity: MayBindDevices
) -> dict[str, Any]:
    """Let a device (a LoRaWAN DevEUI, a modem's IMEI) speak for a tower; `kind` test while it is being installed."""
    sign = services.signs.find(body.tower_id)
    is_mine = sign is not None and is_of(identity, sign.sector)
    try:
        device = binding_of(sign if is_mine else None, device_id, body.decoder, body.heartbeat_s, body.kind)
    except BadBinding as bad:
        raise Problem(422, "invalid", bad.reason, field=bad.field) from None
    if not _is_free(services, identity, device_id):
        raise Problem(422, "invalid", "bound already; who bound it lets it go first", field="device_id")
    return _bound(await services.devices.bind(services.pool, services.settings.region, device))


@router.delete("/devices/{device_id}", status_code=204)
async def unbind_device(device_id: DeviceId, services: Parts, identity: MayBindDevices) -> Response:
    """Let a device speak for no tower any more, and forget what was heard of one that never did."""
    mine = _is_free(services, identity, device_id)
    if not mine or not await services.devices.unbind(services.pool, services.settings.region, device_id):
        raise Problem(404, "not_found", "no such device", field="device_id")
    return Response(status_code=204)


def _bound(device: Device) -> dict[str, Any]:
    return {
        "device_id": device.device_id,
        "tower_id": device.tower_id,
        "decoder": device.decoder,
        "heartbeat_s": device.heartbeat_s,
        "kind": device.kind.value,
        "warnings": doubts(device.device_id),
    }
