"""The authority and its certificates: made once, private, renewed in time, and good for nothing but this network."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.tls import authority as a
from app.tls.authority import AUTHORITY_LIFE, RENEW_BEFORE, SERVER_LIFE, Credentials, UnreadableKey, ensure
from app.tls.host import NAME, Address, host_addresses, host_names, reachable_address

NOW = datetime.now(UTC)
NAMES = ("localhost", "dispatch.local")
HERE: tuple[Address, ...] = (ip_address("127.0.0.1"), ip_address("192.168.1.7"))


def made(
    folder: Path, now: datetime = NOW, names: tuple[str, ...] = NAMES, addresses: tuple[Address, ...] = HERE
) -> Credentials:
    return ensure(folder, names, addresses, now)


def certificate(of: Credentials) -> x509.Certificate:
    return x509.load_pem_x509_certificate(of.chain.read_bytes())


def handshake(of: Credentials, name: str) -> None:
    """Let a client that trusts the authority alone speak with a server that has these credentials, in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(of.chain, of.key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=of.authority)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=name)
    other = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_files_are_private_and_the_same_at_the_next_start(tmp_path: Path) -> None:
    first, second = made(tmp_path / "tls"), made(tmp_path / "tls")
    assert first == second
    files = sorted((tmp_path / "tls").iterdir())
    assert [file.name for file in files] == ["authority.crt", "authority.key", "server.crt", "server.key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", [*NAMES, "127.0.0.1", "192.168.1.7"])
def test_a_client_that_trusts_the_authority_trusts_the_server_by_every_name(tmp_path: Path, name: str) -> None:
    handshake(made(tmp_path), name)


@pytest.mark.parametrize("name", ["other.local", "192.168.1.8", "example.org"])
def test_it_is_not_trusted_by_another_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(made(tmp_path), name)


def test_the_authority_s_key_is_worth_nothing_outside_the_network(tmp_path: Path) -> None:
    """Somebody who stole the key makes a certificate for a bank: who trusts the authority still refuses it."""
    made(tmp_path)
    thief = a._load(tmp_path, "authority")
    assert thief is not None
    for name in ("bank.example", "8.8.8.8"):
        alternative: x509.GeneralName = x509.DNSName(name)
        if name[0].isdigit():
            alternative = x509.IPAddress(ip_address(name))
        a._keep(tmp_path, "server", a.make_server(thief, [alternative], NOW), (thief.certificate,))
        der = thief.certificate.public_bytes(Encoding.DER)
        stolen = Credentials(tmp_path / "server.crt", tmp_path / "server.key", der, "", NOW)
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            handshake(stolen, name)


def test_a_certificate_near_its_end_is_renewed_and_the_authority_stays(tmp_path: Path) -> None:
    first = made(tmp_path)
    later = made(tmp_path, NOW + SERVER_LIFE - RENEW_BEFORE - timedelta(hours=1))
    assert later.until == first.until
    renewed = made(tmp_path, NOW + SERVER_LIFE - RENEW_BEFORE + timedelta(hours=1))
    assert renewed.until > first.until + timedelta(days=50)
    assert renewed.authority == first.authority


def test_a_phone_accepts_the_length_of_its_life(tmp_path: Path) -> None:
    found = certificate(made(tmp_path))
    assert found.not_valid_after_utc - found.not_valid_before_utc < timedelta(days=398)


def test_an_authority_at_its_end_is_made_anew(tmp_path: Path) -> None:
    first = made(tmp_path)
    later = made(tmp_path, NOW + AUTHORITY_LIFE - timedelta(days=1))
    assert later.fingerprint != first.fingerprint


def test_a_new_address_gets_a_new_certificate_from_the_same_authority(tmp_path: Path) -> None:
    first = made(tmp_path)
    moved = made(tmp_path, addresses=(*HERE, ip_address("10.1.2.3")))
    assert moved.authority == first.authority
    handshake(moved, "10.1.2.3")
    assert made(tmp_path) == moved  # one that is good for more serves on


def test_what_the_authority_may_not_vouch_for_is_left_out_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made(tmp_path)
    moved = made(tmp_path, names=(*NAMES, "dispatch.example.org"), addresses=(*HERE, ip_address("203.0.113.9")))
    assert "203.0.113.9, dispatch.example.org" in caplog.text
    handshake(moved, "localhost")


def test_a_broken_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / "authority.key").write_text("not a key")
    with pytest.raises(UnreadableKey, match=r"authority\.key"):
        made(tmp_path)
    assert (tmp_path / "authority.key").read_text() == "not a key"


def test_this_machine_has_names_and_addresses() -> None:
    assert "localhost" in host_names()
    assert all(NAME.fullmatch(name) for name in host_names())
    assert ip_address("127.0.0.1") in host_addresses()
    assert not any(address.is_link_local for address in host_addresses())
    assert reachable_address("10.1.1.1") == "10.1.1.1"
    assert ip_address(reachable_address("0.0.0.0")) in host_addresses()  # noqa: S104
