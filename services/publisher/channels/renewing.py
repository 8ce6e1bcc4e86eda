"""Access that ends by itself, and how its platform gives new access for it.

https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token and
https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token. YouTube's access is
taken anew by its adapter, from a refresh token that stays; X's, Telegram's and a Page's do not end by themselves.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import httpx

from services.publisher.channels.meta import judged
from services.publisher.channels.replies import body_of, disconnected, word
from services.publisher.store_accounts import Account
from shared.refusal import Transient

TIKTOK = ("client_key", "client_secret", "refresh_token")
Given = Mapping[str, str]


class Renewed(NamedTuple):
    """What has changed of a secret: what it was renewed from is of no use any more.

    Access ends at `until`; `ends` is when what it is renewed by does, None where that was not told.
    """

    secret: dict[str, str]
    until: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """`margin` before its end access is renewed; `can` tells whether an account was given what that takes."""

    margin: timedelta
    can: Callable[[Given], bool]
    renew: Callable[[httpx.AsyncClient, Given, datetime], Awaitable[Renewed]]


def is_due(account: Account, at: datetime) -> bool:
    """Whether access of a connected account should be renewed; where its end is not known, at once."""
    renewal = RENEWALS.get(account.channel)
    if renewal is None or account.mode != "connected" or account.secret is None:
        return False
    return account.access_ends_at is None or at >= account.access_ends_at - renewal.margin


async def _tiktok(http: httpx.AsyncClient, given: Given, now: datetime) -> Renewed:
    told = {name: given[name] for name in TIKTOK}
    answer = await http.post(f"{given['api']}/v2/oauth/token/", data={**told, "grant_type": "refresh_token"})
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Transient(f"no access token, status {answer.status_code}")
    body = body_of(answer)
    if answer.status_code in (400, 401) or "error" in body:
        raise disconnected("tiktok")
    if answer.status_code != 200:
        raise Transient(f"no access token, status {answer.status_code}")
    fresh = {name: word(body.get(name)) for name in ("access_token", "refresh_token")}
    return Renewed(fresh, _end(body.get("expires_in"), now) or now, _end(body.get("refresh_expires_in"), now))


async def _instagram(http: httpx.AsyncClient, given: Given, now: datetime) -> Renewed:
    """A token of Instagram's own log-in, a day old at least; `tokens` is where it is renewed."""
    asked = {"grant_type": "ig_refresh_token", "access_token": given["token"]}
    body = judged(await http.get(given["tokens"], params=asked), "instagram", now)
    until = _end(body.get("expires_in"), now)
    return Renewed({"token": word(body.get("access_token"))}, until or now, until)


def _end(seconds: object, now: datetime) -> datetime | None:
    return now + timedelta(seconds=seconds) if isinstance(seconds, int) else None


RENEWALS: Mapping[str, Renewal] = MappingProxyType(
    {
        "tiktok": Renewal(timedelta(hours=1), lambda given: all(given[name] for name in TIKTOK), _tiktok),
        "instagram": Renewal(timedelta(days=30), lambda given: bool(given["tokens"]), _instagram),
    }
)
