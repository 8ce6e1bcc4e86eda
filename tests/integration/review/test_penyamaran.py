"""Samarkan sebagian: what a leader takes out is named, grounded in law, and goes with the Decision."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.review.store_read import dossier
from shared.content import Content, Crop, Redaction, StoryMedia
from shared.events import StoryReturned, StorySubmitted
from shared.redaction import redact
from tests.integration.review.desk import Office
from tests.integration.review.test_putusan import FIRST, SECOND, exact, page, story, waiting, way
from tests.unit.review.samples import PHOTO, hours, submitted

GROUND = {"clause": "h", "legal_basis": "UU 14/2008 Pasal 17 huruf h"}
SIDES = ("kiri", "atas", "kanan", "bawah")
HALF = ("10", "20,5", "60", "80")


async def send(
    desk: Office, event: StorySubmitted, samarkan: str = "", *rows: tuple[str, ...], **more: Any
) -> httpx.Response:
    """The form as a browser sends it: each region with its file, most of them empty."""
    marked = [*rows, ("", "", "", "")]
    data = exact(event, "returned", cara="redacted", samarkan=samarkan, note="Ada nama warga.", **GROUND) | {
        "csrf": await desk.csrf("bambang"), "foto": [str(PHOTO)] * len(marked),
        **{side: [row[n] for row in marked] for n, side in enumerate(SIDES)},
    }  # fmt: skip
    return await desk.call("bambang", "POST", way(event.story), data=data | more, headers={"Accept": "text/html"})


def cropped(content: Content, crop: Crop | None) -> Content:
    return content.model_copy(update={"media": tuple(m.model_copy(update={"crop": crop}) for m in content.media)})


async def test_passages_and_regions_go_with_the_decision_and_its_ground_is_kept(desk: Office) -> None:
    event = await waiting(desk)
    answer = await send(desk, event, "40 rumah\r\nWarga menerima\r\n", HALF)
    assert answer.status_code == 303, answer.text
    (told,) = await desk.events(StoryReturned)
    assert [(r.code, r.note) for r in told.reasons] == [("samarkan", "Ada nama warga.")]
    assert told.redaction is not None
    assert told.redaction.passages == ("40 rumah", "Warga menerima")
    (picture,) = told.redaction.pictures
    assert (picture.media, picture.regions) == (PHOTO, (Crop(left=0.1, top=0.205, right=0.6, bottom=0.8),))
    assert await desk.states(event.story) == {1: "returned"}
    assert [(c.cycle, c.outcome) for c in told.clocks] == [(1, "returned")]
    async with desk.desk.db.connection() as conn:
        found = await dossier(conn, event.story)
    assert found is not None
    assert found.decided is not None
    assert (found.decided.redaction, found.decided.clause) == (told.redaction, "h")
    assert found.decided.legal_basis == GROUND["legal_basis"]
    shown = await page(desk, "bambang", f"/saring/{event.story}")
    assert "“40 rumah”" in shown
    assert "1 bagian foto kunci.jpg" in shown


async def test_a_region_of_a_cut_picture_is_told_as_one_of_the_whole(desk: Office) -> None:
    half = Crop(left=0.5, top=0, right=1, bottom=0.5)
    event = submitted((await waiting(desk)).story, 2, at=hours(1), content=cropped(story(FIRST), half))
    await desk.hear(event)
    assert (await send(desk, event, "", ("0", "0", "50", "50"))).status_code == 303
    (told,) = await desk.events(StoryReturned)
    assert told.redaction is not None
    assert told.redaction.pictures[0].regions == (Crop(left=0.5, top=0, right=0.75, bottom=0.25),)


@pytest.mark.parametrize(
    ("typed", "rows", "more", "said"),
    [
        ("40 rumah\nPak Amir", (), {}, "“Pak Amir” tidak ditemukan"),
        ("", (), {}, "Tulis dahulu kalimat yang disamarkan"),
        ("Rumah selesai", (), {}, "Judulnya akan habis"),
        ("J" * 301, (), {}, "Paling banyak 100 baris"),
        ("40 rumah", (("10", "20", "5", "80"),), {}, "Bagian foto kunci.jpg belum benar"),
        ("40 rumah", (("10", "", "50", "80"),), {}, "Bagian foto kunci.jpg belum benar"),
        ("40 rumah", (("10", "nan", "50", "101"),), {}, "Bagian foto kunci.jpg belum benar"),
        ("40 rumah", (), {"clause": ""}, None),
        ("40 rumah", (), {"clause": "", "legal_basis": "Perda"}, "Pilih huruf Pasal 17"),
        ("40 rumah", (), {"legal_basis": ""}, "Tulis dasar hukum"),
    ],
)
async def test_what_cannot_be_taken_out_is_named_and_all_that_was_typed_stays(
    desk: Office, typed: str, rows: Any, more: dict[str, str], said: str | None
) -> None:
    event = await waiting(desk)
    answer = await send(desk, event, typed, *rows, **more)
    if said is None:  # the legal basis itself names the clause
        assert answer.status_code == 303
        return
    assert answer.status_code == 422
    assert said in answer.text
    assert "Ada nama warga." in answer.text
    assert typed.split("\n", 1)[0] in answer.text
    for edge in (edge for row in rows for edge in row if edge):
        assert f'value="{edge}"' in answer.text
    assert await desk.states(event.story) == {1: "open"}


async def test_without_a_script_there_is_room_for_more_regions_and_nothing_is_decided(desk: Office) -> None:
    event = await waiting(desk)
    shown = await page(desk, "bambang", way(event.story, "putuskan?versi=1&hasil=redacted"))
    assert shown.count('name="kiri"') == 3
    answer = await send(desk, event, "40 rumah", HALF, tambah="1")
    assert answer.status_code == 200
    assert answer.text.count('name="kiri"') == 4
    assert 'value="20,5"' in answer.text
    assert "40 rumah</textarea>" in answer.text
    assert await desk.states(event.story) == {1: "open"}


async def test_a_newer_version_that_came_meanwhile_keeps_what_was_marked(desk: Office) -> None:
    event = await waiting(desk)
    await desk.hear(submitted(event.story, 2, at=hours(1), content=story(SECOND)))
    answer = await send(desk, event, "40 rumah", HALF)
    assert answer.status_code == 409
    assert "40 rumah</textarea>" in answer.text
    assert 'value="20,5"' in answer.text


async def test_the_same_answer_twice_is_one_decision_and_another_is_told_of_it(desk: Office) -> None:
    event = await waiting(desk)
    for _ in range(2):
        assert (await send(desk, event, "40 rumah", HALF)).status_code == 303
    beaten = await send(desk, event, "selesai", HALF)
    assert beaten.status_code == 409
    assert "sudah dikembalikan oleh Bambang" in beaten.text
    assert "Disamarkan:" in beaten.text
    assert len(await desk.events(StoryReturned)) == 1


async def test_another_system_of_the_office_may_send_the_same(desk: Office) -> None:
    event = await waiting(desk)
    redaction = Redaction(passages=("40 rumah",)).model_dump(mode="json")
    body = exact(event, "returned", reasons=[{"code": "samarkan"}], redaction=redaction)
    way_in = f"/api/v1/reviews/{event.story}/decisions"
    no = await desk.call("bambang", "POST", way_in, json=body)
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:legal-basis-missing")
    for choice, code in {"approved": "does-not-belong", "declined": "does-not-belong"}.items():
        no = await desk.call("bambang", "POST", way_in, json=body | GROUND | {"decision": choice})
        assert (no.status_code, no.json()["type"]) == (422, f"urn:alurwarta:problem:{code}")
    done = await desk.call("bambang", "POST", way_in, json=body | GROUND)
    assert (done.status_code, done.json()["state"]) == (201, "returned")
    read = await desk.call("bambang", "GET", f"/api/v1/reviews/{event.story}")
    assert read.json()["decided"]["redaction"] == redaction


async def test_only_a_picture_has_regions(desk: Office) -> None:
    event = await waiting(desk)
    film = StoryMedia.model_validate(event.content.media[0].model_dump() | {"kind": "video", "name": "film.mp4"})
    newer = submitted(event.story, 2, at=hours(1), content=event.content.model_copy(update={"media": (film,)}))
    await desk.hear(newer)
    whole = {"left": 0, "top": 0, "right": 1, "bottom": 1}
    redaction = {"passages": [], "pictures": [{"media": str(PHOTO), "regions": [whole]}]}
    body = exact(newer, "returned", reasons=[{"code": "samarkan"}], redaction=redaction, **GROUND)
    no = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:pictures-only")
    assert "film.mp4" in no.json()["detail"]
    shown = await page(desk, "bambang", way(event.story, "putuskan?versi=2&hasil=redacted"))
    assert "kembalikan kepada Admin agar berkasnya diganti" in shown
    assert 'name="kiri"' not in shown


async def test_the_database_keeps_no_redaction_without_a_ground(desk: Office) -> None:
    event = await waiting(desk)
    await send(desk, event, "40 rumah")
    for wrong in ("legal_basis = ''", "clause = NULL", "decision = 'declined'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await desk.owner.execute(f"UPDATE review.decisions SET {wrong} WHERE story = $1", event.story)


async def test_what_is_withheld_in_part_is_a_proposal_too_and_the_rest_is_approved(desk: Office) -> None:
    event = await waiting(desk)
    assert (await send(desk, event, "40 rumah")).status_code == 303
    shown = await page(desk, "wati", "/saring/dikecualikan")
    assert "Versi 1, sebagian" in shown
    again = submitted(event.story, 2, at=hours(1), content=redact(event.content, ["40 rumah"]))
    await desk.hear(again)
    letter = {
        "outcome": "exempt", "number": "PPID/13/2026", "decided_on": "2026-11-23", "consequence_test": "Alamat korban.",
        "duration": "selama proses",
    }  # fmt: skip
    answer = await desk.call("tono", "POST", f"/api/v1/register/{event.story}/1", json=letter)
    assert (answer.status_code, answer.json()["part"]) == (201, True), answer.text
    path = f"/api/v1/reviews/{event.story}/decisions"
    assert (await desk.call("kadis", "POST", path, json=exact(again, "approved"))).status_code == 201
    assert "kemudian disetujui" not in await page(desk, "wati", "/saring/dikecualikan")
    whole = submitted(event.story, 3, at=hours(2), content=event.content)
    await desk.hear(whole)
    no = await desk.call("kadis", "POST", path, json=exact(whole, "approved"))
    assert (no.status_code, no.json()["type"]) == (422, "urn:alurwarta:problem:exempt-by-ppid")
