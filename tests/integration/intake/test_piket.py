"""Piket: who is woken for serta merta; and a stand-in is told what waits on the official."""

import re
from uuid import UUID, uuid4

import pytest

from shared.content import ClockRecord
from shared.events import ApprovalConfirmed
from shared.ledger import records
from tests.integration.intake.desk import Office
from tests.integration.intake.notices import receive, tell, told
from tests.integration.intake.test_pengaturan import ABSENCE, page, post
from tests.unit.intake.samples import BAMBANG, KEEPER, RINA, approved, submitted
from tests.unit.shared.offices import wib

TURN = {"account": "bambang", "first": "2026-11-22", "last": "2026-11-28"}


@pytest.fixture(autouse=True)
async def people(desk: Office) -> None:
    for who in ("dewi", "rina", "bambang"):
        await desk.account(who)
    await desk.owner.execute("UPDATE accounts.accounts SET roles = '{admin,pimpinan}' WHERE account = 'rina'")
    desk.at = wib("2026-11-20T09:00")


async def test_outside_office_hours_only_those_on_duty_are_told_of_serta_merta(desk: Office) -> None:
    assert (await post(desk, "rina", "/pengaturan/piket", **TURN)).status_code == 303
    desk.at = wib("2026-11-28T02:00")
    report = await receive(desk)
    event = submitted(uuid4(), report).model_copy(
        update={"urgency": "immediate", "submitted_at": desk.at, "authors": ("tono",)}
    )
    await desk.hear(event)
    await tell(desk)
    assert [who for who, stage, _ in await told(desk) if stage == "review"] == ["bambang"]
    shown = await page(desk, "rina", "/pengaturan/piket")
    (turn,) = set(re.findall(r"/pengaturan/piket/([0-9a-f-]{36})/hapus", shown))
    assert "sedang piket" in shown
    assert (await post(desk, "rina", f"/pengaturan/piket/{turn}/hapus")).status_code == 303
    assert (await post(desk, "rina", f"/pengaturan/piket/{turn}/hapus")).status_code == 404
    assert "Belum ada giliran piket" in await page(desk, "rina", "/pengaturan/piket")
    assert [a for a, _ in await desk.audited() if a.startswith("office.")] == ["office.duty-added", "office.duty-ended"]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"account": "dewi"}, 422, "Pilih pimpinan atau Admin"),
        ({"last": "2026-11-21"}, 422, "mendahului tanggal awal"),
        ({"first": "2026-11-01", "last": "2026-11-02"}, 422, "sudah lewat"),
        ({"last": "2028-11-01"}, 422, "paling lama setahun"),
        ({"first": "besok"}, 422, "Tanggal tidak terbaca"),
    ],
)
async def test_a_turn_that_cannot_be_is_refused_and_what_was_typed_stays(
    desk: Office, change: dict[str, str], code: int, words: str
) -> None:
    answer = await post(desk, "rina", "/pengaturan/piket", **TURN | change)
    assert (answer.status_code, words in answer.text) == (code, True)
    assert f'value="{(TURN | change)["last"]}"' in answer.text


async def test_nobody_has_two_turns_at_once(desk: Office) -> None:
    assert (await post(desk, "rina", "/pengaturan/piket", **TURN)).status_code == 303
    again = await post(desk, "rina", "/pengaturan/piket", **TURN)
    assert (again.status_code, "sudah bertugas piket" in again.text) == (409, True)


async def test_a_stand_in_is_told_what_waits_on_the_official(desk: Office) -> None:
    await post(desk, "rina", "/pengaturan/ketidakhadiran", **ABSENCE | {"last": "2035-01-01"})
    desk.at = wib("2026-11-24T09:00")
    report = await receive(desk)
    await desk.hear(submitted(uuid4(), report).model_copy(update={"submitted_at": desk.at}))
    await tell(desk)
    assert ("dewi", "review", "waits") in await told(desk)


async def test_of_an_emergency_approval_every_leader_and_admin_is_told_at_any_hour(desk: Office) -> None:
    desk.at = wib("2026-11-28T02:00")
    story, report = uuid4(), await receive(desk)
    event = approved(story, report).model_copy(
        update={"basis": "emergency", "decided_at": desk.at, "decided_by": RINA, "authors": ("rina",)}
    )
    await desk.hear(submitted(story, report), event)
    await tell(desk)
    later = await desk.rows("SELECT account FROM notices WHERE item LIKE '%.susulan' ORDER BY account")
    assert [row["account"] for row in later] == ["bambang", "rina"]
    shown = await page(desk, "bambang", "/kabar")
    assert "Persetujuan darurat: penyaringan susulan oleh pimpinan lain" in shown
    opened = await post(desk, "bambang", f"/kabar/{re.findall('/kabar/([0-9a-f-]{36})/buka', shown)[0]}/buka")
    assert opened.headers["location"].endswith(f"/saring/{story}")
    await desk.hear(ApprovalConfirmed(story=story, version=1, by=BAMBANG, at=desk.at, clocks=(closed(story),)))
    assert await desk.rows("SELECT 1 FROM waiting WHERE item LIKE '%.susulan'") == []


async def test_a_practised_emergency_waits_for_nobody_once_it_was_confirmed(desk: Office) -> None:
    desk.at = wib("2026-11-24T09:00")
    story, report = uuid4(), await receive(desk)
    practised = {"basis": "emergency", "decided_at": desk.at, "decided_by": RINA, "practice": True}
    await desk.hear(
        submitted(story, report).model_copy(update={"practice": True}),
        approved(story, report).model_copy(update=practised),
    )
    assert len(await desk.rows("SELECT 1 FROM waiting WHERE item LIKE '%.susulan'")) == 1
    await desk.hear(ApprovalConfirmed(story=story, version=1, by=BAMBANG, at=desk.at))
    assert await desk.rows("SELECT 1 FROM waiting WHERE item LIKE '%.susulan'") == []


def closed(story: UUID) -> ClockRecord:
    clock = KEEPER.open("review", item=f"{story}.susulan", cycle=1, at=wib("2026-11-28T02:00"), story=story)
    return records([KEEPER.close(clock, at=wib("2026-11-30T08:00"), outcome="completed")])[0]
