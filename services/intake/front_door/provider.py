"""An OpenID provider: its discovery, the way there (code, PKCE, state, nonce), and what it says of who comes back."""

import asyncio
import time
import warnings
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.accounts.identities import Asked, Claims
from shared.refusal import Refused

log = structlog.get_logger(__name__)
RETURN = "/masuk/sso/kembali"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
KEPT_SECONDS = 3_600.0
LEEWAY = 60


class ProviderAway(Refused):
    def __init__(self, label: str) -> None:
        super().__init__(
            "provider-away", f"{label} sedang tidak dapat dihubungi. Coba lagi, atau masuk dengan kata sandi."
        )


class ProviderRefused(Refused):
    def __init__(self, label: str) -> None:
        super().__init__(
            "provider-refused", f"Masuk lewat {label} tidak jadi. Coba lagi, atau masuk dengan kata sandi."
        )


@dataclass(slots=True)
class Provider:
    """One provider, by its settings. `site` is where people reach our own screens."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    claim: str
    site: str
    _told: dict[str, Any] = field(default_factory=dict[str, Any])
    _keys: KeySet | None = None
    _asked_at: float = -KEPT_SECONDS
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def way_there(self, asked: Asked, *, anew: bool = False) -> str:
        """Where the browser goes; `anew`: the person is to show there again who they are. Raises ProviderAway."""
        told = await self._discovered()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._return,
            "scope": "openid profile email",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": create_s256_code_challenge(asked.verifier),
            "code_challenge_method": "S256",
            **({"prompt": "login"} if anew else {}),
        }
        return _with_query(told["authorization_endpoint"], query)

    async def way_out(self) -> str | None:
        """Where one is logged out at the provider too, if it offers that."""
        told = await self._discovered()
        end = told.get("end_session_endpoint")
        back = {"client_id": self.client_id, "post_logout_redirect_uri": f"{self.site}/masuk"}
        return _with_query(end, back) if end else None

    async def who(self, asked: Asked, code: str, issuer: str | None) -> Claims:
        """Whom the provider sends back with this code. Raises ProviderAway, ProviderRefused."""
        told = await self._discovered()
        if issuer not in (None, self.issuer) or (issuer is None and told.get(
            "authorization_response_iss_parameter_supported"
        )):  # fmt: skip
            raise ProviderRefused(self.label)
        try:
            async with self._client(told) as client:
                token: dict[str, Any] = await client.fetch_token(
                    told["token_endpoint"], code=code, code_verifier=asked.verifier, grant_type="authorization_code"
                )
                claims = await self._id_token(told, token, asked.nonce)
                if self.claim not in claims or "email" not in claims:
                    claims = await self._asked_more(client, told, claims)
        except httpx.HTTPError as e:
            raise self._away(e) from None
        except (OAuthError, JoseError, KeyError, ValueError) as e:
            log.warning("the provider's answer was refused", error=type(e).__name__)
            raise ProviderRefused(self.label) from None
        return self._claims(claims)

    @property
    def _return(self) -> str:
        return f"{self.site}{RETURN}"

    def _client(self, told: dict[str, Any]) -> Any:
        with warnings.catch_warnings():  # it would rather have a fork of httpx
            warnings.simplefilter("ignore")
            from authlib.integrations.httpx_client import AsyncOAuth2Client
        offered = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = next((m for m in ("client_secret_basic", "client_secret_post") if m in offered), "client_secret_basic")
        return AsyncOAuth2Client(
            self.client_id,
            self.client_secret or None,
            token_endpoint_auth_method=method if self.client_secret else "none",
            redirect_uri=self._return,
            timeout=10,
        )

    async def _id_token(self, told: dict[str, Any], token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is from this provider, for us, for this request, and still good."""
        try:
            signed = jwt.decode(token["id_token"], await self._signers(told), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # the provider may have changed its keys since
            signed = jwt.decode(token["id_token"], await self._signers(told, anew=True), algorithms=ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(signed.claims, signed.header, options, params)
        claims.validate(leeway=LEEWAY)
        return dict(signed.claims)

    async def _asked_more(self, client: Any, told: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """With what the provider says only when asked; of the same subject, or not at all."""
        if "userinfo_endpoint" not in told:
            return claims
        answer: httpx.Response = await client.get(told["userinfo_endpoint"])
        more: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return more | claims if more.get("sub") == claims["sub"] else claims

    async def _signers(self, told: dict[str, Any], *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            async with httpx.AsyncClient(timeout=10) as client:
                self._keys = KeySet.import_key_set((await client.get(told["jwks_uri"])).raise_for_status().json())
        return self._keys

    async def _discovered(self) -> dict[str, Any]:
        async with self._lock:
            if not self._told or time.monotonic() - self._asked_at > KEPT_SECONDS:
                self._told, self._keys = await self._discover(), None
                self._asked_at = time.monotonic()
            return self._told

    async def _discover(self) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                answer = await client.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            told: dict[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as e:
            raise self._away(e) from None
        if told.get("issuer") != self.issuer:
            log.error("the OpenID provider has another name than ALURWARTA_OIDC_ISSUER says")
            raise ProviderAway(self.label)
        return told

    def _claims(self, claims: dict[str, Any]) -> Claims:
        named, email = claims.get(self.claim), claims.get("email")
        return Claims(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            account=named.lower() if isinstance(named, str) else None,
            verified_email=email if isinstance(email, str) and claims.get("email_verified") is True else None,
        )

    def _away(self, error: Exception) -> ProviderAway:
        log.warning("the OpenID provider does not answer", error=type(error).__name__)
        return ProviderAway(self.label)


def _with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
