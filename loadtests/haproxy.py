"""The real HAProxy with the configuration of `deploy/`, on a free port of loopback, and who connects through it."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.tls.authority import ensure
from loadtests.debian import program

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "haproxy" / "haproxy.cfg"
START_S = 10.0
STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Client:
    """A client certificate as a PSAP's system has it: the two files, and what the front tells of it."""

    chain: Path
    key: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Front:
    """A running front. `trusting` is what a client knows of it; `member` has a certificate its authority signed."""

    port: int
    authority: bytes
    member: Client
    stranger: Client
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def trusting(self, client: Client | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.authority)
        if client is not None:
            context.load_cert_chain(client.chain, client.key)
        return context


@asynccontextmanager
async def front(folder: Path, *services: int) -> AsyncIterator[Front]:
    """Run the front before services on these ports of loopback. Raises NotToBeHad."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = ensure(folder / "site", ["localhost"], [ip_address("127.0.0.1")], datetime.now(UTC))
    site, clients = folder / "site.pem", folder / "clients.pem"
    site.write_bytes(ours.chain.read_bytes() + ours.key.read_bytes())
    member, stranger = _client(folder, "member"), _client(folder, "stranger")
    clients.write_bytes(member.chain.read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"AUXILIO_FRONT": f"127.0.0.1:{port}", "AUXILIO_CERT": str(site), "AUXILIO_CLIENT_CA": str(clients)}
    env |= {f"AUXILIO_SERVICE_{n}": f"127.0.0.1:{service}" for n, service in enumerate(services, 1)}
    command = (program("haproxy", "haproxy"), "-db", "-f", str(CONFIGURATION))
    with (folder / "haproxy.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **env}, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(START_S):
            while process.returncode is None and not await _listens(port):
                await asyncio.sleep(0.05)
        assert process.returncode is None, (folder / "haproxy.log").read_text()
        yield Front(port, ours.authority, member, stranger, process)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_S):
            await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _client(folder: Path, name: str) -> Client:
    """Make a certificate that signs itself: an operator lists a sender's own as well as an authority's."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.crt", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Client(chain, secret, certificate.fingerprint(hashes.SHA256()).hex())
