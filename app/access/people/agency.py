"""Signing in at an agency's own identity provider: OpenID Connect, code flow with PKCE.

State, nonce and verifier of a flow come from its name, which only the browser that began it has: a code that somebody
else's flow brought back is worth nothing. The token's signature, issuer, audience, nonce and time are
checked; the settings turn its claims into a role and sectors, and whoever fits none of them does not get in.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.access.identity import Role
from app.access.people.agency_rules import Rules, pairs
from app.access.people.ceremonies import Ceremonies
from app.settings import Settings

KIND: Final = "agency"
STATE, NONCE, VERIFIER = "state", "nonce", "verifier"
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")  # never `none`, never a shared secret
ASK_S: Final = 5.0
METADATA_S: Final = 3_600.0
KEYS_S: Final = 60.0  # a token under a new key makes us ask for the keys again, at most so often
LEEWAY_S: Final = 60
ANSWER_S: Final = 300  # between proving who one is there and coming back here
RETURN_PATH: Final = "/console/signed-in"


class AgencyRefused(Exception):
    """The flow did not end in somebody who may come in; the reason is for the log, and names nobody."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who the provider says it is. `proved_at` is when they proved it there, None where it does not say."""

    issuer: str
    subject: str
    name: str
    login: str
    role: Role
    sectors: tuple[str, ...]
    proved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought back in the address of the page it was sent to."""

    flow: str
    state: str
    code: str
    issuer: str


class Agency:
    """One identity provider: its metadata and keys, and the flows through it."""

    def __init__(
        self, name: str, issuer: str, client_id: str, secret_file: Path | None, rules: Rules, ceremonies: Ceremonies
    ) -> None:
        self.name = name
        self.issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._secret_file = secret_file
        self._rules = rules
        self._ceremonies = ceremonies
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self, origin: str, now: datetime, *, again: bool, idle_s: float) -> tuple[str, str]:
        """Return the provider's address to go to, and the flow's name to come back with.

        `again`: the person must prove who they are now; else a proof not older than the idle time will do.
        """
        metadata = await self._about()
        max_age = 0 if again else int(idle_s)
        flow = self._ceremonies.begin(KIND, {"max_age": max_age, "origin": origin}, now)
        state, nonce, verifier = (self._ceremonies.secret(flow, what) for what in (STATE, NONCE, VERIFIER))
        url: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            client_id=self._client_id,
            response_type="code",
            redirect_uri=origin + RETURN_PATH,
            scope="openid profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            max_age=str(max_age),
            **({"prompt": "login"} if again else {}),
        )
        return url, flow

    async def finish(self, back: Returned, origin: str, now: datetime) -> tuple[Guest, bool]:
        """Return who came back, and whether it was asked of them to prove it anew. Raises AgencyRefused."""
        flow = self._ceremonies.facts(KIND, back.flow, now)
        state = self._ceremonies.secret(back.flow, STATE).encode()
        if flow is None or flow["origin"] != origin or not secrets.compare_digest(state, back.state.encode()):
            raise AgencyRefused("not a flow of this browser")
        if not await self._ceremonies.use_up(back.flow, now):
            raise AgencyRefused("the flow was followed before")
        if back.issuer and back.issuer.rstrip("/") != self.issuer:
            raise AgencyRefused("the answer is another provider's")  # RFC 9207: mix-up
        tokens = await self._exchange(back.code, self._ceremonies.secret(back.flow, VERIFIER), origin)
        claims = await self._claims(tokens, self._ceremonies.secret(back.flow, NONCE))
        return self._guest(claims, flow["max_age"], now), flow["max_age"] == 0

    async def leaving(self, origin: str) -> str | None:
        """Return where to go to sign out at the provider as well, None where it has no such place."""
        try:
            end = (await self._about()).get("end_session_endpoint")
        except AgencyRefused:
            return None  # away: the session here has ended all the same
        if not isinstance(end, str):
            return None
        return f"{end}?{urlencode({'client_id': self._client_id, 'post_logout_redirect_uri': origin + '/console'})}"

    def _guest(self, claims: Mapping[str, Any], max_age: int, now: datetime) -> Guest:
        proved = claims.get("auth_time")
        if not isinstance(proved, int | float):
            proved = None
        if max_age == 0 and proved is None:
            raise AgencyRefused("the provider does not say when the person proved who they are")
        if proved is not None and now.timestamp() - proved > max_age + ANSWER_S:
            raise AgencyRefused("the proof is too old")
        role, sectors = self._rules.role_of(claims), self._rules.sectors_of(claims)
        if role is None or sectors is None:
            raise AgencyRefused("no role or sector of ours")
        login = str(claims.get("preferred_username") or "")
        name = str(claims.get("name") or login or "from the agency")[:80]
        proved_at = datetime.fromtimestamp(min(proved, now.timestamp()), tz=now.tzinfo) if proved is not None else None
        return Guest(self.issuer, str(claims["sub"]), name, login, role, sectors, proved_at)

    async def _about(self) -> dict[str, Any]:
        """Return the provider's metadata, which must be its own."""
        if self._metadata is None or self._metadata[0] < monotonic():
            found = await self._get(f"{self.issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                raise AgencyRefused("the metadata is another provider's")
            self._metadata = (monotonic() + METADATA_S, found)
        return self._metadata[1]

    async def _exchange(self, code: str, verifier: str, origin: str) -> dict[str, Any]:
        metadata = await self._about()
        body = {
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier,
            "redirect_uri": origin + RETURN_PATH, "client_id": self._client_id,
        }  # fmt: skip
        secret = self._secret_file.read_text(encoding="utf-8").strip() if self._secret_file is not None else None
        basic = httpx.BasicAuth(self._client_id, secret) if secret is not None else None
        answer = await self._ask("POST", metadata["token_endpoint"], data=body, auth=basic)
        if not isinstance(answer.get("id_token"), str):
            raise AgencyRefused("no token came")
        return answer

    async def _claims(self, tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """Return the token's claims, once all of them have been checked."""
        for is_fresh in (False, True):
            keys = await self._key_set(fresh=is_fresh)
            try:
                token = jwt.decode(tokens["id_token"], keys, algorithms=list(ALGORITHMS))
                break
            except (JoseError, ValueError) as error:
                if is_fresh:
                    raise AgencyRefused(f"the token cannot be trusted: {type(error).__name__}") from error
        options = {
            "iss": {"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            "aud": {"essential": True, "value": self._client_id},
        }
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")}
        claims = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(leeway=LEEWAY_S)
        except JoseError as error:
            raise AgencyRefused(f"the token does not fit: {error}") from error
        found: Mapping[str, Any] = token.claims
        return found

    async def _key_set(self, *, fresh: bool) -> KeySet:
        """Return the provider's keys; `fresh` asks again, unless it was done a moment ago."""
        age_s = METADATA_S if self._keys is None else monotonic() - self._keys[0]
        if self._keys is None or age_s > METADATA_S or (fresh and age_s > KEYS_S):
            found = await self._get((await self._about())["jwks_uri"])
            try:
                self._keys = (monotonic(), KeySet.import_key_set(found))  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise AgencyRefused("the provider's keys cannot be read") from error
        return self._keys[1]

    async def _get(self, url: str) -> dict[str, Any]:
        return await self._ask("GET", url)

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=ASK_S, follow_redirects=False) as http:
                answer = await http.request(method, url, headers={"Accept": "application/json"}, **more)
            found = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise AgencyRefused(f"the provider does not answer well: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise AgencyRefused("the provider answers no object")
        return found


def agency_of(settings: Settings, ceremonies: Ceremonies) -> Agency | None:
    """Return the provider of the settings, None for an installation that stands alone."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    roles = tuple((word, Role(role)) for word, role in pairs(settings.oidc_roles))
    rules = Rules(settings.oidc_claim, roles, tuple(pairs(settings.oidc_sectors)))
    return Agency(
        settings.oidc_name, settings.oidc_issuer, settings.oidc_client_id, settings.oidc_secret_file, rules, ceremonies
    )
