"""A real TAK server (taky) and a real TAK client (pytak) for a test."""

import asyncio
import sys
import warnings
from collections.abc import AsyncIterator
from configparser import ConfigParser
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.integration.broker import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pytak names what it could do with further packages
    import pytak

START_S = 15.0
HEAR_S = 15.0
# taky asks pkg_resources for its own version, which setuptools no longer has; it asks it for nothing else.
RUN = """
import sys, types
known = types.ModuleType("pkg_resources")
known.DistributionNotFound = type("DistributionNotFound", (Exception,), {})
known.get_distribution = lambda name: types.SimpleNamespace(version="0.10")
sys.modules["pkg_resources"] = known
from taky.cot.__main__ import main
sys.argv = ["taky", "-c", sys.argv[1], "-l", "warning"]
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Pair:
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of the test's own, with a server's and a client's certificate."""

    ca: Path
    server: Pair
    client: Pair


def make_authority(folder: Path) -> Authority:
    ca_key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own")])
    now = datetime.now(UTC)

    def certificate(name: x509.Name, key: rsa.RSAPrivateKey, *, is_ca: bool) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=is_ca, crl_sign=is_ca, content_commitment=False,
            key_encipherment=not is_ca, data_encipherment=False, key_agreement=False, encipher_only=False,
            decipher_only=False,
        )  # fmt: skip
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(ca_name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1)).add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
            )
        )  # fmt: skip
        return builder.sign(ca_key, hashes.SHA256())

    def write(path: Path, signed: x509.Certificate) -> Path:
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        return path

    def pair(common_name: str) -> Pair:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        file = folder / f"{common_name}.key"
        encoded = serialization.PrivateFormat.TraditionalOpenSSL
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, encoded, serialization.NoEncryption()))
        return Pair(write(folder / f"{common_name}.crt", certificate(name, key, is_ca=False)), file)

    folder.mkdir(parents=True, exist_ok=True)
    ca = write(folder / "ca.crt", certificate(ca_name, ca_key, is_ca=True))
    return Authority(ca, pair("server"), pair("client"))


@asynccontextmanager
async def taky(folder: Path, authority: Authority | None = None, port: int = 0) -> AsyncIterator[int]:
    """Run the server, on a free port or a given one, and return its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    config = ConfigParser()
    config["taky"] = {"bind_ip": "127.0.0.1", "root_dir": str(folder), "hostname": "localhost"}
    config["cot_server"] = {"port": str(port)}
    config["dp_server"] = {"upload_path": str(folder / "dp")}
    if authority is not None:
        config["ssl"] = {
            "enabled": "true", "client_cert_required": "true", "ca": str(authority.ca),
            "cert": str(authority.server.certificate), "key": str(authority.server.key),
        }  # fmt: skip
    file = folder / "taky.conf"
    with file.open("w") as out:
        config.write(out)
    with (folder / "taky.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", RUN, str(file), stdout=log, stderr=log)
    try:
        async with asyncio.timeout(START_S):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        assert process.returncode is None, (folder / "taky.log").read_text()[-2000:]
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@dataclass(slots=True)
class Team:
    """A team's device on pytak's own workers: keeps every event it hears."""

    callsign: str
    uid: str
    heard: list[etree._Element] = field(default_factory=list)
    outbox: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    inbox: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)

    async def say(self, kind: str, lat: float, lon: float, detail: str = "", uid: str = "", **more: str) -> None:
        """Send an event built by pytak, with further details put in."""
        event = etree.fromstring(pytak.gen_cot(lat=lat, lon=lon, ce=12, uid=uid or self.uid, stale=60, cot_type=kind))
        found = event.find("detail")
        inner = found if found is not None else etree.SubElement(event, "detail")
        for old in inner.findall("contact"):
            inner.remove(old)
        for each in etree.fromstring(f'<d><contact callsign="{self.callsign}"/>{detail}</d>'):
            inner.append(each)
        for name, value in more.items():
            event.set(name, value)
        await self.outbox.put(etree.tostring(event))

    def saw(self, uid: str, kind: str) -> list[etree._Element]:
        return [event for event in self.heard if event.get("uid") == uid and event.get("type") == kind]

    async def hears(self, uid: str, kind: str, number: int = 1) -> etree._Element:
        """Wait for an event."""
        async with asyncio.timeout(HEAR_S):
            while len(self.saw(uid, kind)) < number:
                self.heard.append(etree.fromstring(await self.inbox.get()))
        return self.saw(uid, kind)[-1]


@asynccontextmanager
async def team(port: int, callsign: str, authority: Authority | None = None) -> AsyncIterator[Team]:
    """Connect with pytak as an ATAK user does."""
    config: dict[str, Any] = {"COT_URL": f"tcp://127.0.0.1:{port}"}
    if authority is not None:
        config = {
            "COT_URL": f"tls://127.0.0.1:{port}", "PYTAK_TLS_CLIENT_CERT": str(authority.client.certificate),
            "PYTAK_TLS_CLIENT_KEY": str(authority.client.key), "PYTAK_TLS_CLIENT_CAFILE": str(authority.ca),
            "PYTAK_TLS_DONT_CHECK_HOSTNAME": "1",
        }  # fmt: skip
    parser = ConfigParser(config)
    parser.add_section("team")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this client does not check names, as ATAK does not
        reader, writer = await pytak.protocol_factory(parser["team"])
    made = Team(callsign, f"ANDROID-{callsign}")
    workers = [
        asyncio.create_task(pytak.RXWorker(made.inbox, parser["team"], reader).run()),
        asyncio.create_task(pytak.TXWorker(made.outbox, parser["team"], writer).run()),
    ]
    try:
        await made.say("a-f-G-U-C", 31.5, -111.5)  # who we are: the server sends to nobody before
        yield made
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        writer.close()
