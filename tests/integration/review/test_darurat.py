"""Emergency: only where the office turned it on, with a reason, told to all, and looked at by another leader later."""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import pytest

from shared.events import ApprovalConfirmed, ApprovalRevoked, StoryApproved, StorySubmitted
from tests.integration.review.desk import Office
from tests.integration.review.test_layar import send
from tests.integration.review.test_putusan import exact, page, waiting, way
from tests.unit.review.samples import hours, submitted

WHY = "Tanggul jebol, warga harus tahu sekarang."


@pytest.fixture
async def allowed(desk: Office) -> AsyncGenerator[Office]:
    before = desk.app.state.settings
    desk.app.state.settings = before.model_copy(update={"emergency_bypass": True})
    yield desk
    desk.app.state.settings = before


async def emergency(desk: Office, who: str = "rina", **more: Any) -> tuple[StorySubmitted, Any]:
    """Rina is leader and Admin, and wrote the Version herself."""
    event = await waiting(desk)
    form = exact(event, "approved", cara="emergency", note=WHY) | more
    return event, await send(desk, who, way(event.story), **form)


async def clocks(desk: Office) -> list[tuple[str, str | None]]:
    rows = await desk.rows("SELECT item, outcome FROM review.clocks ORDER BY item")
    return [("later" if row["item"].endswith(".susulan") else "first", row["outcome"]) for row in rows]


async def test_where_the_office_did_not_turn_it_on_nobody_approves_their_own_words(desk: Office) -> None:
    event, no = await emergency(desk)
    assert (no.status_code, "tidak memakai persetujuan darurat" in no.text) == (422, True)
    assert await desk.states(event.story) == {1: "open"}
    assert "Persetujuan darurat" not in await page(desk, "rina", way(event.story, "putuskan?versi=1"))


async def test_it_is_a_decision_with_a_reason_that_opens_a_later_review(allowed: Office) -> None:
    event, done = await emergency(allowed)
    assert done.status_code == 303, done.text
    (told,) = await allowed.events(StoryApproved)
    assert (told.basis, told.decided_by.account, told.content_sha256) == ("emergency", "rina", event.content_sha256)
    assert await clocks(allowed) == [("first", "completed"), ("later", None)]
    assert event.content.title in (await page(allowed, "bambang", "/saring")).partition("Penyaringan susulan")[2]
    (kept,) = await allowed.rows("SELECT basis, reasons::text FROM review.decisions")
    assert (kept["basis"], WHY in kept["reasons"]) == ("emergency", True)


async def test_without_a_reason_there_is_no_emergency(allowed: Office) -> None:
    event, no = await emergency(allowed, note="")
    assert (no.status_code, "Tulis mengapa tidak dapat menunggu" in no.text) == (422, True)
    assert await allowed.states(event.story) == {1: "open"}


async def test_another_leader_lets_it_stand_and_its_clock_ends(allowed: Office) -> None:
    event, _ = await emergency(allowed)
    shown = await page(allowed, "bambang", f"/saring/{event.story}?versi=1")
    assert "Sahkan persetujuan versi 1" in shown
    assert "Sahkan persetujuan" not in await page(allowed, "rina", f"/saring/{event.story}?versi=1")
    done = await send(allowed, "bambang", way(event.story, "sahkan"), version=1, note="Sudah benar.")
    assert done.status_code == 303, done.text
    (told,) = await allowed.events(ApprovalConfirmed)
    assert (told.by.account, [(c.item, c.outcome) for c in told.clocks]) == (
        "bambang", [(f"{event.story}.susulan", "completed")],
    )  # fmt: skip
    assert await clocks(allowed) == [("first", "completed"), ("later", "completed")]
    assert "Kemudian disahkan Bambang Prasetyo" in await page(allowed, "wati", f"/saring/{event.story}?versi=1")
    again = await send(allowed, "bambang", way(event.story, "sahkan"), version=1, note="")
    assert (again.status_code, len(await allowed.events(ApprovalConfirmed))) == (409, 1)


@pytest.mark.parametrize("by", ["rina"])
async def test_who_gave_it_does_not_confirm_it_and_the_database_agrees(allowed: Office, by: str) -> None:
    event, _ = await emergency(allowed)
    no = await send(allowed, by, way(event.story, "sahkan"), version=1, note="")
    assert (no.status_code, "pimpinan lain" in no.text) == (422, True)
    with pytest.raises(asyncpg.PostgresError, match="another's to confirm"):
        await allowed.rows(
            """INSERT INTO review.confirmations (story, version, note, by, at)
               SELECT story, version, '', decided_by, now() FROM review.decisions RETURNING 1"""
        )


async def test_taking_it_back_ends_the_later_review_too(allowed: Office) -> None:
    event, _ = await emergency(allowed)
    assert (
        await send(allowed, "bambang", way(event.story, "cabut"), version=1, note="Belum benar.")
    ).status_code == 303
    (told,) = await allowed.events(ApprovalRevoked)
    assert [(c.item.partition(".")[2], c.outcome) for c in told.clocks] == [("susulan", "revoked")]
    assert await clocks(allowed) == [("first", "completed"), ("later", "revoked")]


async def test_a_newer_version_leaves_the_later_review_of_what_is_public_already(allowed: Office) -> None:
    event, _ = await emergency(allowed)
    await allowed.hear(submitted(event.story, 2, at=hours(3)))
    assert await clocks(allowed) == [("first", "completed"), ("first", None), ("later", None)]
    (told,) = await allowed.events(ApprovalRevoked)
    assert (told.reason, told.clocks) == ("superseded", ())
    assert event.content.title in (await page(allowed, "bambang", "/saring")).partition("Penyaringan susulan")[2]
    shown = await page(allowed, "bambang", f"/saring/{event.story}?versi=1")
    assert ("Sahkan persetujuan versi 1" in shown, "Cabut persetujuan versi 1" in shown) == (True, True)
    done = await send(allowed, "bambang", way(event.story, "sahkan"), version=1, note="Sudah benar.")
    assert done.status_code == 303, done.text
    assert await clocks(allowed) == [("first", "completed"), ("first", None), ("later", "completed")]
    assert await allowed.states(event.story) == {1: "superseded", 2: "open"}
    assert "Penyaringan susulan" not in await page(allowed, "bambang", "/saring")


async def test_what_a_newer_version_overtook_can_be_taken_back_while_that_waits(allowed: Office) -> None:
    event, _ = await emergency(allowed)
    await allowed.hear(submitted(event.story, 2, at=hours(3)))
    done = await send(allowed, "bambang", way(event.story, "cabut"), version=1, note="Belum benar.")
    assert done.status_code == 303, done.text
    assert await allowed.states(event.story) == {1: "revoked", 2: "open"}
    assert await clocks(allowed) == [("first", "completed"), ("first", None), ("later", "revoked")]
    assert [e.reason for e in await allowed.events(ApprovalRevoked)] == ["superseded", "official"]


async def test_a_later_review_runs_on_the_board_after_a_newer_version(allowed: Office) -> None:
    event = await waiting(allowed)
    body = exact(event, "approved", basis="emergency", reasons=[{"code": "lain", "note": WHY}])
    await allowed.call("rina", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    await allowed.hear(submitted(event.story, 2, at=hours(3)))
    for told in (*await allowed.events(StoryApproved), *await allowed.events(ApprovalRevoked)):
        await allowed.hear(told)
    rows = await allowed.rows("SELECT closed_at FROM review.board_clocks WHERE item LIKE '%.susulan'")
    assert [row["closed_at"] for row in rows] == [None]


async def test_the_board_shows_the_later_review_and_its_end(allowed: Office) -> None:
    event = await waiting(allowed)
    body = exact(event, "approved", basis="emergency", reasons=[{"code": "lain", "note": WHY}])
    done = await allowed.call("rina", "POST", f"/api/v1/reviews/{event.story}/decisions", json=body)
    assert done.status_code == 201, done.text
    (told,) = await allowed.events(StoryApproved)
    await allowed.hear(told)
    shown = await page(allowed, "wati", f"/perjalanan/{event.story}")
    assert "penyaringan susulan" in shown
    await send(allowed, "bambang", way(event.story, "sahkan"), version=1, note="")
    (confirmed,) = await allowed.events(ApprovalConfirmed)
    await allowed.hear(confirmed)
    rows = await allowed.rows(
        "SELECT closed_at IS NOT NULL AS ended FROM review.board_clocks WHERE item LIKE '%.susulan'"
    )
    assert [row["ended"] for row in rows] == [True]
    assert (await allowed.call("wati", "GET", f"/api/v1/reviews/{event.story}")).status_code == 200


async def test_why_somebody_would_revoke_does_not_become_the_note_of_a_confirmation(allowed: Office) -> None:
    event, _ = await emergency(allowed)
    no = await send(
        allowed, "bambang", way(event.story, "cabut"), version=1, note="Datanya salah.", capacity="Wali Kota"
    )
    assert no.status_code == 422
    confirming, revoking = no.text.split("/cabut")[0], no.text.split("/cabut")[1]
    assert ("Datanya salah." in confirming, "Datanya salah." in revoking) == (False, True)
