"""An authority of our own and the certificate it signs for this machine, kept as files nobody else can read.

A phone that trusts the authority trusts it for this network alone: its certificate says, critically, that it may vouch
only for private addresses, for `.local` names, and for the names and addresses this machine had when it was made.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.tls.host import Address

log = logging.getLogger(__name__)

AUTHORITY_LIFE: Final = timedelta(days=3650)  # a phone trusts it by hand, so not again every year
SERVER_LIFE: Final = timedelta(days=90)  # phones refuse one made for more than 825 days
RENEW_BEFORE: Final = timedelta(days=30)
SKEW: Final = timedelta(hours=24)  # a phone's clock may be behind
PRIVATE: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip


class UnreadableKey(OSError):
    """A key or certificate that is there but cannot be used; names the file."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a TLS server needs, as files, and what a phone needs: the authority, and its fingerprint to compare."""

    chain: Path
    key: Path
    authority: bytes  # DER
    fingerprint: str  # SHA-256, in pairs
    until: datetime


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ensure(folder: Path, names: Sequence[str], addresses: Sequence[Address], now: datetime) -> Credentials:
    """Return credentials for these names and addresses; what is missing, near its end or too narrow is made anew.

    Raises UnreadableKey, and OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    authority = _load(folder, "authority")
    if authority is None or authority.certificate.not_valid_after_utc - now < SERVER_LIFE:
        if authority is not None:
            log.warning("the authority of our certificates is at its end: a new one was made, phones must install it")
        authority = make_authority(names, addresses, now)
        _keep(folder, "authority", authority, ())
    wanted = _alternatives(authority.certificate, names, addresses)
    server = _load(folder, "server")
    if server is None or not _will_do(server.certificate, authority.certificate, wanted, now):
        server = make_server(authority, wanted, now)
        _keep(folder, "server", server, (authority.certificate,))
    return Credentials(
        folder / "server.crt",
        folder / "server.key",
        authority.certificate.public_bytes(serialization.Encoding.DER),
        authority.certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        server.certificate.not_valid_after_utc,
    )


def make_authority(names: Sequence[str], addresses: Sequence[Address], now: datetime) -> Signer:
    """Make an authority that may vouch for private networks and this machine, and for nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Auxilio {names[-1]} {now:%Y-%m-%d}")])
    permitted: list[x509.GeneralName] = [x509.DNSName(one) for one in dict.fromkeys(("local", *names))]
    permitted += [x509.IPAddress(ip_network(one)) for one in PRIVATE]
    permitted += [x509.IPAddress(ip_network(one)) for one in addresses if not one.is_private]
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _begun(name, name, key, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Signer(certificate, key)


def make_server(authority: Signer, alternatives: Sequence[x509.GeneralName], now: datetime) -> Signer:
    """Make a certificate for these names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Auxilio")])
    issuer = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _begun(name, authority.certificate.subject, key, now, SERVER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Signer(certificate, key)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _alternatives(
    authority: x509.Certificate, names: Sequence[str], addresses: Sequence[Address]
) -> list[x509.GeneralName]:
    """Return the names and addresses the authority may vouch for; what it may not is said and left out."""
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    roots = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    networks = [ip_network(str(one.value)) for one in permitted if isinstance(one, x509.IPAddress)]
    good_names = [n for n in names if any(n == root or n.endswith(f".{root}") for root in roots)]
    good_addresses = [a for a in addresses if any(a in network for network in networks)]
    left_out = [*(set(names) - set(good_names)), *map(str, set(addresses) - set(good_addresses))]
    if left_out:
        log.warning("not in the certificate, its authority was made without them: %s", ", ".join(sorted(left_out)))
    return [*map(x509.DNSName, good_names), *map(x509.IPAddress, good_addresses)]


def _will_do(
    server: x509.Certificate, authority: x509.Certificate, wanted: Sequence[x509.GeneralName], now: datetime
) -> bool:
    """Whether this certificate serves on: signed by our authority, for all that is wanted, not near its end."""
    has = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        server.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - a wrong signature, name or algorithm: all mean no, and a new one is made
        return False
    return set(wanted) <= set(has) and server.not_valid_after_utc - now > RENEW_BEFORE


def _load(folder: Path, name: str) -> Signer | None:
    """Read a certificate with its key; None when one of them is not there. Raises UnreadableKey."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
        secret = serialization.load_pem_private_key(key.read_bytes(), None)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UnreadableKey(f"{certificate} or {key} cannot be read ({error}); restore or remove both") from None
    if not isinstance(secret, ec.EllipticCurvePrivateKey) or secret.public_key() != read.public_key():
        raise UnreadableKey(f"{key} is not the key of {certificate}; restore or remove both")
    return Signer(read, secret)


def _keep(folder: Path, name: str, signer: Signer, above: Sequence[x509.Certificate]) -> None:
    """Write both files so that at no moment anybody else can read them; the key first, so no certificate lacks one."""
    secret = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (signer.certificate, *above))
    (folder / f"{name}.crt").unlink(missing_ok=True)
    for file, text in ((folder / f"{name}.key", secret), (folder / f"{name}.crt", chain)):
        draft = file.with_suffix(f"{file.suffix}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
