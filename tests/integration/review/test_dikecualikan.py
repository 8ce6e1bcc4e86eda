"""Withholding is a proposal; dikecualikan is what PPID decided, with its number, date and consequence test."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from shared.content import Words
from shared.events import StoryApproved, StorySubmitted, StoryWithheld
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import send
from tests.integration.review.test_putusan import exact, page, waiting, way
from tests.unit.review.samples import hours, submitted

LETTER = {
    "outcome": "exempt", "number": "PPID/12/2026", "decided_on": "2026-11-23",
    "consequence_test": "Membuka alamat korban mengancam keselamatannya.", "until": "2031-11-23", "duration": "",
}  # fmt: skip


async def proposed(desk: Office) -> StorySubmitted:
    event = await waiting(desk)
    done = await send(
        desk, "bambang", way(event.story), **exact(event, "withheld"), clause="h", legal_basis="UU 27/2022 Pasal 4",
        duration="selama proses penyidikan",
    )  # fmt: skip
    assert done.status_code == 303, done.text
    return event


def ppid(event: StorySubmitted) -> str:
    return f"/saring/dikecualikan/{event.story}/1"


async def test_a_proposal_names_its_clause_and_waits_apart_from_the_register_with_its_age(desk: Office) -> None:
    event = await proposed(desk)
    (told,) = await desk.events(StoryWithheld)
    assert (told.clause, told.legal_basis, told.duration) == ("h", "UU 27/2022 Pasal 4", "selama proses penyidikan")
    desk.at += timedelta(days=9)
    shown = await page(desk, "wati", "/saring/dikecualikan")
    for words in (
        "menunggu 9 hari",
        "Pasal 17 huruf h",
        "rahasia pribadi",
        "selama proses penyidikan",
        event.content.title,
    ):
        assert words in shown, words
    assert "Belum ada yang ditetapkan dikecualikan." in shown
    assert "Catat keputusan PPID" not in shown  # pengawas reads
    assert (await desk.call("wati", "GET", "/api/v1/register.csv")).text.count("\r\n") == 1


async def test_with_ppids_decision_it_enters_the_register_and_its_export(desk: Office) -> None:
    event = await proposed(desk)
    done = await send(desk, "tono", ppid(event), **LETTER)
    assert done.status_code == 303, done.text
    shown = await page(desk, "wati", "/saring/dikecualikan")
    assert "Tidak ada usulan yang menunggu." in shown
    assert "PPID/12/2026" in shown
    exported = (await desk.call("wati", "GET", "/api/v1/register.csv")).text
    (row,) = csv.DictReader(io.StringIO(exported))
    assert (row["number"], row["clause"], row["until"], row["story"]) == (
        "PPID/12/2026", "h", "2031-11-23", str(event.story),
    )  # fmt: skip
    (entry,) = await desk.rows("SELECT actor, version FROM review.audit WHERE action = 'register.exempt'")
    assert tuple(entry) == ("tono", 1)


async def test_what_ppid_leaves_open_never_enters_the_register(desk: Office) -> None:
    event = await proposed(desk)
    assert (await send(desk, "tono", ppid(event), **LETTER | {"outcome": "open"})).status_code == 303
    assert "Dinyatakan terbuka oleh PPID" in await page(desk, "wati", "/saring/dikecualikan")
    assert (await desk.call("wati", "GET", "/api/v1/register.csv")).text.count("\r\n") == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "", "Tulis nomor keputusan PPID."),
        ("decided_on", "", "Isi tanggal keputusan PPID."),
        ("decided_on", "2027-01-01", "masih di depan"),
        ("consequence_test", " ", "uji konsekuensinya"),
        ("until", "2020-01-01", "mendahului tanggal keputusan"),
    ],
)
async def test_without_number_date_and_consequence_test_nothing_is_exempt(
    desk: Office, field: str, value: str, words: str
) -> None:
    event = await proposed(desk)
    no = await send(desk, "tono", ppid(event), **LETTER | {field: value})
    assert (no.status_code, words in no.text) == (422, True)
    kept = "PPID/12/2026" if field != "number" else "Membuka alamat korban"
    assert kept in no.text
    assert await desk.rows("SELECT 1 FROM review.ppid_decisions") == []


async def test_ppid_answers_once_however_many_record_it(desk: Office) -> None:
    event = await proposed(desk)
    body = {k: v for k, v in LETTER.items() if v}
    answers = await asyncio.gather(
        *(desk.call("tono", "POST", f"/api/v1/register/{event.story}/1", json=body) for _ in range(8))
    )
    assert sorted(a.status_code for a in answers) == [201] + [409] * 7
    assert len(await desk.rows("SELECT 1 FROM review.ppid_decisions")) == 1


async def test_what_was_not_proposed_cannot_be_made_exempt(desk: Office) -> None:
    event = await waiting(desk)
    no = await desk.call(
        "tono", "POST", f"/api/v1/register/{event.story}/1", json={k: v for k, v in LETTER.items() if v}
    )
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:no-such-proposal")


@pytest.mark.parametrize(
    ("basis", "clause"),
    [("UU 14/2008 Pasal 17 huruf h", "h"), ("uu kip pasal 17, huruf A", "a"), ("UU 27/2022 Pasal 4", None)],
)
async def test_the_clause_is_read_from_a_legal_basis_that_names_it(desk: Office, basis: str, clause: Any) -> None:
    event = await waiting(desk)
    body = exact(event, "withheld", legal_basis=basis)
    assert (
        await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    ).status_code == 201
    (told,) = await desk.events(StoryWithheld)
    assert told.clause == clause


async def test_the_words_that_ppid_declared_exempt_are_approved_in_no_later_version(desk: Office) -> None:
    event = await proposed(desk)
    await send(desk, "tono", ppid(event), **LETTER)
    again = submitted(event.story, 2, at=hours(2), content=event.content.model_copy(update={"title": "Judul lain"}))
    await desk.hear(again)
    shown = await page(desk, "kadis", f"/saring/{event.story}")
    assert "PPID menetapkan versi 1 dikecualikan (keputusan nomor PPID/12/2026)." in shown
    no = await send(desk, "kadis", way(event.story), **exact(again, "approved"))
    assert (no.status_code, "ditetapkan PPID dikecualikan (keputusan nomor PPID/12/2026)" in no.text) == (422, True)
    other = submitted(event.story, 3, at=hours(3), content=again.content.model_copy(update={"lead": "Ringkas saja."}))
    await desk.hear(other)
    assert (await send(desk, "kadis", way(event.story), **exact(other, "approved"))).status_code == 303


async def test_when_its_time_is_over_the_same_words_may_be_approved(desk: Office) -> None:
    event = await proposed(desk)
    await send(desk, "tono", ppid(event), **LETTER | {"until": "2026-11-24"})
    desk.at += timedelta(days=2)
    again = submitted(event.story, 2, at=desk.at, content=event.content)
    await desk.hear(again)
    assert (await send(desk, "kadis", way(event.story), **exact(again, "approved"))).status_code == 303


async def test_a_proposal_says_that_a_newer_version_was_approved_since(desk: Office) -> None:
    event = await proposed(desk)
    other = submitted(event.story, 2, at=hours(2), content=event.content.model_copy(update={"lead": "Ringkas saja."}))
    await desk.hear(other)
    assert "PPID belum memutuskan" in await page(desk, "kadis", f"/saring/{event.story}")
    assert (await send(desk, "kadis", way(event.story), **exact(other, "approved"))).status_code == 303
    assert "Versi 2 berita ini kemudian disetujui." in await page(desk, "wati", "/saring/dikecualikan")


async def test_nothing_is_withheld_until_a_day_that_is_past(desk: Office) -> None:
    event = await waiting(desk)
    no = await send(
        desk, "bambang", way(event.story), **exact(event, "withheld"), clause="h", legal_basis="UU 27/2022 Pasal 4",
        until="2026-11-20",
    )  # fmt: skip
    assert (no.status_code, "Tanggal berakhirnya sudah lewat." in no.text) == (422, True)
    assert await desk.states(event.story) == {1: "open"}


async def test_what_is_exempt_does_not_come_back_by_the_leaders_own_words(desk: Office) -> None:
    event = await proposed(desk)
    await send(desk, "tono", ppid(event), **LETTER)
    again = submitted(event.story, 2, at=hours(2), content=event.content.model_copy(update={"lead": "Ringkas saja."}))
    await desk.hear(again)
    words = Words.of(again.content).model_copy(update={"lead": event.content.lead, "title": "Judul pimpinan"})
    body = exact(again, "returned", reasons=[{"code": "setuju-dengan-perbaikan"}])
    body["proposal"] = words.model_dump(mode="json")
    no = await desk.call("kadis", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:exempt-by-ppid")


async def test_words_offered_before_ppid_decided_are_approved_by_no_acceptance(desk: Office) -> None:
    event = await proposed(desk)
    again = submitted(event.story, 2, at=hours(2), content=event.content)
    await desk.hear(again)
    words = Words.of(again.content).model_copy(update={"title": "Judul pimpinan"})
    body = exact(again, "returned", reasons=[{"code": "setuju-dengan-perbaikan"}])
    body["proposal"] = words.model_dump(mode="json")
    done = await desk.call("kadis", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert done.status_code == 201, done.text
    await send(desk, "tono", ppid(event), **LETTER)
    await desk.hear(submitted(event.story, 3, at=hours(3), content=words.laid_over(again.content)))
    assert await desk.states(event.story) == {1: "withheld", 2: "returned", 3: "open"}
    assert await desk.events(StoryApproved) == []


async def test_where_ppid_decides_after_an_approval_the_register_says_what_to_take_back(desk: Office) -> None:
    event = await proposed(desk)
    again = submitted(event.story, 2, at=hours(2), content=event.content)
    await desk.hear(again)
    assert (await send(desk, "kadis", way(event.story), **exact(again, "approved"))).status_code == 303
    body = {k: v for k, v in LETTER.items() if v}
    answer = await desk.call("tono", "POST", f"/api/v1/register/{event.story}/1", json=body)
    assert (answer.status_code, answer.json()["held_by"]) == (201, [2])
    warning = "Versi 2 yang disetujui masih memuat yang dikecualikan ini."
    assert warning in await page(desk, "kadis", "/saring/dikecualikan")
    await send(desk, "kadis", way(event.story, "cabut"), version=2, note="Dikecualikan PPID.")
    assert warning not in await page(desk, "kadis", "/saring/dikecualikan")
