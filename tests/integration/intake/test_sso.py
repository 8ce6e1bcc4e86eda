"""Log in by another provider's word: at a real OpenID provider, over a real socket."""

import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from services.intake.front_door.kept import Kept
from services.intake.front_door.provider import Provider
from shared.accounts import identities
from shared.accounts.identities import MOST_KEPT
from tests.integration.intake.browser import HOST, Browser
from tests.integration.intake.desk import PASSWORD, Office
from tests.support.openid import CLIENT, SECRET, OpenID, openid, through

PEOPLE = {
    "s-rina": {"preferred_username": "Rina", "name": "Rina Wulandari"},
    "s-rina-lain": {"preferred_username": "rina", "name": "Rina yang lain"},
    "s-dewi": {"preferred_username": "dl01", "email": "Dewi@bekasi.go.id", "email_verified": True},
    "s-palsu": {"preferred_username": "xx", "email": "dewi@bekasi.go.id", "email_verified": False},
    "s-orang-luar": {"preferred_username": "orang.luar"},
}
BACK = f"{HOST}/masuk/sso/kembali"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def somewhere(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[OpenID]:
    folder: Path = tmp_path_factory.mktemp("openid")
    async with openid(folder, HOST, PEOPLE) as running:
        yield running


@pytest.fixture
def provider(desk: Office, somewhere: OpenID) -> Provider:
    made = Provider(
        issuer=somewhere.issuer, client_id=CLIENT, client_secret=SECRET, label="SSO Kota", claim="preferred_username",
        site=HOST,
    )  # fmt: skip
    desk.app.state.door = replace(desk.app.state.door, provider=made)
    return made


@pytest.fixture
async def browser(desk: Office, provider: Provider) -> AsyncGenerator[Browser]:
    await desk.account("rina")
    await desk.account("dewi")
    await desk.owner.execute("UPDATE accounts.accounts SET email = 'dewi@bekasi.go.id' WHERE account = 'dewi'")
    async with surfing(desk) as opened:
        yield opened


def surfing(desk: Office) -> Browser:
    """A browser for which the office is here and all else behind real sockets."""
    http = httpx.AsyncClient(
        mounts={HOST: httpx.ASGITransport(desk.app)}, base_url=HOST, headers={"Accept": "text/html"}, timeout=30
    )
    return Browser(http, httpx.Response(200, request=httpx.Request("GET", HOST)))


async def word_for(browser: Browser, subject: str, *, ke: str = "/beranda") -> str:
    """Go to the provider, log in there, and return the address that it sends back to."""
    there = await browser.http.get(f"/masuk/sso?ke={ke}")
    assert there.status_code == 303, there.text
    back = await through(browser.http, there, subject, stop_at=BACK)
    return back.headers["location"]


async def test_who_is_known_there_by_the_account_s_name_comes_in(desk: Office, browser: Browser) -> None:
    assert "Masuk lewat SSO Kota" in (await browser.go("/masuk")).text
    await browser.go(await word_for(browser, "s-rina", ke="/bahan%3Fkeadaan%3Dreceived"))
    assert (browser.at, browser.page.url.query) == ("/bahan", b"keadaan=received")
    (bound,) = await desk.rows("SELECT subject, account FROM accounts.identities")
    assert (bound["subject"], bound["account"]) == ("s-rina", "rina")
    assert [action for action, _ in await desk.audited()] == ["account.bound", "session.opened"]


async def test_the_way_there_carries_a_challenge_a_state_and_a_nonce_that_are_new_each_time(browser: Browser) -> None:
    asked = [parse_qs(urlsplit((await browser.http.get("/masuk/sso")).headers["location"]).query) for _ in range(2)]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
    assert (asked[0]["response_type"], asked[0]["code_challenge_method"]) == (["code"], ["S256"])


async def test_who_is_known_by_a_verified_address_comes_in_and_by_an_unverified_one_does_not(
    desk: Office, browser: Browser
) -> None:
    async with surfing(desk) as other:
        refused = await other.go(await word_for(other, "s-palsu"))
        assert "belum dikenal di sini" in refused.text
    await browser.go(await word_for(browser, "s-dewi"))
    assert "Dewi Lestari" in browser.page.text


async def test_a_stranger_is_told_what_to_do(desk: Office, browser: Browser) -> None:
    refused = await browser.go(await word_for(browser, "s-orang-luar"))
    assert refused.status_code == 422
    assert "Minta Admin membuatkan akun" in refused.text
    assert await desk.rows("SELECT FROM accounts.sessions") == []


async def test_a_bound_account_is_not_given_to_another_of_the_same_name(desk: Office, browser: Browser) -> None:
    await browser.go(await word_for(browser, "s-rina"))
    assert browser.at == "/beranda"
    async with surfing(desk) as other:
        refused = await other.go(await word_for(other, "s-rina-lain"))
        assert "belum dikenal" in refused.text
    async with surfing(desk) as again:
        await again.go(await word_for(again, "s-rina"))
        assert again.at == "/beranda"


async def test_a_disabled_account_does_not_come_in_that_way(desk: Office, browser: Browser) -> None:
    await browser.go(await word_for(browser, "s-rina"))
    await desk.owner.execute("UPDATE accounts.accounts SET disabled = true WHERE account = 'rina'")
    async with surfing(desk) as again:
        assert "belum dikenal" in (await again.go(await word_for(again, "s-rina"))).text


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(desk: Office, browser: Browser) -> None:
    answer = await word_for(browser, "s-rina")
    async with surfing(desk) as other:
        assert "tidak berlaku" in (await other.go(answer)).text
    await browser.go(answer)
    assert browser.at == "/beranda"
    async with surfing(desk) as later:
        later.http.cookies = browser.http.cookies
        later.http.cookies.delete("alurwarta")
        assert "tidak berlaku" in (await later.go(answer)).text


@pytest.mark.parametrize("change", ["nonce = 'lain'", "verifier = repeat('x', 64)"])
async def test_an_answer_to_something_else_that_was_asked_is_refused(
    desk: Office, browser: Browser, change: str
) -> None:
    answer = await word_for(browser, "s-rina")
    await desk.owner.execute(f"UPDATE accounts.provider_requests SET {change}")
    refused = await browser.go(answer)
    assert "tidak jadi" in refused.text
    assert await desk.rows("SELECT FROM accounts.sessions") == []


async def test_another_issuer_s_answer_is_refused(browser: Browser, somewhere: OpenID) -> None:
    answer = await word_for(browser, "s-rina")
    assert "iss=" in answer
    refused = await browser.go(answer.partition("&iss=")[0] + "&iss=https%3A%2F%2Fjahat.id")
    assert "tidak jadi" in refused.text


async def test_the_second_factor_is_the_provider_s_matter_or_ours_as_is_set(desk: Office, browser: Browser) -> None:
    door = replace(desk.app.state.door, must_have_second_factor=frozenset(["admin"]))
    desk.app.state.door = door
    await browser.go(await word_for(browser, "s-rina"))
    assert browser.at == "/beranda"
    desk.app.state.door = replace(door, provider_suffices=False)
    async with surfing(desk) as again:
        await again.go(await word_for(again, "s-rina"))
        assert again.at == "/masuk/pasang"


async def test_logging_out_ends_our_session_and_offers_to_end_the_provider_s(
    desk: Office, browser: Browser, somewhere: OpenID
) -> None:
    await browser.go(await word_for(browser, "s-rina"))
    left = await browser.send("/keluar")
    assert "Keluar juga dari SSO Kota" in left.text
    assert await desk.rows("SELECT FROM accounts.sessions") == []
    out = await browser.http.get("/masuk/sso/keluar")
    assert out.headers["location"].startswith(f"{somewhere.issuer}/session/end?client_id={CLIENT}")
    assert (await browser.http.get(out.headers["location"])).status_code == 200


async def with_form(browser: Browser, page: httpx.Response, subject: str) -> httpx.Response:
    """Press the provider's button on a page that keeps a form, log in there, and come back."""
    browser.page = page
    there = await browser.send("/masuk/sso")
    assert there.status_code == 200, there.text
    to = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', there.text)
    assert to is not None, there.text
    back = await through(browser.http, await browser.http.get(unescape(to[1])), subject, stop_at=BACK)
    return await browser.go(back.headers["location"])


def leave_provider(browser: Browser) -> None:
    """Whoever logs in there next is asked again who they are."""
    browser.http.cookies.jar.clear("127.0.0.1")


async def by_provider_alone(desk: Office, browser: Browser, subject: str) -> None:
    await desk.owner.execute("UPDATE accounts.accounts SET password_hash = ''")
    await browser.go(await word_for(browser, subject))
    assert browser.at == "/beranda"


TYPED = {"title": "PENTING judul", "text": "Isi.", "tanggal": "2026-11-23", "jam": "09:00"}


async def test_a_form_whose_session_ended_goes_along_to_the_provider_and_comes_back(
    desk: Office, browser: Browser
) -> None:
    await by_provider_alone(desk, browser, "s-dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    shown = await browser.send("/bahan/baru", **TYPED)
    assert "Isian Anda tidak hilang" in shown.text
    await with_form(browser, shown, "s-dewi")
    kept = dict(browser.fields("/bahan/baru"))
    assert {name: kept[name] for name in TYPED} == TYPED
    await browser.send("/bahan/baru")
    assert re.fullmatch(r"/bahan/[0-9a-f-]{36}", browser.at)
    assert await desk.rows("SELECT FROM accounts.provider_requests") == []


async def test_a_grave_form_goes_along_to_the_provider_and_comes_back(desk: Office, browser: Browser) -> None:
    await by_provider_alone(desk, browser, "s-rina")
    await browser.go("/pengaturan/bidang")
    await desk.owner.execute("UPDATE accounts.sessions SET fresh_at = now() - interval '16 minutes'")
    typed = [("csrf", browser.csrf), ("code", "tata-ruang"), ("name", "PENTING Bidang"), ("active", "on")]
    shown = await browser.post("/pengaturan/bidang", typed)
    assert browser.at == "/akun/konfirmasi/isi"
    assert "Isian Anda tidak hilang" in shown.text
    await with_form(browser, shown, "s-rina")
    assert dict(browser.fields("/pengaturan/bidang"))["name"] == "PENTING Bidang"
    await browser.send("/pengaturan/bidang")
    assert "PENTING Bidang" in (await browser.go("/pengaturan/bidang")).text


async def test_what_goes_along_is_sealed_and_shown_to_no_other(desk: Office, browser: Browser) -> None:
    await by_provider_alone(desk, browser, "s-dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    shown = await browser.send("/bahan/baru", **TYPED)
    await browser.send("/masuk/sso")
    (row,) = await desk.rows("SELECT kept FROM accounts.provider_requests")
    assert b"PENTING" not in row["kept"]
    leave_provider(browser)
    await with_form(browser, shown, "s-rina")
    assert "diketik dengan akun lain" in browser.page.text
    assert "PENTING" not in browser.page.text


async def test_a_form_is_still_there_when_the_provider_lets_nobody_in(desk: Office, browser: Browser) -> None:
    await by_provider_alone(desk, browser, "s-dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    leave_provider(browser)
    refused = await with_form(browser, await browser.send("/bahan/baru", **TYPED), "s-orang-luar")
    assert "belum dikenal di sini" in refused.text
    leave_provider(browser)
    await with_form(browser, refused, "s-dewi")
    assert dict(browser.fields("/bahan/baru"))["title"] == "PENTING judul"


async def test_a_form_that_is_too_long_to_go_along_says_so_and_shows_its_words(
    desk: Office, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await by_provider_alone(desk, browser, "s-dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    fits = await browser.send("/bahan/baru", **TYPED)
    long = TYPED | {"text": "a" * (MOST_KEPT // 2), "people": "b" * (MOST_KEPT // 2)}
    shown = await browser.post("/masuk/lanjut?ke=/bahan/baru&dari=/bahan/baru", [*long.items()])
    assert "terlalu panjang untuk dibawa" in shown.text
    assert "tidak hilang" not in shown.text
    assert ">\nPENTING judul</textarea>" in shown.text
    assert "titipan" not in dict(browser.fields("/masuk"))
    kept = Kept(to="/bahan/baru", fields=tuple(long.items())).model_dump_json()
    refused = await browser.post("/masuk/sso", [("titipan", kept)])
    assert (refused.status_code, "tidak dapat ikut" in refused.text) == (422, True)
    monkeypatch.setattr(identities, "MOST_KEPT_TOGETHER", 10)
    browser.page = fits
    full = await browser.send("/masuk/sso")
    assert "tidak dapat ikut" in full.text
    assert "PENTING judul" in full.text


async def test_another_site_has_no_form_go_along(desk: Office, browser: Browser) -> None:
    answer = await browser.http.post("/masuk/sso", data={"titipan": "{}"}, headers={"Origin": "https://jahat.id"})
    assert answer.status_code == 403
    assert await desk.rows("SELECT FROM accounts.provider_requests") == []


async def test_a_provider_that_is_away_is_said_and_the_password_still_opens(desk: Office, browser: Browser) -> None:
    away = Provider(
        issuer="http://127.0.0.1:9", client_id="x", client_secret="", label="SSO Kota", claim="sub", site=HOST
    )
    desk.app.state.door = replace(desk.app.state.door, provider=away)
    shown = await browser.go("/masuk/sso")
    assert "tidak dapat dihubungi" in shown.text
    await browser.send("/masuk", account="rina", password=PASSWORD)
    assert browser.at == "/beranda"
