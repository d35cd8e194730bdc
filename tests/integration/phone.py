"""An agent's device as the documents describe it: a key pair of its own, a code used once, tokens for signed nonces."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.access.devices.proof import proof_text
from loadtests.rig import Service


@dataclass(slots=True)
class Phone:
    """A device that speaks with one process of the service."""

    service: Service
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: str = ""

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.service.url, timeout=30.0)

    @property
    def public_key(self) -> str:
        der = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(der).decode()

    async def enrol(self, code: str) -> httpx.Response:
        async with self.http() as http:
            answer = await http.post("/v1/devices/enrolments", json={"code": code, "public_key": self.public_key})
        if answer.status_code == 201:
            self.id = answer.json()["device_id"]
        return answer

    async def nonce(self) -> str:
        async with self.http() as http:
            return str((await http.post("/v1/devices/nonces")).json()["nonce"])

    def sign(self, nonce: str, device_id: str | None = None) -> str:
        r, s = decode_dss_signature(self.key.sign(proof_text(device_id or self.id, nonce), ec.ECDSA(SHA256())))
        return b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()

    async def ask_token(self, nonce: str, signature: str, device_id: str | None = None) -> httpx.Response:
        async with self.http() as http:
            body = {"nonce": nonce, "signature": signature}
            return await http.post(f"/v1/devices/{device_id or self.id}/tokens", json=body)

    async def token(self) -> str:
        nonce = await self.nonce()
        answer = await self.ask_token(nonce, self.sign(nonce))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    async def open(self, token: str, **more: Any) -> websockets.ClientConnection:
        headers = {"Authorization": f"Bearer {token}"}
        return await websockets.connect(self.service.ws_url, additional_headers=headers, max_size=2**24, **more)
