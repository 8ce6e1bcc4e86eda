"""What the public reads of how the office keeps its SOP: totals of all four stages, from the events."""

import csv
import io
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.publisher.compliance import fold, store
from services.publisher.compliance.handlers import on_clocks
from shared import ledger
from shared.content import ClockRecord, Content
from shared.envelope import Record
from shared.events import Event, ReportReceived, StoryReturned, StorySubmitted
from shared.folding import Folding
from shared.sla import Outcome, Stage
from tests.integration.publisher.office import Office
from tests.support import validators
from tests.support.plans import Explaining
from tests.unit.publisher.samples import BAMBANG, KEEPER, MORNING, approved, content

HOURS = timedelta(hours=1)


def clock(
    stage: Stage, opened: datetime, closed: datetime, *, story: UUID | None = None, cycle: int = 1,
    outcome: Outcome = "completed", **more: Any,
) -> ClockRecord:  # fmt: skip
    """A closed clock as the stage that keeps it tells it."""
    story = story or uuid4()
    made = KEEPER.open(stage, item=str(story), cycle=cycle, at=opened, story=story, unit="perumahan", **more)
    return ledger.record(KEEPER.close(made, at=closed, outcome=outcome))


def received(*clocks: ClockRecord, practice: bool = False, report: UUID | None = None) -> ReportReceived:
    return ReportReceived(
        report=report or uuid4(), unit="perumahan", title="Kunci", text="", happened_at=MORNING, received_at=MORNING,
        practice=practice, clocks=clocks,
    )  # fmt: skip


def submitted(*clocks: ClockRecord, story: UUID | None = None, practice: bool = False) -> StorySubmitted:
    like = approved(story or uuid4())
    told = {name: getattr(like, name) for name in ("story", "version", "cycle", "content", "content_sha256", "authors")}
    return StorySubmitted(
        **told, origins=like.origins, submitted_by=BAMBANG, submitted_at=MORNING, practice=practice, clocks=clocks
    )


def returned(*clocks: ClockRecord) -> StoryReturned:
    like = approved(uuid4())
    told: dict[str, Any] = {name: getattr(like, name) for name in StoryReturned.model_fields if hasattr(like, name)}
    return StoryReturned.model_validate(told | {"clocks": clocks, "reasons": ({"code": "judul"},)})


@pytest.fixture
def figures(desk: Office) -> Folding:
    """The reader of closed clocks."""
    return Folding("figures", desk.desk.db, on_clocks(desk.desk), now=desk.desk.now, wake=lambda: None, only=fold.TYPES)


def records(desk: Office, *events: Event) -> list[Record]:
    return [desk.numbered(event) for event in events]


async def sheet(desk: Office) -> dict[tuple[str, str], dict[str, str]]:
    """The open data by month and stage."""
    answer = await desk.call(None, "GET", "/kepatuhan-sop.csv")
    assert answer.status_code == 200
    return {(row["month"], row["stage"]): row for row in csv.DictReader(io.StringIO(answer.text))}


async def test_before_anything_closed_the_page_tells_the_targets_alone(desk: Office) -> None:
    page = (await desk.call(None, "GET", "/kepatuhan-sop")).text
    for target in ("1 hari", "2 jam", "30 menit", "Kepala Dinas/Sekretaris"):
        assert target in page
    assert "Belum ada pekerjaan yang selesai." in page
    assert 'href="/kepatuhan-sop"' in (await desk.call(None, "GET", "/")).text
    assert "/kepatuhan-sop" in (await desk.call(None, "GET", "/peta-situs/halaman.xml")).text


async def test_each_stage_is_counted_in_the_month_of_the_offices_own_date(desk: Office, figures: Folding) -> None:
    night = datetime.fromisoformat("2026-12-01T00:30:00+07:00")  # still November in Greenwich
    await figures.handle(
        records(
            desk,
            received(clock("intake", MORNING, MORNING + HOURS)),
            submitted(clock("editing", MORNING, MORNING + 3 * HOURS)),
            returned(clock("review", MORNING, MORNING + HOURS, outcome="returned")),
            received(clock("intake", night - HOURS, night)),
        )
    )
    told = await sheet(desk)
    counts = ("closed", "in_time", "late", "outside_hours")
    assert [told["2026-11", "intake"][c] for c in counts] == ["1", "1", "0", "0"]
    assert [told["2026-11", "editing"][c] for c in counts] == ["1", "0", "1", "0"]
    assert [told["2026-11", "review"][c] for c in counts] == ["1", "1", "0", "0"]
    assert [told["2026-12", "intake"][c] for c in counts] == ["1", "0", "0", "1"]
    assert [told["2026-11", "publisher"][c] for c in counts] == ["0", "0", "0", "0"]


async def test_what_does_not_count_at_review_counts_for_nothing_here(desk: Office, figures: Folding) -> None:
    at = MORNING + HOURS
    await figures.handle(
        records(
            desk,
            submitted(clock("editing", MORNING, at, kind="correction")),
            submitted(clock("editing", MORNING, at, outcome="withdrawn")),
            submitted(clock("editing", MORNING, at, outcome="revoked")),
        )
    )
    assert await sheet(desk) == {}


async def test_duplicated_and_reordered_events_leave_the_same_figures(desk: Office, figures: Folding) -> None:
    rng = random.Random(8)
    story = uuid4()
    events: list[Event] = [
        submitted(clock("editing", MORNING, MORNING + timedelta(minutes=rng.randrange(1, 400)))) for _ in range(30)
    ]
    events.append(submitted(clock("review", MORNING, MORNING + HOURS, story=story), story=story, practice=True))
    events.append(returned(clock("review", MORNING, MORNING + HOURS, story=story, cycle=2)))
    made = records(desk, *events)
    await figures.handle(made)
    once = await sheet(desk)
    for _ in range(3):
        shuffled = rng.choices(made, k=40)
        rng.shuffle(shuffled)
        await figures.handle(shuffled)
    assert await sheet(desk) == once
    await desk.owner.execute("TRUNCATE publisher.service_times, publisher.practice_items, publisher.service_months")
    for one in rng.sample(made, len(made)):
        await figures.handle([one])
    assert await sheet(desk) == once
    assert once["2026-11", "review"]["closed"] == "0"


async def test_practice_heard_of_late_goes_out_of_the_figures(desk: Office, figures: Folding) -> None:
    story = uuid4()
    await figures.handle(records(desk, returned(clock("review", MORNING, MORNING + HOURS, story=story))))
    assert (await sheet(desk))["2026-11", "review"]["closed"] == "1"
    await figures.handle(records(desk, submitted(story=story, practice=True)))
    assert (await sheet(desk))["2026-11", "review"]["closed"] == "0"


async def test_share_and_median_are_told_of_five_and_not_of_fewer(desk: Office, figures: Folding) -> None:
    spent = [30, 100, 119, 180, 60]
    made = [submitted(clock("editing", MORNING, MORNING + timedelta(minutes=m))) for m in spent]
    await figures.handle(records(desk, *made[:4]))
    few = (await sheet(desk))["2026-11", "editing"]
    assert (few["closed"], few["late"], few["ratio"], few["median_working_seconds"]) == ("4", "1", "", "")
    assert "kurang dari 5" in (await desk.call(None, "GET", "/kepatuhan-sop")).text
    await figures.handle(records(desk, made[4]))
    enough = (await sheet(desk))["2026-11", "editing"]
    assert (enough["ratio"], enough["median_working_seconds"]) == ("0.8", str(100 * 60))
    page = (await desk.call(None, "GET", "/kepatuhan-sop")).text
    assert "80,0%" in page
    assert "1 jam 40 menit" in page


async def test_the_page_names_no_person_no_bidang_and_no_title(desk: Office, figures: Folding) -> None:
    secret = content("Judul yang belum terbit")
    event = submitted(clock("editing", MORNING, MORNING + HOURS)).model_copy(
        update={"content": Content(**dict(secret))}
    )
    await figures.handle(records(desk, event))
    for path in ("/kepatuhan-sop", "/kepatuhan-sop.csv"):
        told = (await desk.call(None, "GET", path)).text
        for word in ("belum terbit", "Bambang", "perumahan", "Bidang Perumahan", str(event.story)):
            assert word not in told


async def test_a_cache_asks_again_and_learns_of_the_next_clock(desk: Office, figures: Folding) -> None:
    await figures.handle(records(desk, submitted(clock("editing", MORNING, MORNING + HOURS))))
    for path in ("/kepatuhan-sop", "/kepatuhan-sop.csv"):
        first = await desk.call(None, "GET", path)
        again = await desk.call(None, "GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        await figures.handle(records(desk, submitted(clock("editing", MORNING, MORNING + HOURS))))
        after = await desk.call(None, "GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert after.status_code == 200
    assert after.headers["access-control-allow-origin"] == "*"
    assert after.headers["content-type"] == "text/csv; charset=utf-8"


async def test_what_cannot_be_read_is_passed_over_and_what_cannot_be_written_holds_up_no_other(
    desk: Office, figures: Folding
) -> None:
    good, other = records(desk, *(submitted(clock("editing", MORNING, MORNING + HOURS)) for _ in range(2)))
    huge = submitted(clock("editing", MORNING, MORNING + HOURS, cycle=2**40))
    await figures.handle([good._replace(value=b"{"), other, *records(desk, huge)])
    assert (await sheet(desk))["2026-11", "editing"]["closed"] == "1"


async def test_the_page_is_valid_html(desk: Office, figures: Folding) -> None:
    pages = {"empty": (await desk.call(None, "GET", "/kepatuhan-sop")).text}
    for month in range(15):
        at = MORNING + timedelta(days=31 * month)
        made = [submitted(clock("editing", at, at + timedelta(minutes=20 * n))) for n in range(8)]
        await figures.handle(records(desk, *made))
    pages["full"] = (await desk.call(None, "GET", "/kepatuhan-sop")).text
    assert "November 2026" not in pages["full"]  # the newest thirteen months are shown
    assert validators.html_problems(pages) == []
    assert len({month for month, _ in await sheet(desk)}) > 13


async def test_a_month_is_counted_by_the_index_of_closing_times(desk: Office) -> None:
    await desk.owner.execute(
        """INSERT INTO publisher.service_times
           SELECT 'review', 'i' || n, 1, NULL, gen_random_uuid(), timestamptz '2026-11-30' - n * interval '1 hour',
                  'in_time', n % 7000, n % 7000 FROM generate_series(1, 20000) n; ANALYZE publisher.service_times"""
    )
    async with desk.desk.db.transaction() as real:
        conn: Any = Explaining(real)
        month = await store.month(conn, MORNING.date().replace(day=1), KEEPER.calendar.zone)
        assert await store.revisions(conn) == []
    assert month.of("review").closed > 600
    assert "service_times_closed" in conn.indexes()
    assert "service_times" not in conn.tables_read_whole()
