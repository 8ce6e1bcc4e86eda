"""The table of public pages says what the approvals say, at every moment, and the database keeps it so."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.prepare import role_of
from services.publisher import store_pages
from shared.events import MediaErased
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import BAMBANG, approved, minutes, revoked

MIGRATION = Path(store_pages.__file__).parent / "migrations" / "0007_pages.sql"
FROM_VIEW = """version, slug, title, lead, topic, tags, units, kinds, information_class, responsible, cover,
    corrections, first_shown_at, shown_at, words"""
DIFFERS = f"""
    (SELECT story, {FROM_VIEW} FROM publisher.pages EXCEPT SELECT story, {FROM_VIEW} FROM publisher.visible_stories)
    UNION ALL
    (SELECT story, {FROM_VIEW} FROM publisher.visible_stories EXCEPT SELECT story, {FROM_VIEW} FROM publisher.pages)"""
PAGES = f"SELECT story, {FROM_VIEW} FROM publisher.pages ORDER BY story"
UNITS = "SELECT unit, first_shown_at, story FROM publisher.page_units ORDER BY story, unit"


async def busy(desk: Office) -> None:
    """Stories corrected, taken down, revoked, of which a file was erased; one that waits, and one of practice."""
    for n in range(4):
        await desk.publish(await desk.approve(f"Berita {n}", data=b"gambar %d" % n))
    one, two, three, four = [
        row["story"] for row in await desk.rows("SELECT story FROM publisher.approvals ORDER BY title")
    ]
    second = approved(one, 2, content=await desk.content("Diralat", b"lain"), at=desk.at)
    await desk.hear(second)
    await desk.publish(second)
    await desk.call("tono", "POST", f"/api/v1/publications/{two}/take-down", json={"reason": "Keliru."})
    await desk.hear(revoked(three))
    (row,) = await desk.rows("SELECT content #>> '{media,0,id}' AS id FROM publisher.approvals WHERE story = $1", four)
    await desk.hear(erased(row["id"]))
    await desk.approve("Menunggu")
    await desk.approve("Latihan", practice=True)


def erased(media: str) -> MediaErased:
    facts: dict[str, Any] = {
        "report": uuid4(), "media": media, "sha256": "a" * 64, "reason": "Permintaan pemilik.", "erased_by": BAMBANG,
        "approved_by": BAMBANG, "at": minutes(60),
    }  # fmt: skip
    return MediaErased(**facts)


async def test_the_table_says_what_the_approvals_say(desk: Office) -> None:
    await busy(desk)
    assert await desk.rows(DIFFERS) == []
    assert [row["title"] for row in await desk.rows(PAGES.replace("BY story", "BY title"))] == ["Berita 3", "Diralat"]
    assert (await desk.rows("SELECT cover FROM publisher.pages WHERE title = 'Berita 3'"))[0]["cover"] is None
    page = (await desk.call(None, "GET", "/")).text
    assert page.count("<article") == 2


async def test_the_migration_fills_it_with_the_same_for_what_is_public_already(desk: Office) -> None:
    await busy(desk)
    before, of_units = await desk.rows(PAGES), await desk.rows(UNITS)
    transaction = desk.owner.transaction()
    await transaction.start()
    try:
        await desk.owner.execute(
            """SET LOCAL search_path TO publisher;
               DROP VIEW visible_stories; DROP TABLE page_units, page_topics, pages, corrections;
               DROP SEQUENCE page_revisions;
               DROP TRIGGER pages_go ON publications; DROP TRIGGER pages_go ON approvals;
               DROP FUNCTION pages_go, pages_need_approval; DROP INDEX deliveries_elsewhere"""
        )
        await desk.owner.execute(MIGRATION.read_text().replace("{role}", role_of("publisher")))
        after = await desk.rows(PAGES)
        assert [dict(r) | {"corrections": 0} for r in after] == [dict(r) | {"corrections": 0} for r in before]
        assert await desk.rows(UNITS) == of_units
        (told,) = await desk.rows("SELECT what FROM publisher.corrections")
        assert told["what"] == "Yang berubah: judul, foto dan berkas."
    finally:
        await transaction.rollback()


@pytest.mark.parametrize(
    "withdrawn",
    [
        "UPDATE publisher.publications SET visible = false",
        "UPDATE publisher.approvals SET state = 'revoked'",
        "UPDATE publisher.approvals SET practice = true",
    ],
)
async def test_the_database_itself_takes_a_page_away_and_lets_none_in(desk: Office, withdrawn: str) -> None:
    event = await desk.approve("Rahasia")
    await desk.publish(event)
    (page,) = await desk.rows("SELECT * FROM publisher.pages")
    await desk.owner.execute(withdrawn)
    assert await desk.rows("SELECT FROM publisher.pages") == []
    for lists in ("page_units", "page_topics"):
        assert await desk.rows(f"SELECT FROM publisher.{lists}") == []
    page = {name: value for name, value in page.items() if name != "stems"}  # the database's own word
    columns = ", ".join(page)
    places = ", ".join(f"${n}" for n in range(1, len(page) + 1))
    with pytest.raises(asyncpg.CheckViolationError, match="not visible by an approval that stands"):
        await desk.owner.execute(f"INSERT INTO publisher.pages ({columns}) VALUES ({places})", *page.values())


async def test_what_changes_nothing_for_readers_changes_no_page(desk: Office) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    await desk.work()
    (first,) = await desk.rows("SELECT revision FROM publisher.pages")
    await desk.hear(approved(event.story, 2, content=await desk.content("Baru"), at=desk.at))
    await desk.start(event.story, 2)
    (still,) = await desk.rows("SELECT revision FROM publisher.pages")
    assert still["revision"] == first["revision"]
    desk.at += timedelta(minutes=1)
    await desk.work()
    (later,) = await desk.rows("SELECT revision, title FROM publisher.pages")
    assert later["revision"] > first["revision"]
    assert later["title"] == "Baru"
