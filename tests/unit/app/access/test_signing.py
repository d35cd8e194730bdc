"""Signatures: RFC 9421's own examples (appendix B.2), and each part of the plain form."""

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import InvalidSignature

from app.access.signing import plain, rfc9421
from app.access.signing.claim import SKEW, WINDOW, BadSignature, Message
from app.access.signing.secret import BadPublicKey, plain_key

# RFC 9421, B.1.4, B.1.5 and the test-request of B.2.
ED25519: Final = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
SHARED: Final = b64decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")
TARGET: Final = "/foo?param=Value&Pet=dog"
HEADERS: Final = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": (
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
    ),
    "content-length": "18",
}
B25: Final = {
    "signature-input": 'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "signature": "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
}
B26: Final = {
    "signature-input": (
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    ),
    "signature": ("sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"),
}
NOW: Final = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
SECRET: Final = b"s" * 32
NONCE: Final = "0123456789abcdef"


def rfc_request(**more: str) -> Message:
    return Message("POST", TARGET, f"https://example.com{TARGET}", HEADERS | more, b'{"hello": "world"}')


def test_the_rfc_s_own_signatures_hold() -> None:
    ed25519, hmac = rfc_request(**B26), rfc_request(**B25)
    assert rfc9421.key_id_of(ed25519.headers) == "test-key-ed25519"
    assert rfc9421.check(ed25519, b"", plain_key(ED25519)).parameters["created"] == 1618884473
    assert rfc9421.key_id_of(hmac.headers) == "test-shared-secret"
    rfc9421.check(hmac, SHARED, None)


@pytest.mark.parametrize(
    "touched",
    [{"date": "Tue, 20 Apr 2021 02:07:56 GMT"}, {"content-length": "19"}, {"content-type": "text/plain"}],
)
def test_the_rfc_s_own_signatures_hold_for_nothing_else(touched: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        rfc9421.check(rfc_request(**B26, **touched), b"", plain_key(ED25519))
    with pytest.raises(InvalidSignature):
        rfc9421.check(replace(rfc_request(**B26), method="PUT"), b"", plain_key(ED25519))


def test_what_was_signed_years_ago_covers_no_body_and_has_no_nonce_is_refused_in_words_of_ours() -> None:
    with pytest.raises(BadSignature, match="age exceeds"):
        rfc9421.verify(rfc_request(**B26), b"", plain_key(ED25519), NOW)


@pytest.mark.parametrize("header", ["", "x", "sig=()", "a=();keyid=7", 'a=();keyid="k", b=();keyid="k"', "a" * 5_000])
def test_what_names_no_single_key_is_nobody_s(header: str) -> None:
    assert rfc9421.key_id_of({"signature-input": header}) == ""
    assert rfc9421.key_id_of({}) is None


def a_request() -> Message:
    message = Message("POST", "/v1/calls?x=1", "", {}, b"{}")
    return replace(message, headers=plain.sign(message, "k1", SECRET, NOW, NONCE))


def test_the_plain_form_says_whose_it_is_and_until_when_it_is_good() -> None:
    message = a_request()
    assert plain.key_id_of(message.headers) == "k1"
    assert plain.key_id_of({}) is None
    proven = plain.verify(message, SECRET, NOW)
    assert (proven.nonce, proven.until) == (NONCE, NOW + WINDOW + SKEW)


def test_every_part_of_the_plain_form_is_signed() -> None:
    message = a_request()
    headers = message.headers
    for touched in (
        replace(message, method="PUT"),
        replace(message, target="/v1/calls?x=2"),
        replace(message, body=b"{} "),
        replace(message, headers=headers | {plain.NONCE: "another-nonce-of-ours"}),
        replace(message, headers=headers | {plain.TIMESTAMP: str(int(NOW.timestamp()) + 1)}),
        replace(message, headers=headers | {plain.SIGNATURE: headers[plain.SIGNATURE].replace("v1=", "v2=")}),
        replace(message, headers=headers | {plain.SIGNATURE: "v1=\u00e9"}),
    ):
        with pytest.raises(BadSignature):
            plain.verify(touched, SECRET, NOW)
    with pytest.raises(BadSignature):
        plain.verify(message, b"t" * 32, NOW)


@pytest.mark.parametrize(
    ("at", "is_good"),
    [
        (NOW - SKEW, True),
        (NOW - SKEW - timedelta(seconds=1), False),
        (NOW + WINDOW + SKEW, True),
        (NOW + WINDOW + SKEW + timedelta(seconds=1), False),
    ],
)
def test_clocks_may_be_a_minute_apart_and_a_request_five_minutes_under_way(at: datetime, *, is_good: bool) -> None:
    if is_good:
        plain.verify(a_request(), SECRET, at)
    else:
        with pytest.raises(BadSignature, match="clock"):
            plain.verify(a_request(), SECRET, at)


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1e9", "9" * 13, "\u0661" * 10])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    message = a_request()
    with pytest.raises(BadSignature, match="timestamp"):
        plain.verify(replace(message, headers=message.headers | {plain.TIMESTAMP: timestamp}), SECRET, NOW)


@pytest.mark.parametrize("nonce", ["", "short", "n" * 129, "0123456789abcde\x00"])
def test_a_nonce_nobody_could_keep_apart_is_refused(nonce: str) -> None:
    message = Message("POST", "/v1/calls", "", {}, b"")
    signed = replace(message, headers=plain.sign(message, "k1", SECRET, NOW, nonce))
    with pytest.raises(BadSignature, match="nonce"):
        plain.verify(signed, SECRET, NOW)


def test_public_keys_of_two_kinds_are_taken_and_no_other() -> None:
    p256 = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert plain_key(p256.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    others = (
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        rsa.generate_private_key(65537, 2048).public_key(),
    )
    for other in others:
        with pytest.raises(BadPublicKey):
            plain_key(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    for rubbish in (b"", b"x", b"-----BEGIN", b"\x30" * 600):
        with pytest.raises(BadPublicKey):
            plain_key(rubbish)
