"""What accounts rest on: the throttle, the password policy, codes, which page asks, and an agency's tokens."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from cryptography.exceptions import InvalidTag
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import HTTPConnection

from app.access.identity import Role
from app.access.origin import is_ours, keeps_secrets
from app.access.people.agency import Agency, AgencyRefused, Returned
from app.access.people.agency_rules import Rules, pairs
from app.access.people.ceremonies import LIFE_S, Ceremonies
from app.access.people.cookie import cookie_of
from app.access.people.first import page_of
from app.access.people.passwords import Hasher, TooBusy, WeakPassword, check_strength
from app.access.people.source import is_within, source_of
from app.access.people.throttle import FREE, KNOWN_WAIT_S_MAX, STRANGER_WAIT_S_MAX, Throttle
from app.access.people.totp import step_of
from app.access.people.vault import Vault
from app.sealing import KeyFile, Sealer
from app.settings import Settings

ACCOUNT, SOURCE, KNOWN = ("account", "dee"), ("source", "192.0.2.0/24"), ("known", "dee's id", "198.51.100.0/24")


def test_guessing_waits_longer_and_longer_but_never_for_ever() -> None:
    throttle, now, waits = Throttle(), 1000.0, []
    for _ in range(40):
        throttle.try_one((ACCOUNT, SOURCE), now)
        waits.append(throttle.wait_s((ACCOUNT,), now))
        now += waits[-1]
    assert waits[: FREE - 1] == [0.0] * (FREE - 1)
    assert waits == sorted(waits)
    assert waits[-1] == STRANGER_WAIT_S_MAX
    assert throttle.wait_s((ACCOUNT,), now + 3600) == 0.0


def test_a_stranger_s_failures_do_not_slow_whoever_is_known_here() -> None:
    throttle = Throttle()
    for _ in range(100):
        throttle.try_one((ACCOUNT, SOURCE), 1000.0)
    assert throttle.wait_s((KNOWN,), 1000.0) == 0.0
    for _ in range(100):
        throttle.try_one((KNOWN,), 1000.0)
    assert throttle.wait_s((KNOWN,), 1000.0) == KNOWN_WAIT_S_MAX, "a colleague who guesses is slowed, and no more"


def test_coming_in_forgets_an_account_s_failures_but_not_a_network_s() -> None:
    throttle = Throttle()
    for _ in range(FREE + 3):
        throttle.try_one((ACCOUNT, SOURCE), 1000.0)
    throttle.succeeded((ACCOUNT, SOURCE))
    assert throttle.wait_s((ACCOUNT,), 1000.0) == 0.0
    assert throttle.wait_s((SOURCE,), 1000.0) > 0.0


def test_the_throttle_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.access.people.throttle.BUCKETS_MAX", 10)
    throttle = Throttle()
    for number in range(100):
        throttle.try_one((("account", str(number)),), 1000.0)
    assert len(throttle._buckets) == 10


@pytest.mark.parametrize(
    "password",
    [
        "short", "Password2026!", "aaaaaaaaaaaaaa", "Auxilio-dispatch-1", "dee.alvarez.2026", "qwertyuiop12345",
        "P4ssw0rd!P4ssw0rd!",
    ],
)  # fmt: skip
def test_what_everybody_tries_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_strength(password, "dee.alvarez", "Dee Alvarez")


@pytest.mark.parametrize(
    "password", ["mesquite wash at noon", "tres nopales y un coyote", "vK9#mQ2$xL7!", "ñandú ñoño verde"]
)
def test_a_sentence_or_a_random_one_is_taken(password: str) -> None:
    check_strength(password, "dee.alvarez", "Dee Alvarez")


async def test_a_hash_tells_its_password_however_it_was_composed() -> None:
    hasher = Hasher(64)
    hashed = await hasher.hash("ma\u00f1ana en el desierto")
    assert await hasher.verify(hashed, "man\u0303ana en el desierto", known=True)
    assert not await hasher.verify(hashed, "manana en el desierto", known=True)
    assert not await hasher.verify(None, "nobody has this password", known=True)
    assert not await hasher.verify("not a hash", "x", known=True)
    assert Hasher(128).is_old(hashed)


async def test_strangers_in_a_queue_do_not_keep_out_whoever_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Hasher(64)
    hashed = await hasher.hash("mesquite wash at noon")
    monkeypatch.setattr("app.access.people.passwords.WAITING_MAX", 1)
    hasher._waiting[False] = 1
    with pytest.raises(TooBusy):
        await hasher.verify(hashed, "mesquite wash at noon", known=False)
    assert await hasher.verify(hashed, "mesquite wash at noon", known=True)


def test_a_code_is_of_now_or_a_step_beside_it() -> None:
    secret, at = pyotp.random_base32(), 1_000_000_020.0
    step = int(at) // 30
    for off in (-1, 0, 1):
        assert step_of(secret, pyotp.TOTP(secret).generate_otp(step + off), at) == step + off
    for code in (pyotp.TOTP(secret).generate_otp(step + 2), "", "12345", "abcdef", "١٢٣٤٥٦", "1234567"):
        assert step_of(secret, code, at) is None


def test_a_sealed_secret_belongs_to_its_person_and_its_key_file(tmp_path: Path) -> None:
    vault, one, other = Vault(Sealer(KeyFile(tmp_path / "keys.json"), "here")), uuid4(), uuid4()
    sealed = vault.seal(one, "SECRET")
    assert b"SECRET" not in sealed
    assert vault.open(one, sealed) == "SECRET"
    stranger = Vault(Sealer(KeyFile(tmp_path / "others.json"), "here"))
    for wrong, who in ((vault, other), (stranger, one)):
        with pytest.raises(InvalidTag):
            wrong.open(who, sealed)
    codes, digests = vault.recovery_codes(one)
    assert vault.digest(one, codes[0].upper().replace("-", " ")) == digests[0]
    assert vault.digest(other, codes[0]) != digests[0]


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "allowed", "is_one"),
    [
        ("https://a.example", "a.example", "https", (), True),
        ("https://a.example", "a.example", "http", (), True),
        ("http://a.example", "a.example", "https", (), False),
        ("http://127.0.0.1:8911", "127.0.0.1:8911", "ws", (), True),
        ("https://b.example", "a.example", "https", (), False),
        ("https://b.example", "a.example", "https", ("https://b.example",), True),
        ("null", "", "https", (), False),
        ("null", "null", "https", (), False),
        (None, "a.example", "https", (), False),
        ("https://a.example:444", "a.example", "https", (), False),
        ("https://a.example/", "a.example", "https", (), False),
        ("https://a.example@evil.example", "a.example", "https", (), False),
        ("", "", "https", (), False),
    ],
)
def test_a_page_is_ours_or_it_is_not(
    origin: str | None, host: str, scheme: str, allowed: tuple[str, ...], is_one: bool
) -> None:
    assert is_ours(origin, host, scheme, allowed) is is_one


def test_a_line_somebody_may_read_along_keeps_no_secret() -> None:
    private = ("https://a.example", "http://localhost:8911", "http://127.0.0.1:8911", "http://[::1]:8911")
    assert all(keeps_secrets(origin) for origin in private)
    assert not any(keeps_secrets(o) for o in ("http://a.example", "http://192.168.1.7:8911", "http://localhost.evil"))


def test_a_source_is_a_network_and_no_person_s_address() -> None:
    assert source_of("192.0.2.77") == source_of("::ffff:192.0.2.9") == "192.0.2.0/24"
    assert source_of("2001:db8:1:2ff::9") == "2001:db8:1:200::/56"
    assert source_of("/run/socket") == "unknown"
    floor = Settings(floor_networks="192.0.2.0/28,2001:db8::/32").floor_networks
    assert is_within("192.0.2.9", floor)
    assert is_within("2001:db8:7::1", floor)
    assert not is_within("192.0.2.77", floor)
    assert not is_within("", floor)


def test_of_two_cookies_none_is_believed() -> None:
    def asked(*headers: str) -> str | None:
        return cookie_of(HTTPConnection({"type": "http", "headers": [(b"cookie", h.encode()) for h in headers]}))

    assert asked("a=b; __Host-auxilio=x") == "x"
    assert asked("__Host-auxilio=x; __Host-auxilio=y") is None
    assert asked("__Host-auxilio=x", "__Host-auxilio=y") is None
    assert asked("__Host-auxilio2=x") is None


class Kept(Ceremonies):
    """Steps that are used in memory; only the store is left out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(None, Sealer(KeyFile(folder / "keys.json"), "here"))  # type: ignore[arg-type]
        self.used: set[str] = set()

    async def use_up(self, name: str, now: datetime) -> bool:  # noqa: ARG002
        is_new = name not in self.used
        self.used.add(name)
        return is_new


def test_a_step_is_known_again_by_its_kind_its_time_and_every_character(tmp_path: Path) -> None:
    steps, now = Kept(tmp_path), datetime.now(UTC)
    name = steps.begin("a", {"whose": "x"}, now)
    assert steps.facts("a", name, now) == {"whose": "x"}
    assert steps.secret(name, "one") == steps.secret(name, "one") != steps.secret(name, "two")
    assert steps.begin("a", {"whose": "x"}, now) != name
    assert steps.facts("b", name, now) is None
    assert steps.facts("a", name, now + timedelta(seconds=LIFE_S + 1)) is None
    text, _, mac = name.partition(".")
    for forged in (text, f"{text}.", f"{text}A.{mac}", f"{text}.{mac}A", "", ".", "é.é", name * 9):
        assert steps.facts("a", forged, now) is None, forged
    (tmp_path / "other").mkdir()
    assert Kept(tmp_path / "other").facts("a", name, now) is None


KEY, OTHER = RSAKey.generate_key(2048, {"kid": "k1"}), RSAKey.generate_key(2048, {"kid": "k1"})
NOW = datetime(2026, 11, 25, tzinfo=UTC)
PAGE, ISSUER = "https://a.example", "https://id.example"


class Provider(Agency):
    """An agency whose provider answers what the test says; only the network is left out."""

    def __init__(self, token: Any, kept: Kept) -> None:
        rules = Rules("groups", (("dispatch", Role.DISPATCHER),), ())
        super().__init__("x", ISSUER, "auxilio", None, rules, kept)
        self.token = token

    async def _ask(self, method: str, url: str, **_: Any) -> dict[str, Any]:
        if method == "POST":
            return {"id_token": self.token, "access_token": "at"}
        if url.endswith("configuration"):
            about = {name: f"{ISSUER}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return about | {"issuer": ISSUER}
        return {"keys": [KEY.as_dict(private=False)]}


async def came_back(folder: Path, make: Any, *, again: bool = False) -> Any:
    """Follow one flow to its end with the token that `make` makes of the right claims."""
    kept = Kept(folder)
    provider = Provider("", kept)
    now = datetime.now(UTC)
    _, flow = await provider.begin(PAGE, now, again=again, idle_s=1800)
    claims = {
        "iss": ISSUER, "aud": "auxilio", "sub": "s1", "nonce": kept.secret(flow, "nonce"), "groups": ["dispatch"],
        "iat": int(now.timestamp()), "exp": int(now.timestamp()) + 60, "auth_time": int(now.timestamp()),
    }  # fmt: skip
    provider.token = make(claims)
    guest, _ = await provider.finish(Returned(flow, kept.secret(flow, "state"), "code", ""), PAGE, now)
    return guest


def signed(claims: dict[str, Any], key: Any = KEY, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg, "kid": "k1"}, claims, key, algorithms=[alg])


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return _b64(json.dumps(value).encode())


def without_signature(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def by_public_key(claims: dict[str, Any]) -> str:
    """Sign with the provider's public key as if it were a shared secret."""
    said = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
    return f"{said}.{_b64(hmac.digest(KEY.as_pem(private=False), said.encode(), 'sha256'))}"


async def test_a_token_that_is_right_lets_in(tmp_path: Path) -> None:
    guest = await came_back(tmp_path, signed)
    assert (guest.subject, guest.role, guest.sectors) == ("s1", Role.DISPATCHER, ())


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(without_signature, id="no signature"),
        pytest.param(by_public_key, id="signed with the public key"),
        pytest.param(lambda c: signed(c, OTHER), id="another key"),
        pytest.param(lambda c: signed(c | {"iss": "https://other.example"}), id="another issuer"),
        pytest.param(lambda c: signed(c | {"aud": "somebody-else"}), id="another audience"),
        pytest.param(lambda c: signed(c | {"aud": ["auxilio", "x"], "azp": "x"}), id="authorised for another"),
        pytest.param(lambda c: signed(c | {"nonce": "n"}), id="another nonce"),
        pytest.param(lambda c: signed({k: v for k, v in c.items() if k != "nonce"}), id="no nonce"),
        pytest.param(lambda c: signed(c | {"exp": c["exp"] - 3600}), id="over"),
        pytest.param(lambda c: signed(c | {"auth_time": c["auth_time"] - 86_400}), id="proved yesterday"),
        pytest.param(lambda c: signed(c | {"groups": "visitors"}), id="no role"),
        pytest.param(lambda c: signed({k: v for k, v in c.items() if k != "sub"}), id="nobody"),
        pytest.param(lambda _: "rubbish", id="no token"),
    ],
)  # fmt: skip
async def test_a_token_that_is_wrong_anywhere_lets_nobody_in(tmp_path: Path, make: Any) -> None:
    with pytest.raises(AgencyRefused):
        await came_back(tmp_path, make)


async def test_a_new_proof_must_be_new_and_said_to_be(tmp_path: Path) -> None:
    assert (await came_back(tmp_path, signed, again=True)).subject == "s1"
    old = timedelta(minutes=20).total_seconds()
    for make in (
        lambda c: signed(c | {"auth_time": c["auth_time"] - old}),
        lambda c: signed({k: v for k, v in c.items() if k != "auth_time"}),
    ):
        with pytest.raises(AgencyRefused):
            await came_back(tmp_path, make, again=True)


def test_a_claim_may_be_a_distinguished_name() -> None:
    assert pairs(("cn=dispatch,dc=example=dispatcher",)) == [("cn=dispatch,dc=example", "dispatcher")]
    rules = Rules("groups", (("chiefs", Role.SUPERVISOR), ("dispatch", Role.DISPATCHER)), (("dispatch", "TUC"),))
    assert rules.role_of({"groups": ["dispatch", "chiefs"]}) is Role.SUPERVISOR
    assert rules.sectors_of({"groups": ["chiefs"]}) is None, "no sector that fits is not the whole region"
    assert rules.role_of({}) is None


def test_the_first_link_opens_on_this_machine_or_where_the_service_is_allowed_to_answer() -> None:
    url = "http://0.0.0.0:8911"
    assert page_of(url, ("*",)) == page_of(url, ("a.example", "localhost")) == "http://localhost:8911"
    assert page_of(url, ("*.a.example", "dispatch.a.example")) == "https://dispatch.a.example"
