"""The second factor: who must have one gets nothing before, no code is good twice, and the paper helps out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.front_door.door import Door
from shared.accounts.sealing import Seal, WrongKey
from tests.integration.intake.browser import Browser, code
from tests.integration.intake.desk import Office


def require(desk: Office, *roles: str) -> None:
    door: Door = desk.app.state.door
    desk.app.state.door = replace(door, must_have_second_factor=frozenset(roles))


async def enrol(desk: Office, browser: Browser) -> str:
    """Set up the second factor on the way in; returns its secret."""
    secret = await browser.secret()
    await browser.send("/masuk/pasang", kode=code(desk, secret))
    return secret


async def test_who_must_have_one_is_led_to_it_and_gets_nothing_before(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina", to="/bahan")
        assert browser.at == "/masuk/pasang"
        assert "alurwarta" not in browser.http.cookies
        for path in ("/beranda", "/akun", "/bahan"):
            assert (await browser.http.get(path)).headers["location"].startswith("/masuk")
        await browser.go("/masuk/pasang")
        secret = await browser.secret()
        wrong = await browser.send("/masuk/pasang", kode="000000")
        assert wrong.status_code == 422
        assert await browser.secret() == secret
        done = await browser.send("/masuk/pasang", kode=code(desk, secret))
        assert done.text.count("<li><code>") == 10
        assert 'href="/bahan"' in done.text
        assert (await browser.go("/bahan")).status_code == 200
    (row,) = await desk.rows("SELECT secret FROM accounts.second_factors")
    assert secret.encode() not in bytes(row["secret"])


async def test_who_stands_in_for_a_leader_must_have_one_as_a_leader_does(desk: Office) -> None:
    require(desk, "pimpinan")
    for who in ("bambang", "dewi"):
        await desk.account(who)
    async with Browser.of(desk) as browser:
        await browser.log_in("dewi")
        assert browser.at == "/beranda"
        absence = {"account": "bambang", "stand_in": "dewi", "kind": "plh", "letter_number": "800/12"}
        days = {"first": "2026-11-23", "last": "2035-11-27", "letter_date": "2026-11-20"}
        _, csrf = await desk.session("rina")
        made = await desk.call("rina", "POST", "/pengaturan/ketidakhadiran", data=absence | days | {"csrf": csrf})
        assert made.status_code == 303
        assert (await browser.http.get("/beranda")).headers["location"].startswith("/masuk")
        await browser.log_in("dewi")
        assert browser.at == "/masuk/pasang"


async def test_others_are_not_asked_for_one(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("dewi")
    async with Browser.of(desk) as browser:
        await browser.log_in("dewi")
        assert browser.at == "/beranda"


async def test_log_in_takes_the_code_and_no_code_is_good_twice(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await enrol(desk, browser)
    desk.at += timedelta(seconds=60)
    async with Browser.of(desk) as one, Browser.of(desk) as other:
        await one.log_in("rina", to="/bahan")
        await other.log_in("rina")
        assert one.at == other.at == "/masuk/kode"
        await one.send("/masuk/kode", kode=code(desk, secret))
        assert one.at == "/bahan"
        assert (await other.send("/masuk/kode", kode=code(desk, secret))).status_code == 422
        assert (await other.go("/beranda")).url.path == "/masuk"


async def test_the_same_code_sent_many_times_at_once_opens_one_session(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await enrol(desk, browser)
        await browser.send("/keluar")
        desk.at += timedelta(seconds=60)
        await browser.log_in("rina")
        answers = await asyncio.gather(
            *(browser.http.post("/masuk/kode", data={"kode": code(desk, secret)}) for _ in range(5))
        )
    assert sorted(a.status_code for a in answers)[0] == 303
    assert len(await desk.rows("SELECT FROM accounts.sessions")) == 1


@pytest.mark.parametrize(("later", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
async def test_a_clock_may_be_one_step_off(desk: Office, later: int, is_good: bool) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await enrol(desk, browser)
        await browser.send("/keluar")
        desk.at += timedelta(minutes=5)
        await browser.log_in("rina")
        await browser.send("/masuk/kode", kode=code(desk, secret, later=later))
        assert (browser.at == "/beranda") == is_good


async def test_a_recovery_code_is_good_once_and_lies_there_as_a_hash(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        await enrol(desk, browser)
        paper = browser.page.text.split("<li><code>")[1].partition("<")[0]
        await browser.go("/beranda")
        await browser.send("/keluar")
        await browser.log_in("rina")
        await browser.send("/masuk/kode", kode=paper.lower().replace("-", " "))
        assert browser.at == "/beranda"
        assert "Tersisa 9 kode" in (await browser.go("/akun")).text
        await browser.send("/keluar")
        await browser.log_in("rina")
        assert (await browser.send("/masuk/kode", kode=paper)).status_code == 422
    assert "account.recovery-code-used" in [action for action, _ in await desk.audited()]


async def test_wrong_codes_make_the_next_one_wait_also_in_a_new_log_in(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await enrol(desk, browser)
        await browser.go("/beranda")
        await browser.send("/keluar")
        await browser.log_in("rina")
        answers = [await browser.send("/masuk/kode", kode="123456") for _ in range(6)]
        assert [a.status_code for a in answers] == [422] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        await browser.log_in("rina")
        assert (await browser.send("/masuk/kode", kode=code(desk, secret, later=1))).status_code == 429
        desk.at += timedelta(minutes=2)
        await browser.send("/masuk/kode", kode=code(desk, secret))
        assert browser.at == "/beranda"


async def test_a_log_in_that_waits_is_over_after_ten_minutes(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await browser.secret()
        desk.at += timedelta(minutes=11)
        await browser.send("/masuk/pasang", kode=code(desk, secret))
        assert browser.at == "/masuk"
    assert await desk.rows("SELECT FROM accounts.second_factors") == []


async def test_a_secret_that_one_log_in_was_shown_is_not_the_one_that_another_confirms(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as thief, Browser.of(desk) as browser:
        await thief.log_in("rina")
        await browser.log_in("rina")
        seen = await thief.secret()
        assert await enrol(desk, browser) != seen
        await thief.send("/masuk/pasang", kode=code(desk, seen))
        assert thief.at == "/masuk"


async def test_the_own_second_factor_is_moved_renewed_and_taken_away(desk: Office) -> None:
    await desk.account("dewi")
    async with Browser.of(desk) as browser:
        await browser.log_in("dewi")
        await browser.go("/akun/faktor-kedua")
        first = await browser.secret()
        await browser.send("/akun/faktor-kedua", kode=code(desk, first))
        await browser.go("/akun/faktor-kedua")
        second = await browser.secret()
        assert second != first
        desk.at += timedelta(seconds=60)
        await browser.send("/akun/faktor-kedua", kode=code(desk, second))
        await browser.go("/akun")
        assert (await browser.send("/akun/faktor-kedua/kode-cadangan")).text.count("<li><code>") == 10
        await browser.go("/akun")
        assert "Faktor kedua dilepas" in (await browser.send("/akun/faktor-kedua/lepas")).text
    assert await desk.rows("SELECT FROM accounts.recovery_codes") == []


async def test_who_must_have_one_cannot_take_it_away(desk: Office) -> None:
    require(desk, "admin")
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        await enrol(desk, browser)
        await browser.go("/akun")
        assert "/lepas" not in browser.page.text
        assert (await browser.post("/akun/faktor-kedua/lepas", [("csrf", browser.csrf)])).status_code == 422
    assert len(await desk.rows("SELECT FROM accounts.second_factors")) == 1


def test_a_sealed_secret_opens_for_its_account_and_key_alone() -> None:
    seal = Seal("0123456789abcdef0123456789abcdef")
    sealed = seal.seal("rina", "RAHASIA")
    assert seal.open("rina", sealed) == "RAHASIA"
    for other, account in ((seal, "dewi"), (Seal("f" * 32), "rina")):
        with pytest.raises(WrongKey):
            other.open(account, sealed)
