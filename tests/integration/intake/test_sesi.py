"""Sessions: nobody plants, guesses or keeps one; where one is logged in is seen and ended; what was typed survives."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated, Any

import pytest
from fastapi import Form

from services.intake.front_door.door import Door
from shared.accounts import Person
from shared.caller import WrongOnes
from shared.web import may
from tests.integration.intake.browser import HOST, Browser, code
from tests.integration.intake.desk import PASSWORD, Office

GRAVE = "/pengaturan/contoh"


@pytest.fixture
async def browser(desk: Office) -> AsyncGenerator[Browser]:
    """Dewi's browser, before she logs in."""
    await desk.account("dewi")
    async with Browser.of(desk) as opened:
        yield opened


@pytest.fixture
def grave(desk: Office) -> list[str]:
    """A route that asks to show again who one is; what it was given."""
    got: list[str] = []

    @desk.app.post(GRAVE)
    async def change(  # pyright: ignore[reportUnusedFunction]
        person: Annotated[Person, may("own-account.change", fresh=True)], isi: Annotated[str, Form()]
    ) -> dict[str, Any]:
        got.append(isi)
        return {}

    @desk.app.get(GRAVE)
    async def look(person: Annotated[Person, may("own-account.change", fresh=True)]) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        return {"seen": True}

    return got


async def stale(desk: Office) -> None:
    await desk.owner.execute("UPDATE accounts.sessions SET fresh_at = now() - interval '16 minutes'")


async def test_log_in_gives_a_new_session_whatever_the_browser_brought(desk: Office, browser: Browser) -> None:
    browser.http.cookies.set("alurwarta", "ditanam-orang-lain", domain="kantor.local")
    await browser.log_in("dewi")
    first = browser.http.cookies["alurwarta"]
    assert first != "ditanam-orang-lain"
    await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD})
    assert browser.http.cookies["alurwarta"] != first
    assert len(await desk.rows("SELECT FROM accounts.sessions")) == 1


async def test_over_https_the_cookie_is_one_that_no_neighbour_can_plant(desk: Office, browser: Browser) -> None:
    desk.app.state.secure_cookies = True
    answer = await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-alurwarta=")
    for flag in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert flag in cookie
    assert "Domain" not in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    for name, status in (("__Host-alurwarta", 200), ("alurwarta", 303)):
        asked = await browser.http.get("/beranda", headers={"Cookie": f"{name}={token}"})
        assert asked.status_code == status, name


async def test_one_comes_back_to_the_same_page_with_its_query(browser: Browser) -> None:
    await browser.go("/bahan?keadaan=received&x=a%20b")
    assert browser.at == "/masuk"
    await browser.send("/masuk", account="dewi", password=PASSWORD)
    assert str(browser.page.url) == f"{HOST}/bahan?keadaan=received&x=a%20b"


async def test_a_piece_of_a_page_asked_by_script_sends_the_whole_page_to_log_in(browser: Browser) -> None:
    told = {"HX-Request": "true", "HX-Current-URL": f"{HOST}/bahan?keadaan=received", "Accept": "*/*"}
    answer = await browser.http.get("/bahan", headers=told)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/masuk?ke=/bahan%3Fkeadaan%3Dreceived")


async def test_a_form_whose_session_ended_is_not_lost(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    typed = {"title": 'Serah "kunci" & <b>', "text": "\nSatu.\n\nDua.", "tanggal": "2026-11-23", "jam": "09:00"}
    await browser.send("/bahan/baru", **typed)
    assert browser.at == "/masuk/lanjut"
    assert "Isian Anda tidak hilang" in browser.page.text
    wrong = await browser.send("/masuk", account="dewi", password="salah")
    assert wrong.status_code == 401
    await browser.send("/masuk", account="dewi", password=PASSWORD)
    kept = dict(browser.fields("/bahan/baru"))
    assert {name: kept[name] for name in typed} == typed
    await browser.send("/bahan/baru")
    assert re.fullmatch(r"/bahan/[0-9a-f-]{36}", browser.at)
    assert "Serah &#34;kunci&#34; &amp; &lt;b&gt;" in browser.page.text


async def test_a_form_of_an_earlier_session_is_shown_again_to_be_sent_anew(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    await browser.go("/bahan/baru")
    old = browser.fields("/bahan/baru")
    await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD})
    typed = {"title": "PENTING kunci", "text": "Isi.", "tanggal": "2026-11-23", "jam": "09:00"}
    await browser.post("/bahan/baru", [*[f for f in old if f[0] not in typed], *typed.items()])
    assert browser.at == "/masuk/lanjut"
    assert "PENTING kunci" in browser.page.text
    assert await desk.rows("SELECT FROM reports") == []
    await browser.send("/bahan/baru")
    assert re.fullmatch(r"/bahan/[0-9a-f-]{36}", browser.at)


async def test_a_step_of_an_earlier_session_says_that_it_was_not_done(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    old = browser.csrf
    await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD})
    await browser.post("/keluar", [("csrf", old)])
    assert "Langkah tadi belum dijalankan" in browser.page.text
    await browser.send("/keluar")
    assert browser.at == "/masuk"


async def test_an_earlier_session_s_form_is_not_shown_again_to_a_script(browser: Browser) -> None:
    await browser.log_in("dewi")
    for more in ({"X-CSRF-Token": "lama"}, {"HX-Request": "true"}, {"Accept": "application/json"}):
        answer = await browser.http.post("/akun/bahasa", data={"language": "en"}, headers={"Origin": HOST} | more)
        assert answer.status_code == 403, more


async def test_a_form_that_one_account_typed_is_not_shown_to_the_next(desk: Office, browser: Browser) -> None:
    await desk.account("agus")
    await browser.log_in("dewi")
    await browser.go("/bahan/baru")
    old = browser.fields("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await browser.send("/bahan/baru", title="Milik Dewi", text="Isi", tanggal="2026-11-23", jam="09:00")
    await browser.send("/masuk", account="agus", password=PASSWORD)
    assert "diketik dengan akun lain" in browser.page.text
    for kept in ("Milik Dewi", 'action="/bahan/baru"'):
        assert kept not in browser.page.text
    await browser.post("/bahan/baru", [*[f for f in old if f[0] != "title"], ("title", "Milik Dewi")])
    assert browser.at == "/masuk/lanjut"
    assert "diketik dengan akun lain" in browser.page.text
    assert "Milik Dewi" not in browser.page.text
    assert await desk.rows("SELECT FROM reports") == []


async def test_a_form_is_not_shown_to_the_next_with_the_second_factor_either(desk: Office, browser: Browser) -> None:
    await desk.account("rina")
    desk.app.state.door = replace(desk.app.state.door, must_have_second_factor=frozenset({"admin"}))
    await browser.log_in("dewi")
    await browser.go("/bahan/baru")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await browser.send("/bahan/baru", title="Milik Dewi", text="Isi", tanggal="2026-11-23", jam="09:00")
    await browser.send("/masuk", account="rina", password=PASSWORD)
    await browser.send("/masuk/pasang")
    await browser.send("/masuk/pasang", kode=code(desk, await browser.secret()))
    assert "Simpan kode cadangan" in browser.page.text
    assert "diketik dengan akun lain" in browser.page.text
    assert "Milik Dewi" not in browser.page.text


async def test_passwords_are_not_kept(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    await browser.go("/akun")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await browser.send("/akun/kata-sandi", current=PASSWORD, password="pagi-cerah", again="pagi-cerah")
    assert browser.at == "/masuk/lanjut"
    assert PASSWORD not in browser.page.text
    assert "pagi-cerah" not in browser.page.text


async def test_what_another_site_sent_is_not_kept_to_come_back_signed(browser: Browser) -> None:
    answer = await browser.http.post(
        "/bahan/baru", data={"title": "Jahat"}, headers={"Origin": "https://jahat.id"}, follow_redirects=True
    )
    assert answer.url.path == "/masuk"
    assert "Jahat" not in answer.text
    direct = await browser.http.post("/masuk/lanjut?ke=/bahan/baru", data={"title": "Jahat"}, follow_redirects=True)
    assert "Jahat" not in direct.text


async def test_a_grave_step_asks_again_and_gives_back_what_was_typed(
    desk: Office, browser: Browser, grave: list[str]
) -> None:
    await browser.log_in("dewi")
    csrf, before = browser.csrf, browser.http.cookies["alurwarta"]
    await browser.post(GRAVE, [("csrf", csrf), ("isi", "pertama")])
    assert grave == ["pertama"]
    await stale(desk)
    await browser.go(GRAVE)
    assert browser.at == "/akun/konfirmasi"
    await browser.post(GRAVE, [("csrf", csrf), ("isi", "kedua & 'lagi'")])
    assert browser.at == "/akun/konfirmasi/isi"
    assert (await browser.send("/akun/konfirmasi", password="salah")).status_code == 422
    await browser.send("/akun/konfirmasi", password=PASSWORD)
    assert browser.http.cookies["alurwarta"] != before
    await browser.send(GRAVE)
    assert grave == ["pertama", "kedua & 'lagi'"]
    assert (await browser.go(GRAVE)).json() == {"seen": True}


async def test_a_code_is_as_good_as_the_password_to_show_again_who_one_is(
    desk: Office, browser: Browser, grave: list[str]
) -> None:
    await browser.log_in("dewi")
    await browser.go("/akun/faktor-kedua")
    secret = await browser.secret()
    await browser.send("/akun/faktor-kedua", kode=code(desk, secret))
    await stale(desk)
    await browser.go(GRAVE)
    await browser.send("/akun/konfirmasi", kode=code(desk, secret, later=1))
    assert browser.page.json() == {"seen": True}


async def test_a_script_is_told_that_a_grave_step_asks_again(desk: Office, browser: Browser, grave: list[str]) -> None:
    await browser.log_in("dewi")
    await stale(desk)
    answer = await browser.http.post(
        GRAVE, data={"isi": "x"}, headers={"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["title"]) == (403, "not-fresh")
    assert grave == []


async def test_where_one_is_logged_in_is_seen_and_ended(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    async with Browser.of(desk) as second, Browser.of(desk) as third:
        second.http.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Firefox/140.0"
        await second.log_in("dewi")
        await third.log_in("dewi")
        shown = (await browser.go("/akun")).text
        assert "Firefox di Windows" in shown
        assert shown.count("Chrome di Android</strong>") == 2
        (number,) = [
            r["number"] for r in await desk.rows("SELECT number FROM accounts.sessions WHERE device LIKE 'Firefox%'")
        ]
        await browser.send(f"/akun/sesi/{number}/akhiri")
        assert (await second.go("/akun")).url.path == "/masuk"
        assert (await third.go("/akun")).url.path == "/akun"
        await browser.send("/akun/sesi/akhiri")
        assert (await third.go("/akun")).url.path == "/masuk"
        assert (await browser.go("/akun")).url.path == "/akun"


async def test_nobody_ends_another_s_session(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    _, _ = await desk.session("agus")
    (row,) = await desk.rows("SELECT number FROM accounts.sessions WHERE account = 'agus'")
    answer = await browser.post(f"/akun/sesi/{row['number']}/akhiri", [("csrf", browser.csrf)])
    assert answer.status_code == 404
    assert len(await desk.rows("SELECT FROM accounts.sessions WHERE account = 'agus'")) == 1


async def test_another_password_ends_all_other_sessions_and_the_old_token(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    old = browser.http.cookies["alurwarta"]
    async with Browser.of(desk) as other:
        await other.log_in("dewi")
        await browser.go("/akun")
        chosen = {"password": "pagi-cerah-di-taman", "again": "pagi-cerah-di-taman"}
        assert (await browser.send("/akun/kata-sandi", current="salah", **chosen)).status_code == 401
        done = await browser.send("/akun/kata-sandi", current=PASSWORD, **chosen)
        assert "Kata sandi diganti" in done.text
        assert (await other.go("/akun")).url.path == "/masuk"
        assert browser.http.cookies["alurwarta"] != old
        assert (await browser.go("/akun")).status_code == 200
        assert (await other.log_in("dewi")).status_code == 401


async def test_a_form_without_its_token_changes_nothing(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    for path in (
        "/akun/bahasa",
        "/akun/kata-sandi",
        "/akun/faktor-kedua",
        "/akun/sesi/akhiri",
        "/akun/konfirmasi",
        "/keluar",
    ):
        typed = {"csrf": "tebakan", "language": "en"}
        elsewhere = await browser.http.post(path, data=typed, headers={"Origin": "https://jahat.id"})
        silent = await browser.http.post(path, data=typed)
        assert (elsewhere.status_code, silent.status_code) == (403, 403), path
        await browser.post(path, [*typed.items()])
        assert browser.at == "/masuk/lanjut", path
    assert await desk.owner.fetchval("SELECT language FROM accounts.accounts WHERE account = 'dewi'") == "id"


async def test_the_page_knows_how_long_the_session_still_is_and_extends_it(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    assert 'name="alurwarta-session"' in browser.page.text
    await desk.owner.execute("UPDATE accounts.sessions SET seen_at = now() - interval '7 hours 58 minutes'")
    quiet = {"X-Background": "1"}
    for _ in range(2):
        assert (await browser.http.get("/api/v1/session", headers=quiet)).json()["seconds_left"] <= 120
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    assert (await browser.http.post("/sesi/perpanjang", headers=headers)).json()["seconds_left"] > 3600
    assert (await browser.http.get("/api/v1/session", headers=quiet)).json()["seconds_left"] > 3600


async def test_the_screens_speak_the_person_s_language(desk: Office, browser: Browser) -> None:
    await browser.log_in("dewi")
    assert '<html lang="id">' in browser.page.text
    await browser.go("/akun")
    await browser.send("/akun/bahasa", language="en")
    assert '<html lang="en">' in browser.page.text
    assert "My account" in browser.page.text
    assert (await browser.send("/akun/bahasa", language="xx")).status_code == 422


async def test_wrong_tries_from_one_address_are_not_listened_to_any_longer(desk: Office, browser: Browser) -> None:
    door: Door = desk.app.state.door
    object.__setattr__(door, "wrong", WrongOnes("3 per 15 minutes"))
    at = {"X-Forwarded-For": "203.0.113.9"}
    for n in range(3):
        answer = await browser.http.post("/masuk", data={"account": f"orang{n}", "password": "salah"}, headers=at)
        assert answer.status_code == 401
    shut = await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD}, headers=at)
    assert shut.status_code == 429
    assert int(shut.headers["retry-after"]) > 0
    assert 'value="dewi"' in shut.text
    at["X-Forwarded-For"] = "203.0.113.10"
    right = await browser.http.post("/masuk", data={"account": "dewi", "password": PASSWORD}, headers=at)
    assert right.status_code == 303


async def test_whether_an_account_is_there_is_told_by_no_answer(desk: Office, browser: Browser) -> None:
    told: dict[str, list[Any]] = {}
    for account in ("dewi", "tidak-ada"):
        answers = [await browser.http.post("/masuk", data={"account": account, "password": "salah"}) for _ in range(7)]
        told[account] = [(a.status_code, a.text.replace(account, "X"), "retry-after" in a.headers) for a in answers]
    assert told["dewi"] == told["tidak-ada"]
    assert [status for status, _, _ in told["dewi"]] == [401] * 5 + [429] * 2


async def test_many_wrong_passwords_at_once_are_no_more_tries_than_one_after_the_other(
    desk: Office, browser: Browser
) -> None:
    answers = await asyncio.gather(
        *(browser.http.post("/masuk", data={"account": "dewi", "password": f"salah{n}"}) for n in range(12))
    )
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 7


async def test_password_managers_find_where_to_change_it(browser: Browser) -> None:
    await browser.log_in("dewi")
    assert (await browser.go("/.well-known/change-password")).url.path == "/akun"
