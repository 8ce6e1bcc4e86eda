"""The office sets itself up on its own screens; what it sets is in force at once and audited."""

import re
from typing import Any
from uuid import uuid4

import pytest

from shared.calendar import WorkCalendar
from shared.channel_words import WITHOUT_TEXT
from tests.integration.intake.desk import Office
from tests.unit.shared.offices import wib

HTML = {"Accept": "text/html"}
DAY = {"day": "2026-11-30", "name": "Hari jadi kota", "kind": "libur daerah", "decree": "SK 5/2026"}
ABSENCE = {
    "account": "bambang", "stand_in": "dewi", "kind": "plh", "first": "2026-11-23", "last": "2026-11-27",
    "letter_number": "800/12", "letter_date": "2026-11-20",
}  # fmt: skip


async def post(desk: Office, who: str, path: str, **fields: Any) -> Any:
    _, csrf = await desk.session(who)
    return await desk.call(who, "POST", path, data=fields | {"csrf": csrf}, headers=HTML)


async def page(desk: Office, who: str, path: str) -> str:
    answer = await desk.call(who, "GET", path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_day_off_is_in_force_at_once_and_can_be_taken_back(desk: Office) -> None:
    monday = wib("2026-11-30T09:00")
    assert desk.desk.clock.calendar.is_open(monday)
    assert (await post(desk, "rina", "/pengaturan/kalender/hari", **DAY)).status_code == 303
    assert isinstance(desk.desk.clock.calendar, WorkCalendar)
    assert desk.desk.clock.calendar.days.why_closed(monday.date()) == "Hari jadi kota (SK 5/2026)"
    assert "Hari jadi kota" in await page(desk, "rina", "/pengaturan/kalender")
    desk.later(hours=1)
    assert (await post(desk, "rina", "/pengaturan/kalender/hari/hapus", day="2026-11-30")).status_code == 303
    assert desk.desk.clock.calendar.is_open(monday)
    assert [a for a, _ in await desk.audited()] == ["office.day-set", "office.day-removed"]


async def test_what_was_typed_stays_where_a_setting_is_refused(desk: Office) -> None:
    answer = await post(desk, "rina", "/pengaturan/bidang", code="Tata Ruang", name="Bidang <Tata> Ruang", active="on")
    assert answer.status_code == 422
    assert 'value="Bidang &lt;Tata&gt; Ruang"' in answer.text
    assert 'value="Tata Ruang"' in answer.text
    day = await post(desk, "rina", "/pengaturan/kalender/hari", **DAY | {"day": "30 November"})
    assert day.status_code == 422
    assert "Hari jadi kota" in day.text
    assert await desk.audited() == []


async def test_a_new_bidang_can_be_chosen_and_a_closed_one_keeps_its_name(desk: Office) -> None:
    await post(desk, "rina", "/pengaturan/bidang", code="tata-ruang", name="Bidang Tata Ruang", active="on")
    desk.later(hours=1)
    await post(desk, "rina", "/pengaturan/bidang", code="perumahan", name="Bidang Perumahan Lama")
    sop = desk.desk.clock.sop
    assert sop.units["tata-ruang"] == "Bidang Tata Ruang"
    assert "perumahan" not in sop.units
    assert sop.unit_words("perumahan") == "Bidang Perumahan Lama"
    shown = await page(desk, "rina", "/pengaturan/bidang")
    assert "tidak aktif" in shown


async def test_the_letterhead_is_kept_line_by_line(desk: Office) -> None:
    lines = "PEMERINTAH KOTA BEKASI\nDINAS PERUMAHAN\nJalan Contoh 1"
    assert (await post(desk, "rina", "/pengaturan/kop", lines=lines)).status_code == 303
    assert desk.desk.clock.sop.letterhead == tuple(lines.splitlines())
    too_many = await post(desk, "rina", "/pengaturan/kop", lines="\n".join("abcdefg"))
    assert too_many.status_code == 422
    assert desk.desk.clock.sop.letterhead == tuple(lines.splitlines())


async def test_an_absence_is_recorded_ends_when_the_official_is_back_and_is_never_double(desk: Office) -> None:
    for who in ("bambang", "dewi"):
        await desk.account(who)
    desk.at = wib("2026-11-24T09:00")
    assert (await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE)).status_code == 303
    again = await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE)
    assert again.status_code == 409
    assert "bertumpang tindih" in again.text
    shown = await page(desk, "rina", "/pengaturan/ketidakhadiran")
    (absence,) = set(re.findall(r"/pengaturan/ketidakhadiran/([0-9a-f-]{36})/akhiri", shown))
    assert (await post(desk, "rina", f"/pengaturan/ketidakhadiran/{absence}/akhiri")).status_code == 303
    (row,) = await desk.rows("SELECT last, cancelled_at FROM accounts.absences")
    assert (str(row["last"]), row["cancelled_at"]) == ("2026-11-23", None)
    assert (await post(desk, "rina", f"/pengaturan/ketidakhadiran/{absence}/akhiri")).status_code == 404


async def test_an_absence_that_has_not_begun_is_cancelled_and_stays_on_record(desk: Office) -> None:
    for who in ("bambang", "dewi"):
        await desk.account(who)
    desk.at = wib("2026-11-20T09:00")
    await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE)
    (row,) = await desk.rows("SELECT id FROM accounts.absences")
    await post(desk, "rina", f"/pengaturan/ketidakhadiran/{row['id']}/akhiri")
    (kept,) = await desk.rows("SELECT cancelled_at FROM accounts.absences")
    assert kept["cancelled_at"] is not None
    assert (await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE)).status_code == 303


@pytest.mark.parametrize("path", ["", "/bidang", "/kalender", "/kop", "/ketidakhadiran", "/piket"])
async def test_the_supervisor_reads_every_setting_and_changes_none(desk: Office, path: str) -> None:
    shown = await page(desk, "tono", f"/pengaturan{path}")
    assert "<h1>" in shown
    if path:
        target = {"/kalender": "/kalender/hari"}.get(path, path)
        assert (await post(desk, "tono", f"/pengaturan{target}")).status_code == 403


async def test_nobody_makes_themselves_a_leaders_stand_in(desk: Office) -> None:
    await desk.account("bambang")
    answer = await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE | {"stand_in": "rina"})
    assert (answer.status_code, "minta Admin lain" in answer.text) == (422, True)
    assert await desk.rows("SELECT 1 FROM accounts.absences") == []


async def test_nobody_becomes_a_leaders_stand_in_through_a_chain_of_their_own_making(desk: Office) -> None:
    for who in ("bambang", "dewi", "rina"):
        await desk.account(who)
    await desk.owner.execute(
        """INSERT INTO accounts.absences (id, account, stand_in, kind, first, last, letter_number, letter_date,
               added_by, added_at)
           VALUES ($1, 'dewi', 'rina', 'plh', '2026-11-23', '2026-11-27', '1', '2026-11-20', 'x', now())""",
        uuid4(),
    )
    answer = await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE)
    assert (answer.status_code, "minta Admin lain" in answer.text) == (422, True)


async def test_an_absence_of_nobody_is_refused(desk: Office) -> None:
    answer = await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE | {"account": str(uuid4())})
    assert answer.status_code == 422
    assert "Pilih orang dari daftar" in answer.text


async def test_a_channel_is_required_from_the_moment_it_is_set(desk: Office) -> None:
    assert (await post(desk, "rina", "/pengaturan/kanal", code="facebook", used="on", required="on")).status_code == 303
    assert (await post(desk, "rina", "/pengaturan/kanal", code="tiktok")).status_code == 303
    sop = desk.desk.clock.sop
    assert (sop.required_channels, sop.unused_channels) == ({"site", "facebook"}, {"tiktok", *WITHOUT_TEXT})
    assert "tidak dipakai" in await page(desk, "rina", "/pengaturan/kanal")
    assert [a for a, _ in await desk.audited()] == ["office.channel-set"] * 2


async def test_a_channel_is_required_for_the_topics_that_the_office_names(desk: Office) -> None:
    sent = {"code": "facebook", "used": "on", "required": "on", "topics": "banjir"}
    assert (await post(desk, "rina", "/pengaturan/kanal", **sent)).status_code == 303
    sop = desk.desk.clock.sop
    assert (sop.required_for("banjir"), sop.required_for("rumah")) == ({"site", "facebook"}, {"site"})
    assert "untuk topik banjir" in await page(desk, "rina", "/pengaturan/kanal")
    answer = await post(desk, "rina", "/pengaturan/kanal", **sent | {"topics": "banjir!"})
    assert (answer.status_code, 'value="banjir!"' in answer.text) == (422, True)


async def test_a_channel_that_is_not_used_cannot_be_required(desk: Office) -> None:
    answer = await post(desk, "rina", "/pengaturan/kanal", code="x", required="on")
    assert answer.status_code == 422
    assert "harus dipakai" in answer.text
    assert desk.desk.clock.sop.required_channels == {"site"}


async def test_a_bidang_that_is_closed_sends_no_more_by_any_way(desk: Office) -> None:
    await desk.source()
    await post(desk, "rina", "/pengaturan/bidang", code="perumahan", name="Bidang Perumahan")
    body = {"title": "Judul", "text": "Isi", "happened_at": "2026-11-23T09:00:00+07:00"}
    own = await desk.call("dewi", "POST", "/api/v1/reports", json=body)
    admin = await desk.call("rina", "POST", "/api/v1/reports", json=body | {"unit": "perumahan"})
    assert (own.status_code, admin.status_code) == (422, 422)
    assert "tidak aktif lagi" in own.text
    await desk.call("sim-rutilahu", "POST", "/api/v1/reports", json=body, headers={"Idempotency-Key": "q1"})
    told = await desk.call("sim-rutilahu", "GET", "/api/v1/requests/q1")
    assert "tidak aktif lagi" in told.text
    assert await desk.rows("SELECT FROM reports") == []


async def test_what_was_ticked_stays_where_a_channel_is_refused(desk: Office) -> None:
    answer = await post(desk, "rina", "/pengaturan/kanal", code="instagram", required="on")
    row = answer.text[answer.text.index('value="instagram"') :][:400]
    assert 'name="required" checked' in row


async def test_a_day_that_no_calendar_reaches_is_told(desk: Office) -> None:
    for first, last in (("0001-01-01", "0001-01-30"), ("9999-11-01", "9999-11-30")):
        answer = await post(desk, "rina", "/pengaturan/kalender/ramadan", first=first, last=last, decree="SK")
        assert answer.status_code == 422
        assert "Periksa tahunnya" in answer.text
