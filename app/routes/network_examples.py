"""What the OpenAPI document says of the networks' bodies: theirs, not ours, so only what is read of them."""

from typing import Any, Final

KEY: Final[dict[str, Any]] = {
    "name": "key",
    "in": "query",
    "required": False,
    "description": "a tower's key, where the network cannot send a header; HTTP Basic with it as password works too",
    "schema": {"type": "string", "maxLength": 128},
}


def _takes(description: str, **content: Any) -> dict[str, Any]:
    return {
        "parameters": [KEY],
        "requestBody": {
            "required": True,
            "description": description,
            "content": {
                media: {"schema": {"type": "object"}, "example": example} for media, example in content.items()
            },
        },
    }


CHIRPSTACK: Final = _takes(
    "An event of ChirpStack v4: `up`, `status`, `join`, `ack`, `log`, `location`, `txack`, `integration`.",
    **{
        "application/json": {
            "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
            "time": "2026-11-22T14:03:07.250000Z",
            "deviceInfo": {"deviceProfileName": "R312A", "devEui": "0101010101010101", "tags": {"tower_id": "TUCR-07"}},
            "fPort": 6,
            "data": "AU0BHgEAAAAAAAA=",
            "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -104, "snr": 4.5}],
        }
    },
)
TTS: Final = _takes(
    "A message of The Things Stack: `uplink_message`, `join_accept`, ...",
    **{
        "application/json": {
            "end_device_ids": {"device_id": "tucr-07", "dev_eui": "0004A30B001C0530"},
            "uplink_message": {
                "session_key_id": "AXA50tHUGUucuzS/bCGMNw==",
                "f_cnt": 1,
                "f_port": 6,
                "frm_payload": "AU0BHgEAAAAAAAA=",
                "version_ids": {"model_id": "r312a"},
                "received_at": "2026-11-22T14:03:07.250000Z",
            },
        }
    },
)
ROCKBLOCK: Final = _takes(
    "A mobile-originated message; `data` is hexadecimal. The network's own estimate of the place is not read.",
    **{
        "application/x-www-form-urlencoded": {
            "imei": "300234010753370",
            "momsn": "12345",
            "transmit_time": "26-11-22 14:03:07",
            "data": "534f5320423d3831",
        },
        "application/json": {
            "imei": "300234010753370",
            "momsn": 12345,
            "transmit_time": "2026-11-22T14:03:07Z",
            "data": "534f5320423d3831",
        },
    },
)
INREACH: Final = _takes(
    "IPC Outbound events. 4 declares an SOS, 6 confirms it, 7 takes it back.",
    **{
        "application/json": {
            "Version": "2.0",
            "Events": [
                {
                    "imei": "300434000000000",
                    "messageCode": 4,
                    "timeStamp": 1795356187250,
                    "point": {"latitude": 31.7321, "longitude": -111.2103, "gpsFix": 2},
                    "status": {"lowBattery": 2},
                }
            ],
        }
    },
)
