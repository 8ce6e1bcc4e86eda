"""From what an operator saved of a channel's account to the adapter that calls it.

The sentences are for an operator, in English; they name settings and never show a value of a secret.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple, cast

import httpx

from services.publisher.channels import Channel
from services.publisher.channels.facebook import Facebook
from services.publisher.channels.files import Fetch
from services.publisher.channels.instagram import Instagram
from services.publisher.channels.mail_list import MailList, MailServer
from services.publisher.channels.meta import VERSION
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.telegram import Telegram
from services.publisher.channels.tiktok import PUBLIC, TikTok
from services.publisher.channels.webhook import Receiver, Webhook
from services.publisher.channels.wordpress import WordPress
from services.publisher.channels.wordpress_api import Access
from services.publisher.channels.wordpress_media import Fetch as Download
from services.publisher.channels.x import X
from services.publisher.channels.youtube import YouTube
from services.publisher.channels.youtube_api import Keys, YouTubeApi
from services.publisher.store_accounts import Account
from shared.sealing import Box

PURPOSE = "alurwarta channels"
MAIL = r"[!-+\--?A-~]+@[A-Za-z0-9.-]+"
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
    """What adapters work with; `stranger` has no credentials, `download` streams into a file and tells its SHA-256."""

    http: httpx.AsyncClient
    stranger: httpx.AsyncClient
    fetch: Fetch
    download: Download
    now: Callable[[], datetime]
    office: str


def _api(otherwise: str) -> Need:
    return Need("api", "where its API is, if not the public one", ADDRESS, otherwise=otherwise)


def _secret(name: str, what: str) -> Need:
    return Need(name, what, SECRET, secret=True)


NEEDS: Mapping[str, tuple[Need, ...]] = MappingProxyType(
    {
        "wordpress": (
            Need("url", "the site's address, without a slash at the end", ADDRESS),
            Need("user", "the name of a user with the role Author", r"\S{1,60}"),
            Need("password", "an application password of that user", r"\S.{7,}", secret=True),
        ),
        "webhook": (
            Need("url", "where the other system listens: its whole https address", r"https?://\S+"),
            Need("secret", "what both know: whsec_ and base64", r"(whsec_)?[A-Za-z0-9+/]{16,}={0,2}", secret=True),
        ),
        "mail": (
            Need("host", "the mail server", r"[A-Za-z0-9.:_-]+"),
            Need("port", "its port", r"\d{1,5}", otherwise="587"),
            Need("security", "starttls, tls or none", "starttls|tls|none", otherwise="starttls"),
            Need("sender", "the address in From", MAIL),
            Need("lists", "the lists' addresses, with commas", f"{MAIL}(,{MAIL})*"),
            Need("unsubscribe", "where a reader leaves the list: https:// or mailto:", r"(https://|mailto:)\S+"),
            Need("user", "the log-in's name", r"\S*", otherwise=""),
            Need("password", "the log-in's password", r".*", secret=True, otherwise=""),
        ),
        "facebook": (
            Need("page", "the Page's id, in digits", DIGITS),
            _secret("token", "the Page's access token, with pages_manage_posts and pages_read_engagement"),
            _api(f"https://graph.facebook.com/{VERSION}"),
        ),
        "instagram": (
            Need("user", "the professional account's id, in digits", DIGITS),
            _secret("token", "an access token with instagram_basic and instagram_content_publish"),
            _api(f"https://graph.facebook.com/{VERSION}"),
            Need("tokens", "where a token of Instagram's own log-in is renewed", ADDRESS, otherwise=""),
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


def sealed(key: str, channel: str, secret: Mapping[str, str]) -> bytes:
    """A channel's secrets as the database keeps them."""
    return Box(key, PURPOSE).seal(channel, json.dumps(dict(secret)))


def unsealed(account: Account, key: str) -> dict[str, str]:
    """A saved account's secrets. Raises NotConnected, and WrongKey where another key sealed them."""
    if account.secret is None:
        raise NotConnected(f"{account.channel}: has no secrets yet")
    return json.loads(Box(key, PURPOSE).open(account.channel, account.secret))


def opened(account: Account, key: str, tools: Tools) -> Channel:
    """The adapter of a saved account. Raises NotConnected, and WrongKey where another key sealed its secrets."""
    return connect(account, unsealed(account, key), tools)


def connect(account: Account, secret: Mapping[str, str], tools: Tools) -> Channel:
    """The adapter of an account. Raises NotConnected with all that is missing or wrong of it."""
    given = checked(account.channel, account.settings, secret)
    return MAKERS[account.channel](given, tools)


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


def _wordpress(given: Mapping[str, str], tools: Tools) -> Channel:
    access = Access(given["url"], given["user"], given["password"])
    return WordPress.at(access, tools.http, stranger=tools.stranger, fetch=tools.download, now=tools.now)


def _webhook(given: Mapping[str, str], tools: Tools) -> Channel:
    return Webhook(Receiver(given["url"], given["secret"]), tools.http, tools.now)


def _mail(given: Mapping[str, str], tools: Tools) -> Channel:
    security = cast("Literal['starttls', 'tls', 'none']", given["security"])
    server = MailServer(
        given["host"], int(given["port"]), security, given["sender"], tools.office,
        tuple(given["lists"].split(",")), given["unsubscribe"], given["user"], given["password"],
    )  # fmt: skip
    return MailList(server, tools.now)


def _facebook(given: Mapping[str, str], tools: Tools) -> Channel:
    return Facebook(tools.http, tools.fetch, tools.now, given["page"], given["token"], given["api"])


def _instagram(given: Mapping[str, str], tools: Tools) -> Channel:
    return Instagram(tools.http, tools.now, given["user"], given["token"], given["api"])


def _telegram(given: Mapping[str, str], tools: Tools) -> Channel:
    return Telegram(
        tools.http, tools.fetch, tools.now, given["channel"], given["token"], given["api"], given["preview"]
    )


def _x(given: Mapping[str, str], tools: Tools) -> Channel:
    auth = OAuth1(
        given["consumer_key"], given["consumer_secret"], given["token"], given["token_secret"], tools.now
    )  # fmt: skip
    return X(tools.http, tools.fetch, tools.now, given["user"], given["username"], auth, given["api"])


def _youtube(given: Mapping[str, str], tools: Tools) -> Channel:
    keys = Keys(given["client_id"], given["client_secret"], given["refresh_token"])
    http, fetch, now = tools.http, tools.fetch, tools.now
    return YouTube(
        http, fetch, now, given["channel"], YouTubeApi(http, fetch, now, keys, given["api"], given["tokens"])
    )


def _tiktok(given: Mapping[str, str], tools: Tools) -> Channel:
    return TikTok(
        tools.http, tools.fetch, tools.now, given["username"], given["access_token"], given["privacy"], given["api"]
    )


MAKERS: Mapping[str, Callable[[Mapping[str, str], Tools], Channel]] = MappingProxyType(
    {
        "wordpress": _wordpress, "webhook": _webhook, "mail": _mail,
        "facebook": _facebook, "instagram": _instagram, "telegram": _telegram, "x": _x, "youtube": _youtube,
        "tiktok": _tiktok,
    }
)  # fmt: skip
