"""Roles change, and with them at once what a person may do, must show and is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.front_door import staffing
from shared.audit import SYSTEM
from shared.events import ReportWithdrawn
from tests.integration.intake.browser import Browser, code
from tests.integration.intake.desk import PASSWORD, Office
from tests.integration.intake.notices import by_mail, reached_by, receive, tell
from tests.integration.intake.test_pengaturan import HTML, post
from tests.support.mail_server import mail_server
from tests.unit.shared.offices import wib

SECRET = "Rahasia Perumahan"
NEW_PASSWORD = "lemari biru kuda zebra"


@pytest.mark.parametrize("role", ["pimpinan", "pengawas"])
async def test_who_may_read_all_reports_changes_those_of_the_own_bidang_alone(desk: Office, role: str) -> None:
    await desk.session("agus")
    await desk.owner.execute("UPDATE accounts.accounts SET roles = ARRAY['bidang', $1] WHERE account = 'agus'", role)
    report = await receive(desk)
    added = await post(desk, "agus", f"/bahan/{report}/lengkapi", text="Ditambah oleh Bidang lain")
    withdrawn = await desk.call("agus", "POST", f"/api/v1/reports/{report}/withdraw", json={"reason": "Bukan milik"})
    assert added.status_code in (403, 422)
    assert withdrawn.status_code == 403
    page = await desk.call("agus", "GET", f"/bahan/{report}", headers=HTML)
    assert page.status_code == 200
    assert "/lengkapi" not in page.text
    assert not await desk.events(ReportWithdrawn)


async def test_a_role_that_must_have_a_second_factor_is_not_had_in_a_session_without_one(desk: Office) -> None:
    desk.app.state.door = replace(desk.app.state.door, must_have_second_factor=frozenset({"admin"}))
    await desk.account("dewi")
    async with Browser.of(desk) as browser:
        await browser.log_in("dewi")
        assert browser.at == "/beranda"
        given = {"name": "Dewi", "capacity": "Admin", "role-admin": "on"}
        assert (await post(desk, "rina", "/pengaturan/akun/dewi", **given)).status_code == 303
        await browser.go("/pengaturan")
        assert browser.at.startswith("/masuk")
        await browser.log_in("dewi")
        assert browser.at == "/masuk/pasang"


async def test_who_loses_a_role_is_shown_and_sent_nothing_more_of_what_it_was_told(desk: Office) -> None:
    for who in ("dewi", "rina"):
        await desk.account(who)
    await reached_by(desk, "rina", "rina@contoh.go.id")
    await desk.owner.execute("INSERT INTO notice_settings (account, wants) VALUES ('rina', '{mail/waits}')")
    await receive(desk, title=SECRET)
    await tell(desk)
    assert SECRET in (await desk.call("rina", "GET", "/kabar", headers=HTML)).text
    async with desk.desk.transaction() as conn:
        about = await staffing.directory.expect(conn, "rina")
        less = staffing.Particulars(about.name, about.capacity, ["bidang"], "pertanahan")
        await staffing.put(conn, "rina", less, by=SYSTEM, at=desk.at)
    desk.at += timedelta(minutes=10)
    await tell(desk)
    assert SECRET not in (await desk.call("rina", "GET", "/kabar", headers=HTML)).text
    async with mail_server() as server:
        await by_mail(desk, server).lane().once()
    assert server.mails == []


async def test_serta_merta_at_night_waits_for_no_digest_of_the_morning_and_lets_none_out(desk: Office) -> None:
    await desk.session("rina")
    await reached_by(desk, "rina", "rina@contoh.go.id")
    await desk.owner.execute("INSERT INTO notice_settings (account, wants) VALUES ('rina', '{mail/waits}')")
    async with mail_server() as server:
        lane = by_mail(desk, server).lane()
        desk.at = wib("2026-11-27T16:29:55")  # Friday, five seconds before the office closes
        await receive(desk, title="Biasa", n=1, happened_at=wib("2026-11-27T15:00"))
        await tell(desk)
        desk.at = wib("2026-11-27T16:31")
        await lane.once()
        assert server.mails == []
        desk.at = wib("2026-11-27T18:00")
        await receive(desk, title="Banjir", n=2, urgency="immediate", happened_at=wib("2026-11-27T17:55"))
        await tell(desk)
        desk.at = wib("2026-11-27T18:01")
        await lane.once()
        (mail,) = server.mails
        assert "Banjir" in str(mail["subject"])
        assert "Biasa" not in mail.get_body(("plain",)).get_content()  # pyright: ignore
        desk.at = wib("2026-11-30T07:31")
        await lane.once()
        assert "Biasa" in str(server.mails[-1]["subject"])


async def test_a_second_factor_is_replaced_by_who_shows_it_and_not_by_a_password_alone(desk: Office) -> None:
    desk.app.state.door = replace(desk.app.state.door, must_have_second_factor=frozenset({"admin"}))
    await desk.account("rina")
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        secret = await browser.secret()
        await browser.send("/masuk/pasang", kode=code(desk, secret))
        await desk.owner.execute("UPDATE accounts.sessions SET fresh_at = now() - interval '2 hours'")
        await browser.go("/akun/faktor-kedua")
        assert browser.at == "/akun/konfirmasi"
        await browser.send("/akun/konfirmasi", password=PASSWORD)
        assert browser.at == "/akun/konfirmasi"
        desk.at += timedelta(minutes=1)
        await browser.send("/akun/konfirmasi", kode=code(desk, secret))
        assert browser.at == "/akun/faktor-kedua"


async def test_another_password_ends_the_links_that_were_given_before_it(desk: Office) -> None:
    await desk.account("dewi")
    async with desk.desk.transaction() as conn:
        path = await staffing.reset(conn, "dewi", by=SYSTEM, at=desk.at)
    given = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert (await post(desk, "dewi", "/akun/kata-sandi", **given)).status_code == 303
    assert (await desk.call(None, "GET", path, headers=HTML)).status_code != 200


async def test_an_address_that_is_emptied_is_gone_and_one_that_is_not_spoken_of_stays(desk: Office) -> None:
    await desk.account("dewi")
    given = {"name": "Dewi", "capacity": "Staf", "role-bidang": "on", "unit": "perumahan"}
    await post(desk, "rina", "/pengaturan/akun/dewi", **given, email="dewi@dinas.test")
    async with desk.desk.transaction() as conn:
        await staffing.put(
            conn, "dewi", staffing.Particulars("Dewi", "Staf", ["bidang"], "perumahan"), by=SYSTEM, at=desk.at
        )
    mail = "SELECT email FROM accounts.accounts WHERE account = 'dewi'"
    assert (await desk.rows(mail))[0]["email"] == "dewi@dinas.test"
    await post(desk, "rina", "/pengaturan/akun/dewi", **given, email="")
    assert (await desk.rows(mail))[0]["email"] is None


async def test_no_account_is_named_as_the_form_for_a_new_one(desk: Office) -> None:
    given = {"account": "baru", "name": "Baru", "capacity": "Staf", "role-bidang": "on", "unit": "perumahan"}
    assert (await post(desk, "rina", "/pengaturan/akun/baru", **given)).status_code == 422
