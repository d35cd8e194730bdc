"""ChirpStack's integration events as Protocol Buffers: the fields read here, by their numbers in integration.proto.

Built from the numbers instead of generated, so that one library reads them and unknown fields of later versions pass.
"""

from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2, timestamp_pb2
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message

from app.interop.reading import Unusable

_F: Final = descriptor_pb2.FieldDescriptorProto
TEXT, FLAG, WHOLE, SIGNED, FLOAT, DOUBLE, BYTES = (
    _F.TYPE_STRING, _F.TYPE_BOOL, _F.TYPE_UINT32, _F.TYPE_INT32, _F.TYPE_FLOAT, _F.TYPE_DOUBLE, _F.TYPE_BYTES
)  # fmt: skip
TIME, STRUCT = ".google.protobuf.Timestamp", ".google.protobuf.Struct"
PACKAGE: Final = "auxilio.chirpstack"

Fields = dict[str, tuple[int, Any]]
_HEAD: Final[Fields] = {"deduplication_id": (1, TEXT), "time": (2, TIME), "device_info": (3, "DeviceInfo")}
MESSAGES: Final[dict[str, Fields]] = {
    "Tag": {"key": (1, TEXT), "value": (2, TEXT)},
    "DeviceInfo": {
        "application_id": (3, TEXT), "device_profile_name": (6, TEXT), "device_name": (7, TEXT), "dev_eui": (8, TEXT),
        "tags": (9, ["Tag"]),
    },
    "RxInfo": {"gateway_id": (1, TEXT), "rssi": (6, SIGNED), "snr": (7, FLOAT)},
    "Location": {"latitude": (1, DOUBLE), "longitude": (2, DOUBLE), "altitude": (3, DOUBLE)},
    "up": _HEAD | {
        "dev_addr": (4, TEXT), "f_cnt": (7, WHOLE), "f_port": (8, WHOLE), "data": (10, BYTES), "object": (11, STRUCT),
        "rx_info": (12, ["RxInfo"]),
    },
    "join": _HEAD | {"dev_addr": (4, TEXT)},
    "ack": _HEAD | {"queue_item_id": (4, TEXT), "acknowledged": (5, FLAG), "f_cnt_down": (6, WHOLE)},
    "status": _HEAD | {
        "margin": (5, SIGNED), "external_power_source": (6, FLAG), "battery_level_unavailable": (7, FLAG),
        "battery_level": (8, FLOAT),
    },
    "location": _HEAD | {"location": (4, "Location")},
    "log": {
        "time": (1, TIME), "device_info": (2, "DeviceInfo"), "level": (3, SIGNED), "code": (4, SIGNED),
        "description": (5, TEXT),
    },
    "txack": {"downlink_id": (1, WHOLE), "time": (2, TIME), "device_info": (3, "DeviceInfo"), "gateway_id": (6, TEXT)},
    "integration": _HEAD | {"integration_name": (4, TEXT), "event_type": (5, TEXT)},
}  # fmt: skip


@cache
def classes() -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(name="auxilio_chirpstack.proto", package=PACKAGE, syntax="proto3")
    file.dependency.extend(["google/protobuf/timestamp.proto", "google/protobuf/struct.proto"])
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    for known in (timestamp_pb2, struct_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return {n: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{n}")) for n in MESSAGES}


def _add(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: Any) -> None:
    label = _F.LABEL_REPEATED if isinstance(kind, list) else _F.LABEL_OPTIONAL
    kind = kind[0] if isinstance(kind, list) else kind
    if isinstance(kind, str):
        type_name = kind if kind.startswith(".") else f".{PACKAGE}.{kind}"
        message.field.add(name=name, number=number, label=label, type=_F.TYPE_MESSAGE, type_name=type_name)
    else:
        message.field.add(name=name, number=number, label=label, type=kind)


def read_protobuf(event: str, raw: bytes) -> dict[str, Any]:
    """Return an event with the names its JSON has. Raises Unusable."""
    message = classes()[event]()
    try:
        message.ParseFromString(raw)
        found: dict[str, Any] = MessageToDict(message)
    except (DecodeError, ValueError, OverflowError, TypeError, RecursionError):
        raise Unusable("not a Protocol Buffers message of this event") from None
    info = found.get("deviceInfo")
    if isinstance(info, dict) and "tags" in info:
        info["tags"] = {tag.get("key", ""): tag.get("value", "") for tag in info["tags"]}
    return found
