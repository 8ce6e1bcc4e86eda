"""Nothing is public without an approval that stands, for that very Version, at that very moment."""

from uuid import uuid4

import asyncpg
import pytest

from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, revoked


async def test_nothing_is_public_of_a_story_that_waits_for_the_admin(desk: Office) -> None:
    await desk.approve("Menunggu")
    await desk.work()
    assert "Menunggu" not in (await desk.call(None, "GET", "/")).text
    assert await desk.public_keys() == []


async def test_a_version_without_approval_is_refused(desk: Office) -> None:
    event = await desk.approve()
    refused = await desk.start(event.story, 2)
    assert (refused.status_code, refused.json()["title"]) == (422, "not-approved")
    assert (await desk.start(uuid4())).status_code == 404


async def test_a_void_approval_cannot_be_published(desk: Office) -> None:
    event = await desk.approve()
    await desk.hear(revoked(event.story))
    refused = await desk.start(event.story)
    assert (refused.status_code, refused.json()["title"]) == (409, "approval-fell")


async def test_practice_is_never_public(desk: Office) -> None:
    event = await desk.approve(practice=True)
    refused = await desk.start(event.story)
    assert (refused.status_code, refused.json()["title"]) == (422, "practice")
    assert await desk.clocks(event.story) == {}


async def test_a_revocation_between_sending_and_showing_keeps_the_page_hidden(desk: Office) -> None:
    event = await desk.approve()
    url = (await desk.start(event.story)).json()["url"]
    (task,) = (await desk.deliveries.take(10)).tasks
    await desk.hear(revoked(event.story))
    await desk.deliveries.deliver(task)
    assert (await desk.call(None, "GET", "/berita/" + url.rpartition("/")[2])).status_code == 404
    assert await desk.states(event.story) == {1: ("taking-down", "revoked", False)}
    assert await desk.delivery(event.story) == "void"
    await desk.clear()
    assert await desk.public_keys() == []
    assert await desk.told() == ["story.taken-down"]
    assert await desk.clocks(event.story) == {1: "revoked"}


@pytest.mark.parametrize("state", ["void", "revoked"])
async def test_the_database_itself_refuses_a_page_whose_approval_does_not_stand(desk: Office, state: str) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    await desk.owner.execute("UPDATE publisher.approvals SET state = $1", state)
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.owner.execute("UPDATE publisher.publications SET visible = true")


async def test_a_page_is_not_served_when_its_approval_does_not_stand(desk: Office) -> None:
    event = await desk.approve("Rahasia")
    path = await desk.publish(event)
    await desk.owner.execute("UPDATE publisher.approvals SET state = 'revoked'")
    assert (await desk.call(None, "GET", path)).status_code == 404
    for where in ("/", "/umpan.xml"):
        assert "Rahasia" not in (await desk.call(None, "GET", where)).text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE approvals SET content = jsonb_set(content, '{title}', '\"Lain\"')", "not to be changed"),
        (
            """UPDATE approvals SET content = jsonb_set(content, '{media}', content -> 'media' || jsonb_build_array(
                   jsonb_build_object('id', 'x', 'renditions', '[]'::jsonb)))""",
            "not to be changed",
        ),
        ("UPDATE approvals SET content_sha256 = repeat('0', 64)", "permission denied"),
        ("DELETE FROM approvals", "permission denied"),
    ],
)
async def test_what_was_approved_is_not_changed_by_the_service_itself(desk: Office, change: str, why: str) -> None:
    await desk.approve()
    with pytest.raises(asyncpg.PostgresError, match=why):
        async with desk.desk.db.transaction() as conn:
            await conn.execute(change)


async def test_an_approval_that_was_revoked_never_stands_again(desk: Office) -> None:
    event = await desk.approve()
    await desk.hear(revoked(event.story))
    with pytest.raises(asyncpg.CheckViolationError, match="stands no more"):
        await desk.owner.execute("UPDATE publisher.approvals SET state = 'valid'")


async def test_a_publication_without_an_approval_cannot_even_be_written(desk: Office) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await desk.owner.execute(
            "INSERT INTO publisher.publications (story, version, state) VALUES ($1, 1, 'ready')", uuid4()
        )


async def test_a_picture_that_is_not_the_approved_one_never_stays_public(desk: Office) -> None:
    event = await desk.approve()
    (rendition,) = event.content.media[0].renditions
    await desk.store.put(rendition.bucket, rendition.key, b"tertukar!", "image/jpeg")
    await desk.start(event.story)
    await desk.work()
    assert await desk.delivery(event.story) == "failed"
    assert await desk.public_keys() == []
    assert await desk.told() == ["delivery.failed"]


async def test_an_approval_of_other_content_for_the_same_version_is_a_dead_letter(desk: Office) -> None:
    event = await desk.approve("Yang disetujui")
    await desk.hear(approved(event.story, 1))
    letters = await desk.rows("SELECT reason FROM publisher.dead_letters")
    assert len(letters) == 1
    assert letters[0]["reason"].startswith("other-content")
    assert await desk.states(event.story) == {1: ("ready", "valid", False)}


@pytest.mark.parametrize("who", ["dewi", "wati", "bambang"])
async def test_only_the_admin_publishes(desk: Office, who: str) -> None:
    event = await desk.approve()
    answer = await desk.call(who, "POST", f"/api/v1/publications/{event.story}/publish", json={"version": 1})
    assert answer.status_code == 403
    assert await desk.states(event.story) == {1: ("ready", "valid", False)}


async def test_a_stranger_sees_no_staff_screen(desk: Office) -> None:
    event = await desk.approve()
    for path in ("/api/v1/publications", f"/api/v1/publications/{event.story}", "/terbit", f"/terbit/{event.story}"):
        assert (await desk.call(None, "GET", path)).status_code == 401


async def test_a_forged_form_is_refused(desk: Office) -> None:
    event = await desk.approve()
    path = f"/api/v1/publications/{event.story}/publish"
    answer = await desk.call("tono", "POST", path, json={"version": 1}, headers={"X-CSRF-Token": "x"})
    assert answer.status_code == 403
