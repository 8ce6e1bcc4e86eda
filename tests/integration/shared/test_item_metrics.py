"""What /metrics says of items: read from the database, whole from the start, and the same in every replica."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared import metrics
from shared.calendar import WorkCalendar
from shared.outbox import Draft
from shared.sla import Clock
from tests.support.machinery import database, withdrawn
from tests.support.measuring import close, desk_of, opened, save, scrape
from tests.support.stack import Stack
from tests.unit.review.samples import KEEPER
from tests.unit.shared.offices import wib

MONDAY = wib("2026-11-23T08:00")
TEN = wib("2026-11-23T10:00")
COMBINATIONS = 2 * 2 * 11 * 2


async def test_before_anything_happened_every_series_is_there_with_nought(base: Stack) -> None:
    async with database(base, "review") as db:
        page = await scrape(desk_of(db, KEEPER, TEN))
    closed = {labels: v for (name, labels), v in page.series.items() if name == "alurwarta_closed_total"}
    assert (len(closed), set(closed.values())) == (COMBINATIONS, {0.0})
    assert page("used_ratio_bucket", lane="regular", kind="regular", le="+Inf") == 0
    assert page("compliance_n", window="30d") == 0
    assert math.isnan(page("compliance_ratio", window="30d")), "no ratio of nothing"
    assert page("target_seconds", lane="regular") == 7_200
    assert page("working_hours_open") == 1
    assert all(dict(labels)["office"] == "disperkimtan-bekasi" for _, labels in page.series)
    told = {name.removeprefix("alurwarta_") for name, _ in page.series}
    for family in metrics.ITEMS:
        assert {f"{family.name}{end}" for end in ("", "_total", "_bucket")} & told, family.name


async def test_a_closed_clock_is_counted_once_in_every_figure(base: Stack) -> None:
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        await close(desk, opened(desk, "a", MONDAY), MONDAY + timedelta(hours=1))
        await close(desk, opened(desk, "b", MONDAY), wib("2026-11-23T14:00"), "returned")
        page, again = await scrape(desk_of(db, KEEPER, wib("2026-11-23T15:00"))), await scrape(desk)
    assert page("closed_total", lane="regular", kind="regular", outcome="completed", punctuality="in_time") == 1
    assert page("closed_total", lane="regular", kind="regular", outcome="returned", punctuality="late") == 1
    assert page.sum("closed_total") == 2
    assert page("used_ratio_bucket", lane="regular", kind="regular", le="0.5") == 1
    assert page("used_ratio_bucket", lane="regular", kind="regular", le="1.0") == 1, "le=1 is the compliance count"
    assert page("used_ratio_count", lane="regular", kind="regular") == 2
    # 1 h and 5 h (the break does not count) of 2 h.
    assert page("used_ratio_sum", lane="regular", kind="regular") == 0.5 + 2.5
    assert page("working_seconds_total", lane="regular", kind="regular") == 6 * 3_600
    assert (page("compliance_ratio", window="1d"), page("compliance_n", window="1d")) == (0.5, 2)
    assert page("unit_compliance_n", window="7d", unit="perumahan") == 2
    assert page.sum("closed_total") == again.sum("closed_total"), "the same after a restart and in another replica"


async def test_work_of_the_weekend_is_counted_apart(base: Stack) -> None:
    saturday = wib("2026-11-21T09:00")
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        await close(desk, opened(desk, "a", saturday), saturday + timedelta(hours=9))
        page = await scrape(desk)
    assert page("closed_outside_hours_total", lane="regular", kind="regular") == 1
    assert page("used_ratio_count", lane="regular", kind="regular") == 0
    assert page("compliance_n", window="7d") == 0
    assert page.sum("closed_total", punctuality="in_time") == 1


@pytest.mark.parametrize(("kind", "outcome"), [("correction", "completed"), ("regular", "abandoned")])
async def test_corrections_and_what_others_ended_are_outside_the_compliance_count(
    base: Stack, kind: str, outcome: str
) -> None:
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        await close(desk, opened(desk, "a", MONDAY), TEN, outcome, kind=kind)  # pyright: ignore[reportArgumentType]
        page = await scrape(desk)
    assert page("compliance_n", window="1d") == 0
    assert page("used_ratio_count", lane="regular", kind="regular") == 0
    assert page.sum("closed_total", kind=kind, outcome=outcome) == 1


async def test_open_clocks_are_running_due_soon_or_breached(base: Stack) -> None:
    now = wib("2026-11-23T14:00")
    starts = {"fresh": "13:30", "soon": "11:00", "late": "09:00", "later": "08:00"}
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, now)
        await save(desk, *(opened(desk, name, wib(f"2026-11-23T{hour}")) for name, hour in starts.items()))
        await save(desk, opened(desk, "serta merta", now - timedelta(minutes=31), lane="immediate"))
        page = await scrape(desk)
    assert (page("open_items", lane="regular"), page("open_items", lane="immediate")) == (4, 1)
    assert (page("due_soon", lane="regular"), page("breached_open", lane="regular")) == (1, 2)
    assert (page("due_soon", lane="immediate"), page("breached_open", lane="immediate")) == (0, 1)
    assert page("oldest_open_working_seconds", lane="regular") == 5 * 3_600


async def test_a_running_correction_is_in_no_figure_as_on_the_page(base: Stack) -> None:
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, wib("2026-11-23T14:00"))
        await save(desk, replace(opened(desk, "a", MONDAY), kind="correction"))
        page = await scrape(desk)
    assert (page("open_items", lane="regular"), page("breached_open", lane="regular")) == (0, 0)


async def test_a_calendar_that_has_run_out_leaves_the_metrics_readable(base: Stack) -> None:
    assert isinstance(KEEPER.calendar, WorkCalendar)
    days = replace(KEEPER.calendar.days, last=date(2026, 11, 23))
    short = replace(KEEPER, calendar=replace(KEEPER.calendar, days=days))
    async with database(base, "review") as db:
        await save(desk_of(db, KEEPER, TEN), opened(desk_of(db, KEEPER, TEN), "a", MONDAY))
        for at in (wib("2026-11-23T15:30"), wib("2026-11-24T10:00")):
            page = await scrape(desk_of(db, short, at))
            assert page("open_items", lane="regular") == 1
            assert page("calendar_warnings") == 1


async def test_what_is_due_on_friday_evening_is_not_late_on_saturday(base: Stack) -> None:
    async with database(base, "review") as db:
        friday = opened(desk_of(db, KEEPER, TEN), "a", wib("2026-11-20T14:30"))
        assert friday.due_at == wib("2026-11-20T16:30")
        saturday, monday = (desk_of(db, KEEPER, wib(at)) for at in ("2026-11-21T10:00", "2026-11-23T07:31"))
        await save(saturday, friday)
        weekend, workday = await scrape(saturday), await scrape(monday)
    assert (weekend("breached_open", lane="regular"), weekend("due_soon", lane="regular")) == (0, 1)
    assert weekend("working_hours_open") == 0
    assert (workday("breached_open", lane="regular"), workday("due_soon", lane="regular")) == (1, 0)


async def test_the_windows_are_the_offices_own_dates(base: Stack) -> None:
    """A day ends at midnight in Bekasi, not in Greenwich."""
    async with database(base, "review") as db:
        evening = wib("2026-11-23T00:30")  # still 22 November in UTC
        desk = desk_of(db, KEEPER, TEN)
        await close(desk, opened(desk, "a", wib("2026-11-20T16:00")), evening)
        await close(desk, opened(desk, "b", wib("2026-11-20T15:00")), wib("2026-11-20T16:00"))
        await close(desk, opened(desk, "c", wib("2026-10-24T07:00")), wib("2026-10-26T08:00"))
        page = await scrape(desk)
    assert [page("compliance_n", window=w) for w in ("1d", "7d", "30d")] == [1, 2, 3]
    late = desk_of(db, KEEPER, wib("2026-11-25T10:00"))
    async with database(base, "review") as db:
        page = await scrape(desk_of(db, KEEPER, late.now()))
    assert [page("compliance_n", window=w) for w in ("1d", "7d", "30d")] == [0, 2, 2]


async def test_a_unit_that_the_sop_does_not_list_makes_no_new_series(base: Stack) -> None:
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        units = ("perumahan", "gabungan", "kecamatan-x", None)
        for n, unit in enumerate(units):
            await close(desk, opened(desk, str(n), MONDAY, unit=unit), TEN)
        page = await scrape(desk)
    told = {dict(labels)["unit"]: v for (name, labels), v in page.series.items()
            if name == "alurwarta_unit_compliance_n" and dict(labels)["window"] == "1d"}  # fmt: skip
    assert set(told) == {*KEEPER.sop.units, "gabungan", "lain"}
    assert (told["perumahan"], told["gabungan"], told["lain"]) == (1, 1, 2)


async def test_a_scrape_reads_no_closed_clock(base: Stack) -> None:
    """So that it costs the same after a million of them."""
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        await _fill(db, closed=20_000, like=opened(desk, "a", MONDAY))
        async with db.connection() as conn:
            await conn.execute("SELECT pg_stat_clear_snapshot()")
            for query, args in _queries():
                plan = "\n".join(r[0] for r in await conn.fetch(f"EXPLAIN {query}", *args))
                assert "Seq Scan on clocks" not in plan, plan


def _queries() -> list[tuple[str, tuple[object, ...]]]:
    from shared import item_metrics

    return [(item_metrics._OPEN, ()), (item_metrics._PRESSING, (TEN,))]


async def _fill(db: object, *, closed: int, like: Clock) -> None:
    from deploy.bench.scrape import fill

    await fill(db, like, closed)  # pyright: ignore[reportArgumentType]


async def test_what_the_broker_refused_is_told_apart_from_what_waits(base: Stack) -> None:
    """And so is what it holds back: an outbox that does not drain means that Kafka is away."""
    async with database(base, "review") as db:
        desk = desk_of(db, KEEPER, TEN)
        async with desk.transaction() as conn:
            await desk.outbox.append(conn, [Draft(withdrawn(name)) for name in ("a", "a", "b")])
            await conn.execute("UPDATE outbox SET set_aside_at = now() WHERE id = (SELECT min(id) FROM outbox)")
        page = await scrape(desk)
    assert (page("outbox_set_aside"), page("outbox_depth")) == (1, 1)
