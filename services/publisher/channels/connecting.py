"""From what an operator saved of a channel's account to the adapter that calls it.

The sentences are for an operator, in English; they name settings and never show a value of a secret.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

import httpx

from services.publisher.channels import Channel
from services.publisher.channels.facebook import Facebook
from services.publisher.channels.files import Fetch
from services.publisher.channels.instagram import Instagram
from services.publisher.channels.meta import VERSION
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.telegram import Telegram
from services.publisher.channels.tiktok import PUBLIC, TikTok
from services.publisher.channels.x import X
from services.publisher.channels.youtube import YouTube
from services.publisher.channels.youtube_api import Keys, YouTubeApi
from services.publisher.store_accounts import Account

DIGITS, SECRET, ADDRESS = r"\d{1,20}", r"\S{8,}", r"https?://\S+[^/]"


class NotConnected(ValueError):
    """An account that lacks something, told in a sentence for an operator."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a channel has to know; `otherwise` where it may be left out. `secret` is sealed when saved."""

    name: str
    what: str
    pattern: str
    secret: bool = False
    otherwise: str | None = None


class Tools(NamedTuple):
    """What every adapter works with."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]


def _api(otherwise: str) -> Need:
    return Need("api", "where its API is, if not the public one", ADDRESS, otherwise=otherwise)


def _secret(name: str, what: str) -> Need:
    return Need(name, what, SECRET, secret=True)


NEEDS: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {
        "facebook": (
            Need("page", "the Page's id, in digits", DIGITS),
            _secret("token", "the Page's access token, with pages_manage_posts and pages_read_engagement"),
            _api(f"https://graph.facebook.com/{VERSION}"),
        ),
        "instagram": (
            Need("user", "the professional account's id, in digits", DIGITS),
            _secret("token", "an access token with instagram_basic and instagram_content_publish"),
            _api(f"https://graph.facebook.com/{VERSION}"),
        ),
        "telegram": (
            Need("channel", "the public channel's name, without the @", r"[A-Za-z]\w{3,31}"),
            Need("token", "the token of a bot that may post in the channel", r"\d+:\S{8,}", secret=True),
            _api("https://api.telegram.org"),
            Need("preview", "where strangers read the channel", ADDRESS, otherwise="https://t.me"),
        ),
        "x": (
            Need("user", "the account's id, in digits", DIGITS),
            Need("username", "the account's name, without the @", r"\w{1,15}"),
            _secret("consumer_key", "the app's API key"),
            _secret("consumer_secret", "the app's API key secret"),
            _secret("token", "the account's access token"),
            _secret("token_secret", "the account's access token secret"),
            _api("https://api.x.com"),
        ),
        "youtube": (
            Need("channel", "the channel's id, which begins with UC", r"UC[\w-]{4,}"),
            _secret("client_id", "the OAuth client's id"),
            _secret("client_secret", "the OAuth client's secret"),
            _secret("refresh_token", "a refresh token with the scope youtube"),
            _api("https://www.googleapis.com"),
            Need("tokens", "where access tokens are given", ADDRESS, otherwise="https://oauth2.googleapis.com/token"),
        ),
        "tiktok": (
            Need("username", "the account's name, without the @", r"[\w.]{2,24}"),
            _secret("access_token", "an access token with video.publish and video.list"),
            Need("client_key", "the app's key, by which tokens are renewed", SECRET, secret=True, otherwise=""),
            Need("client_secret", "the app's secret, by which tokens are renewed", SECRET, secret=True, otherwise=""),
            Need("refresh_token", "the refresh token of that access token", SECRET, secret=True, otherwise=""),
            Need("privacy", "who sees a post, if not everybody", "PUBLIC_TO_EVERYONE|SELF_ONLY", otherwise=PUBLIC),
            _api("https://open.tiktokapis.com"),
        ),
    }
)


def connect(
    account: Account, secret: Mapping[str, str], http: httpx.AsyncClient, fetch: Fetch, now: Callable[[], datetime]
) -> Channel:
    """The adapter of an account. Raises NotConnected with all that is missing or wrong of it."""
    given = checked(account.channel, account.settings, secret)
    return MAKERS[account.channel](given, Tools(http, fetch, now))


def checked(channel: str, settings: Mapping[str, str], secret: Mapping[str, str]) -> dict[str, str]:
    """Settings and secrets of a channel, complete. Raises NotConnected with all that is missing or wrong."""
    if channel not in NEEDS:
        raise NotConnected(f"{channel}: no program posts there; one of {', '.join(NEEDS)}")
    needs = NEEDS[channel]
    wrong = [w for need in needs if (w := _wrong(need, secret if need.secret else settings))]
    for kind, held, names in (
        ("setting", settings, {n.name for n in needs if not n.secret}),
        ("secret", secret, {n.name for n in needs if n.secret}),
    ):
        wrong += [f"there is no {kind} {name!r}" for name in sorted(set(held) - names)]
    if wrong:
        raise NotConnected(f"{channel}: " + "; ".join(wrong))
    return {n.name: (secret if n.secret else settings).get(n.name, n.otherwise or "") for n in needs}


def _wrong(need: Need, held: Mapping[str, str]) -> str:
    kind = "secret" if need.secret else "setting"
    if not held.get(need.name):
        return "" if need.otherwise is not None else f"the {kind} {need.name!r} is missing ({need.what})"
    if re.fullmatch(need.pattern, held[need.name]) is None:
        return f"the {kind} {need.name!r} is not right ({need.what})"
    return ""


def _facebook(given: Mapping[str, str], tools: Tools) -> Channel:
    return Facebook(*tools, given["page"], given["token"], given["api"])


def _instagram(given: Mapping[str, str], tools: Tools) -> Channel:
    return Instagram(tools.http, tools.now, given["user"], given["token"], given["api"])


def _telegram(given: Mapping[str, str], tools: Tools) -> Channel:
    return Telegram(*tools, given["channel"], given["token"], given["api"], given["preview"])


def _x(given: Mapping[str, str], tools: Tools) -> Channel:
    names = ("consumer_key", "consumer_secret", "token", "token_secret")
    consumer, consumer_secret, token, token_secret = (given[name] for name in names)
    auth = OAuth1(consumer, consumer_secret, token, token_secret, tools.now)
    return X(*tools, given["user"], given["username"], auth, given["api"])


def _youtube(given: Mapping[str, str], tools: Tools) -> Channel:
    keys = Keys(given["client_id"], given["client_secret"], given["refresh_token"])
    return YouTube(*tools, given["channel"], YouTubeApi(*tools, keys, given["api"], given["tokens"]))


def _tiktok(given: Mapping[str, str], tools: Tools) -> Channel:
    return TikTok(*tools, given["username"], given["access_token"], given["privacy"], given["api"])


MAKERS: Mapping[str, Callable[[Mapping[str, str], Tools], Channel]] = MappingProxyType(
    {
        "facebook": _facebook, "instagram": _instagram, "telegram": _telegram, "x": _x, "youtube": _youtube,
        "tiktok": _tiktok,
    }
)  # fmt: skip
