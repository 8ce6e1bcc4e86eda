"""Invitation and reset: a one-time link by which a person chooses a password that nobody else knows."""

import pytest

from services.intake.front_door import staffing
from shared.audit import SYSTEM
from tests.integration.intake.browser import Browser, code, invited
from tests.integration.intake.desk import PASSWORD, PEOPLE, Office

CHOSEN = "pagi-cerah-di-taman"


async def test_an_invited_person_chooses_a_password_and_is_in(desk: Office) -> None:
    path = await invited(desk)
    async with Browser.of(desk) as browser:
        shown = await browser.go(path)
        assert (shown.status_code, "Selamat datang, Rina Wulandari" in shown.text) == (200, True)
        assert shown.headers["referrer-policy"] == "strict-origin"
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
        assert browser.at == "/beranda"
        await browser.send("/keluar")
        await browser.log_in("rina", CHOSEN)
        assert browser.at == "/beranda"
    acted = [action for action, _ in await desk.audited()]
    assert acted == ["account.added", "account.invited", "account.password-set", "session.opened", "session.ended",
                     "session.opened"]  # fmt: skip


async def test_the_link_is_kept_as_a_hash_alone(desk: Office) -> None:
    token = (await invited(desk)).rpartition("/")[2]
    (row,) = await desk.rows("SELECT * FROM accounts.links")
    assert token.encode() not in bytes(row["token_hash"])
    assert token not in str(dict(row))


async def test_a_link_is_good_once(desk: Office) -> None:
    path = await invited(desk)
    async with Browser.of(desk) as browser:
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
    async with Browser.of(desk) as other:
        for again in (await other.go(path), await other.post(path, [("password", CHOSEN), ("again", CHOSEN)])):
            assert again.status_code == 422
            assert "Minta tautan baru" in again.text


async def test_a_newer_link_takes_the_place_of_an_older(desk: Office) -> None:
    older, newer = await invited(desk), await invited(desk)
    async with Browser.of(desk) as browser:
        assert (await browser.go(older)).status_code == 422
        assert (await browser.go(newer)).status_code == 200


@pytest.mark.parametrize(("purpose", "hours"), [("invitation", 72), ("reset", 1)])
async def test_a_link_is_over_after_its_time(desk: Office, purpose: str, hours: int) -> None:
    path = await invited(desk)
    if purpose == "reset":
        async with desk.desk.transaction() as conn:
            path = await staffing.reset(conn, "rina", by=SYSTEM, at=desk.at)
    async with Browser.of(desk) as browser:
        desk.later(hours=hours - 0.01)
        assert (await browser.go(path)).status_code == 200
        desk.later(hours=0.02)
        assert (await browser.go(path)).status_code == 422


@pytest.mark.parametrize(
    ("password", "words"),
    [("pendek", "sedikitnya 12"), ("Password123456", "mudah ditebak"), ("123456789012", "mudah ditebak"),
     ("qwertyuiop[]12", "mudah ditebak"), ("bekasi-kota-2026", "mudah ditebak"), ("aaaaaaaaaaaaa", "mudah ditebak"),
     ("rina.wulandari", "nama Anda"), ("Rina-Wulandari-1990", "nama Anda"), ("x" * 300, "paling panjang")],
)  # fmt: skip
async def test_a_password_that_others_would_guess_is_refused_and_the_link_stays_good(
    desk: Office, password: str, words: str
) -> None:
    path = await invited(desk)
    async with Browser.of(desk) as browser:
        answer = await browser.post(path, [("password", password), ("again", password)])
        assert answer.status_code == 422
        assert words in answer.text
        differing = await browser.post(path, [("password", CHOSEN), ("again", CHOSEN + "x")])
        assert "tidak sama" in differing.text
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
        assert browser.at == "/beranda"


async def test_a_reset_ends_what_was_open_and_asks_for_the_second_factor_as_ever(desk: Office) -> None:
    path = await invited(desk)
    async with Browser.of(desk) as browser:
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
        await browser.go("/akun/faktor-kedua")
        secret = await browser.secret()
        await browser.send("/akun/faktor-kedua", kode=code(desk, secret))
        async with desk.desk.transaction() as conn:
            link = await staffing.reset(conn, "rina", by=SYSTEM, at=desk.at)
        assert (await browser.go("/akun")).status_code == 200
        async with Browser.of(desk) as other:
            await other.post(link, [("password", "lain-lagi-sandinya"), ("again", "lain-lagi-sandinya")])
            assert other.at == "/masuk/kode"
            assert (await other.go("/beranda")).url.path == "/masuk"
        await browser.go("/akun")
        assert browser.at == "/masuk"


async def test_who_lost_telephone_and_paper_gets_a_link_without_the_second_factor(desk: Office) -> None:
    path = await invited(desk)
    async with Browser.of(desk) as browser:
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
        await browser.go("/akun/faktor-kedua")
        await browser.send("/akun/faktor-kedua", kode=code(desk, await browser.secret()))
        async with desk.desk.transaction() as conn:
            link = await staffing.reset(conn, "rina", by=SYSTEM, at=desk.at, without_second_factor=True)
        await browser.post(link, [("password", "lain-lagi-sandinya"), ("again", "lain-lagi-sandinya")])
        assert browser.at == "/beranda"
    assert "account.second-factor-removed" in [action for action, _ in await desk.audited()]


async def test_a_disabled_account_is_out_at_once_and_its_links_are_void(desk: Office) -> None:
    await desk.account("dewi")
    link = await invited(desk, "dewi")
    async with Browser.of(desk) as browser:
        await browser.log_in("dewi")
        async with desk.desk.transaction() as conn:
            await staffing.disable(conn, "dewi", by=SYSTEM, at=desk.at)
        await browser.go("/bahan")
        assert browser.at == "/masuk"
        assert (await browser.go(link)).status_code == 422
        assert (await browser.log_in("dewi")).status_code == 401
        async with desk.desk.transaction() as conn:
            await staffing.enable(conn, "dewi", by=SYSTEM, at=desk.at)
        await browser.log_in("dewi")
        assert browser.at == "/beranda"


async def test_a_role_that_is_taken_away_counts_from_the_next_request_on(desk: Office) -> None:
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        assert "Kirim bahan" in (await browser.go("/beranda")).text
        await desk.owner.execute("UPDATE accounts.accounts SET roles = '{pengawas}' WHERE account = 'rina'")
        assert "Kirim bahan" not in (await browser.go("/beranda")).text


async def test_nobody_closes_the_own_account(desk: Office) -> None:
    await desk.account("rina")
    name, capacity, *_ = PEOPLE["rina"]
    me = SYSTEM.model_copy(update={"account": "rina", "name": name, "capacity": capacity})
    with pytest.raises(staffing.NotYourself):
        async with desk.desk.transaction() as conn:
            await staffing.disable(conn, "rina", by=me, at=desk.at)
    async with Browser.of(desk) as browser:
        await browser.log_in("rina", PASSWORD)
        assert browser.at == "/beranda"
