"""OAuth 1.0a (RFC 5849) with HMAC-SHA1 for calls whose bodies are not signed: JSON, and forms with files."""

import base64
import hmac
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import httpx


@dataclass(frozen=True)
class OAuth1(httpx.Auth):
    """An app (`consumer`) that acts for an account (`token`), each with its secret."""

    consumer: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token: str = field(repr=False)
    token_secret: str = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        told = {
            "oauth_consumer_key": self.consumer,
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(self.now().timestamp())),
            "oauth_token": self.token,
            "oauth_version": "1.0",
        }
        told["oauth_signature"] = self._signature(request, told)
        request.headers["Authorization"] = "OAuth " + ", ".join(f'{k}="{_safe(v)}"' for k, v in sorted(told.items()))
        yield request

    def _signature(self, request: httpx.Request, told: dict[str, str]) -> str:
        pairs = [*told.items(), *request.url.params.multi_items()]
        joined = "&".join(f"{k}={v}" for k, v in sorted((_safe(k), _safe(v)) for k, v in pairs))
        address = str(request.url.copy_with(query=None, fragment=None))
        base = "&".join(map(_safe, (request.method, address, joined)))
        key = f"{_safe(self.consumer_secret)}&{_safe(self.token_secret)}"
        return base64.b64encode(hmac.new(key.encode(), base.encode(), "sha1").digest()).decode()


def _safe(text: str) -> str:
    return quote(text, safe="~")
