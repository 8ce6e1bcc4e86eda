"""The leader decides: one effect however often it is sent, first wins, and nothing that was typed is lost."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.review.anchors import places
from shared.content import Content, Paragraph, Span
from shared.events import StoryApproved, StoryReturned, StorySubmitted
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import HTML, send
from tests.unit.review.samples import content, hours, submitted

FIRST, SECOND = "Ada 40 rumah yang selesai.", "Warga menerima kuncinya hari ini."


def story(*texts: str, title: str = "Rumah selesai") -> Content:
    body = tuple(Paragraph(spans=(Span(text=text),)) for text in texts)
    return content(title).model_copy(update={"body": body})


async def waiting(desk: Office, *texts: str) -> StorySubmitted:
    event = submitted(uuid4(), content=story(*(texts or (FIRST, SECOND))))
    await desk.hear(event)
    return event


def exact(event: StorySubmitted, decision: str, **more: Any) -> dict[str, Any]:
    return {"version": event.version, "content_sha256": event.content_sha256, "decision": decision} | more


async def page(desk: Office, who: str, path: str) -> str:
    answer = await desk.call(who, "GET", path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def way(story: UUID, what: str = "keputusan") -> str:
    return f"/saring/{story}/{what}"


async def test_each_choice_asks_once_more_and_names_the_version(desk: Office) -> None:
    event = await waiting(desk)
    asked = await page(desk, "bambang", way(event.story, "putuskan?versi=1"))
    for words in ("Setujui", "Kembalikan", "Tidak dimuat", "Usulkan dikecualikan"):
        assert words in asked
    for choice, words in {
        "approved": "Ya, setujui versi 1", "returned": "Kembalikan versi 1", "declined": "Versi 1 tidak dimuat",
        "withheld": "Usulkan versi 1 dikecualikan",
    }.items():  # fmt: skip
        shown = await page(desk, "bambang", way(event.story, f"putuskan?versi=1&hasil={choice}"))
        assert words in shown
        assert f'value="{event.content_sha256}"' in shown


async def test_comments_are_anchored_to_the_paragraph_or_picture_they_are_about(desk: Office) -> None:
    event = await waiting(desk)
    at = places(event.content)
    (photo,) = at.media.values()
    answer = await send_many(
        desk, event, note="", comments={at.blocks[0].key: "Cocokkan dengan SK.", photo.key: "Terlalu gelap."}
    )
    assert answer.status_code == 303
    (told,) = await desk.events(StoryReturned)
    assert [(r.note, r.anchor) for r in told.reasons] == [
        ("Cocokkan dengan SK.", f"paragraf 1: “{FIRST}”"), ("Terlalu gelap.", "berkas 1: “kunci.jpg”"),
    ]  # fmt: skip
    shown = await page(desk, "bambang", f"/saring/{event.story}")
    assert "Paragraf 1: “Ada 40 rumah yang selesai.”" in shown


async def send_many(desk: Office, event: StorySubmitted, *, comments: dict[str, str], note: str, who: str = "bambang"):
    """The return form as a browser sends it: every place with its box, most of them empty."""
    keys = list(places(event.content).all())
    data: dict[str, Any] = exact(event, "returned", note=note) | {
        "csrf": await desk.csrf(who), "bagian": keys, "jenis": ["lain"] * len(keys),
        "komentar": [comments.get(key, "") for key in keys],
    }  # fmt: skip
    return await desk.call(who, "POST", way(event.story), data=data, headers=HTML)


async def test_a_double_click_has_one_effect_and_shows_the_decision(desk: Office) -> None:
    event = await waiting(desk)
    both = await asyncio.gather(
        *(send(desk, "bambang", way(event.story), **exact(event, "approved")) for _ in range(2))
    )
    assert [(a.status_code, a.headers["location"]) for a in both] == [(303, f"/saring/{event.story}")] * 2
    assert len(await desk.events(StoryApproved)) == 1
    body = exact(event, "approved")
    again = await desk.call("bambang", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert (again.status_code, again.json()["state"]) == (201, "approved")
    assert len(await desk.events(StoryApproved)) == 1


async def test_of_two_who_decide_at_once_the_first_wins_and_the_second_is_told_who_and_keeps_the_text(
    desk: Office,
) -> None:
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    mine = places(event.content).blocks[0].key
    late = await send_many(desk, event, note="Judulnya terlalu panjang.", comments={mine: "Salah."}, who="kadis")
    assert late.status_code == 409
    for words in (
        "Versi 1 sudah disetujui oleh Bambang Prasetyo (Sekretaris), Senin, 23 November 2026 pukul 09.30 WIB",
        "Judulnya terlalu panjang.", f"paragraf 1: “{FIRST}”: Salah.", "Yang tadi Anda tulis",
    ):  # fmt: skip
        assert words in late.text, words
    assert await desk.emitted() == ["alurwarta.story.approved.v1"]


async def test_the_same_person_with_another_answer_is_told_that_the_first_stands(desk: Office) -> None:
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    other = await send(desk, "bambang", way(event.story), **exact(event, "declined", reason="bukan-kewenangan"))
    assert (other.status_code, "Versi 1 sudah disetujui" in other.text) == (409, True)
    await send(desk, "bambang", f"/saring/{event.story}/cabut", version=1, note="Keliru.")
    revoked = await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    assert (revoked.status_code, "sudah dicabut" in revoked.text) == (409, True)


async def test_who_read_an_older_version_is_shown_what_changed_and_keeps_the_comments(desk: Office) -> None:
    old = await waiting(desk)
    blocks = places(old.content).blocks
    new = submitted(old.story, 2, at=hours(1), content=story("Ada 45 rumah yang selesai.", SECOND))
    await desk.hear(new)
    answer = await send_many(desk, old, note="Umum.", comments={blocks[0].key: "Hitung lagi.", blocks[1].key: "Bagus."})
    assert answer.status_code == 409
    for words in (
        "Yang Anda baca versi 1; sekarang yang menunggu versi 2", "45", "<del>", "Kembalikan versi 2",
        f"paragraf 1: “{FIRST}”: Hitung lagi.", f'value="{new.content_sha256}"',
    ):  # fmt: skip
        assert words in answer.text, words
    # The comment on the paragraph that is still there stays at it; the other one is in the note.
    assert answer.text.count("Bagus.") == 1
    assert await desk.emitted() == ["alurwarta.approval.revoked.v1"]


@pytest.mark.parametrize(
    ("decision", "typed", "words"),
    [
        ("returned", {"note": "", "komentar": ""}, "Pilih sedikitnya satu alasan"),
        ("withheld", {"legal_basis": " ", "note": "Rahasia <b>"}, "Tulis dasar hukum"),
        ("withheld", {"legal_basis": "UU 14/2008", "until": "besok"}, "tidak terbaca"),
        ("approved", {"not_before": "9999-12-31T23:59"}, "di luar kalender kerja"),
    ],
)
async def test_a_refused_form_comes_back_filled(desk: Office, decision: str, typed: dict[str, str], words: str) -> None:
    event = await waiting(desk)
    answer = await send(desk, "bambang", way(event.story), **exact(event, decision, **typed))
    assert answer.status_code == 422
    assert words in answer.text
    for said in filter(str.strip, typed.values()):
        assert said.replace("<", "&lt;").replace(">", "&gt;") in answer.text
    assert await desk.emitted() == []


async def test_a_refused_revocation_keeps_what_was_typed(desk: Office) -> None:
    event = await waiting(desk)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    await send(desk, "kadis", f"/saring/{event.story}/cabut", version=1, note="Pertama.")
    late = await send(desk, "bambang", f"/saring/{event.story}/cabut", version=1, note="Salah tanggal.")
    assert (late.status_code, "Salah tanggal." in late.text) == (409, True)


async def test_who_wrote_it_is_told_why_they_may_not_decide(desk: Office) -> None:
    event = await waiting(desk)
    for path in (f"/saring/{event.story}", way(event.story, "putuskan?versi=1&hasil=approved")):
        shown = await page(desk, "rina", path)
        assert "empat mata" in shown
        assert "keputusan</button>" not in shown
        assert 'name="decision"' not in shown
    answer = await send(desk, "rina", way(event.story), **exact(event, "approved"))
    assert (answer.status_code, "empat mata" in answer.text) == (422, True)


async def test_what_nobody_submitted_is_not_found(desk: Office) -> None:
    event = submitted(uuid4())
    for answer in (
        await send(desk, "bambang", way(event.story), **exact(event, "approved")),
        await desk.call("bambang", "GET", way(event.story, "putuskan"), headers=HTML),
    ):
        assert answer.status_code == 404


async def test_a_note_is_as_long_as_the_browser_lets_it_be_whatever_its_lines_end_with(desk: Office) -> None:
    event = await waiting(desk)
    note = ("a" * 79 + "\n") * 49 + "b" * 80
    wire = note.replace("\n", "\r\n")
    assert (await send(desk, "bambang", way(event.story), **exact(event, "returned", note=wire))).status_code == 303
    (told,) = await desk.events(StoryReturned)
    assert (len(note), told.reasons[0].note) == (4_000, note)
    other = await waiting(desk)
    await send(desk, "bambang", way(other.story), **exact(other, "approved"))
    assert (await send(desk, "bambang", way(other.story, "cabut"), version=1, note=wire)).status_code == 303


@pytest.mark.parametrize(
    ("decision", "field", "most"),
    [("returned", "note", 4_000), ("declined", "note", 4_000), ("withheld", "legal_basis", 300)],
)
async def test_what_is_too_long_comes_back_whole(desk: Office, decision: str, field: str, most: int) -> None:
    event = await waiting(desk)
    typed = "PENTING" + "a" * most
    answer = await send(desk, "bambang", way(event.story), **exact(event, decision, **{field: typed}))
    assert (answer.status_code, f"paling banyak {most} huruf" in answer.text, typed in answer.text) == (422, True, True)


async def test_a_comment_and_a_revocation_that_are_too_long_come_back_whole(desk: Office) -> None:
    event = await waiting(desk)
    typed = "PENTING" + "a" * 4_000
    answer = await send_many(desk, event, note="", comments={places(event.content).blocks[0].key: typed})
    assert (answer.status_code, typed in answer.text) == (422, True)
    await send(desk, "bambang", way(event.story), **exact(event, "approved"))
    answer = await send(desk, "bambang", way(event.story, "cabut"), version=1, note=typed)
    assert (answer.status_code, typed in answer.text) == (422, True)


async def test_what_is_classified_as_exempt_is_not_approved_but_can_be_proposed_or_returned(desk: Office) -> None:
    event = submitted(uuid4(), content=story("Isi").model_copy(update={"information_class": "dikecualikan"}))
    await desk.hear(event)
    form = {key: str(value) for key, value in exact(event, "approved").items()}
    path = f"/saring/{event.story}/keputusan"
    answer = await desk.call("bambang", "POST", path, data={"csrf": await desk.csrf("bambang"), **form}, headers=HTML)
    assert answer.status_code == 422
    assert "Usulkan dikecualikan" in answer.text
    form |= {"decision": "withheld", "legal_basis": "UU 14/2008 Pasal 17 huruf h"}
    answer = await desk.call("bambang", "POST", path, data={"csrf": await desk.csrf("bambang"), **form}, headers=HTML)
    assert answer.status_code == 303, answer.text


LEADERS = ("bambang", "kadis")


async def test_of_fifty_who_decide_at_once_exactly_one_decision_stands(desk: Office) -> None:
    event = await waiting(desk)
    bodies = [
        exact(event, "approved"),
        exact(event, "returned", reasons=[{"code": "lain", "note": "Periksa."}]),
        exact(event, "declined", reasons=[{"code": "lain", "note": "Sudah basi."}]),
        exact(event, "withheld", legal_basis="UU 14/2008 Pasal 17 huruf h"),
    ]
    for who in LEADERS:
        await desk.session(who)
    asked = [(LEADERS[n % 2], bodies[n // 2 % 4]) for n in range(50)]
    answers = await asyncio.gather(
        *(desk.call(who, "POST", f"/api/v1/reviews/{event.story}/decisions", json=body) for who, body in asked)
    )
    taken = [pair for pair, answer in zip(asked, answers, strict=True) if answer.status_code == 201]
    assert {a.status_code for a in answers} == {201, 409}
    assert len({(who, body["decision"]) for who, body in taken}) == 1  # all others were told that somebody was first
    (kept,) = await desk.rows("SELECT decision, decided_by ->> 'account' AS who FROM review.decisions")
    assert (kept["who"], kept["decision"]) == (taken[0][0], taken[0][1]["decision"])
    assert len(await desk.emitted()) == 1
    (clock,) = await desk.rows("SELECT closed_at IS NOT NULL AS closed FROM review.clocks")
    assert clock["closed"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE decisions SET decision = 'approved'", "permission denied"),
        ("DELETE FROM decisions", "permission denied"),
        ("UPDATE reviews SET content_sha256 = repeat('0', 64)", "permission denied"),
        ("UPDATE reviews SET content = '{}'", "permission denied"),
        ("DELETE FROM reviews", "permission denied"),
        ("DELETE FROM audit", "permission denied"),
        ("UPDATE ppid_decisions SET outcome = 'open'", "permission denied"),
        (
            """INSERT INTO decisions (story, version, decision, content_sha256, reasons, decided_by, decided_at)
               SELECT story, version, 'approved', repeat('0', 64), '[]', '{"account": "bambang"}', now()
               FROM reviews""",
            "decisions_bind_to_content",
        ),
        (
            """INSERT INTO decisions (story, version, decision, content_sha256, reasons, decided_by, decided_at)
               SELECT story, version, 'approved', content_sha256, '[]', submitted_by, now() FROM reviews""",
            "may not decide on it",
        ),
        (
            """INSERT INTO reviews SELECT (jsonb_populate_record(r, '{"version": 2, "cycle": 2}')).* FROM reviews r""",
            "reviews_one_open",
        ),
    ],
)
async def test_the_database_itself_refuses_what_the_service_must_not_do(desk: Office, change: str, why: str) -> None:
    await waiting(desk)
    with pytest.raises(asyncpg.PostgresError, match=why):
        async with desk.desk.db.transaction() as conn:
            await conn.execute(change)
