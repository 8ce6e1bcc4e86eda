"""An operator connects a channel: what is missing is named, and no secret is shown."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.publisher.channels import Channel
from services.publisher.channels.connecting import MAKERS, NEEDS, NotConnected, Tools, connect
from services.publisher.channels.known import KNOWN
from services.publisher.objects import PublicObject
from services.publisher.store_accounts import Account
from shared.channel_words import WITHOUT_TEXT

AT = datetime(2026, 11, 27, tzinfo=UTC)
SETTINGS = {
    "wordpress": {"url": "https://dinas.test", "user": "humas"},
    "webhook": {"url": "https://portal.test/kail"},
    "mail": {
        "host": "surel.test",
        "sender": "humas@dinas.test",
        "lists": "warga@dinas.test,pers@dinas.test",
        "unsubscribe": "https://dinas.test/berhenti",
    },
    "facebook": {"page": "102030"},
    "instagram": {"user": "17841400000000001"},
    "telegram": {"channel": "disperkim_uji"},
    "x": {"user": "99", "username": "disperkim_uji"},
    "youtube": {"channel": "UCdisperkim_uji"},
    "tiktok": {"username": "disperkim.uji"},
}


def secret(channel: str) -> dict[str, str]:
    told = "whsec_dWppIHJhaGFzaWEgd2ViaG9vaw==" if channel == "webhook" else "123456:uji-rahasia"
    return {n.name: told for n in NEEDS[channel] if n.secret}


def account(channel: str, settings: dict[str, str]) -> Account:
    return Account(channel, "connected", settings, None, None, "operator", AT)


async def fetch(found: PublicObject) -> AsyncGenerator[bytes]:
    yield b""


async def download(found: PublicObject, to: Path) -> str:
    return found.sha256


def made(channel: str, settings: dict[str, str], held: dict[str, str]) -> Channel:
    client = httpx.AsyncClient()
    return connect(account(channel, settings), held, Tools(client, client, fetch, download, lambda: AT, "Dinas"))


@pytest.mark.parametrize("channel", sorted(SETTINGS))
def test_a_channel_with_all_that_it_needs_is_connected(channel: str) -> None:
    found = made(channel, SETTINGS[channel], secret(channel))
    assert found.name == channel
    assert found.capabilities == KNOWN[channel]
    assert found.capabilities.assisted == (channel not in WITHOUT_TEXT)
    assert "rahasia" not in repr(found)


@pytest.mark.parametrize("channel", sorted(SETTINGS))
def test_all_that_is_missing_is_named_at_once(channel: str) -> None:
    with pytest.raises(NotConnected) as no:
        made(channel, {}, {})
    for need in NEEDS[channel]:
        assert (f"{need.name!r} is missing" in str(no.value)) == (need.otherwise is None)


def test_what_is_not_right_is_named_without_its_value() -> None:
    with pytest.raises(NotConnected, match="'token' is not right") as no:
        made("telegram", SETTINGS["telegram"], {"token": "tanpa-angka"})
    assert "tanpa-angka" not in str(no.value)
    with pytest.raises(NotConnected, match="'channel' is not right"):
        made("telegram", {"channel": "@disperkim_uji"}, secret("telegram"))


def test_a_name_that_nobody_knows_is_told_of() -> None:
    with pytest.raises(NotConnected, match="no setting 'halaman'"):
        made("facebook", {**SETTINGS["facebook"], "halaman": "1"}, secret("facebook"))
    with pytest.raises(NotConnected, match="no secret 'page'"):
        made("facebook", SETTINGS["facebook"], {**secret("facebook"), "page": "1"})


def test_a_channel_where_no_program_posts_is_not_connected() -> None:
    with pytest.raises(NotConnected, match="whatsapp: no program"):
        made("whatsapp", {}, {})


def test_every_channel_that_can_be_connected_is_known() -> None:
    assert set(MAKERS) == set(NEEDS) == set(SETTINGS)
    assert set(NEEDS) < set(KNOWN)
