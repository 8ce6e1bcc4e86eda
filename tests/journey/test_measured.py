"""One Report through all four stages in a time that the test sets: one return, one breach, exact to the second.

The same figures stand in the ledgers, on /metrics, in a real Prometheus, on the board, in the CSV and on the public's
page.
"""

import csv
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from shared.topics import SERVICES
from tests.support.measuring import Page, read
from tests.support.pipeline import dead_letters
from tests.support.stack import stack
from tests.support.timed_town import TimedTown, timed_town

pytestmark = pytest.mark.asyncio(loop_scope="module")
# stage, cycle: working seconds, elapsed seconds, outcome, punctuality
EXPECTED = {
    ("intake", 1): (5_400, 5_400, "completed", "in_time"),  # 09:00 to 10:30
    ("editing", 1): (3_600, 3_600, "completed", "in_time"),  # 10:30 to 11:30
    ("review", 1): (5_400, 9_000, "returned", "in_time"),  # 11:30 to 14:00, the break apart
    ("editing", 2): (7_200, 7_200, "completed", "in_time"),  # 14:00 to 16:00: all of the target, and still in time
    ("review", 2): (7_260, 63_060, "completed", "late"),  # 16:00 to 09:31 the next day: one minute beyond
    ("publisher", 2): (1_140, 1_140, "completed", "in_time"),  # 09:31 to 09:50
}
TOTAL = (30_000, 89_400)  # Monday 09:00 to Tuesday 09:50: 6 h and 2 h 20 of working time


@dataclass(frozen=True)
class Measured:
    """What the run left, and what was seen while it went."""

    town: TimedTown
    story: str
    report: str
    pages: dict[str, Page]
    before_the_breach: Page
    in_breach: Page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Measured]:
    directory = tmp_path_factory.mktemp("measured")
    async with stack() as made, timed_town(made, directory, "2026-07-06T09:00") as town:
        yield await run(town)


async def run(town: TimedTown) -> Measured:
    """Act the SOP's steps at their hours."""
    town.at("2026-07-06T10:30")
    told = {"title": "40 rumah selesai", "text": "Selesai diperbaiki.", "happened_at": "2026-07-06T09:00+07:00"}
    report = (await town.post("bidang.perumahan", "/reports", told))["report"]
    town.at("2026-07-06T11:00")
    story = (await town.post("admin", "/stories", {"reports": [report]}))["story"]
    town.at("2026-07-06T11:30")
    await submit(town, story, 0, "Empat puluh rumah selesai.")
    town.at("2026-07-06T14:00")
    await decide(town, story, "returned", reasons=[{"code": "judul-kurang-tepat", "note": "Sebut RW-nya."}])
    town.at("2026-07-06T16:00")
    await submit(town, story, 1, "Empat puluh rumah di RW 05 selesai.")
    town.at("2026-07-07T09:15")
    soon = await page(town, "review")
    town.at("2026-07-07T09:30:01")
    breach = await page(town, "review")
    town.at("2026-07-07T09:31")
    await decide(town, story, "approved")
    town.at("2026-07-07T09:50")
    await town.post("admin", f"/publications/{story}/publish", {"version": 2})
    await town.until("the public page", lambda: published(town, story))
    await town.settle()
    pages = {service: await page(town, service) for service in SERVICES}
    return Measured(town, story, report, pages, soon, breach)


async def submit(town: TimedTown, story: str, version: int, text: str) -> None:
    content = {"title": "40 rumah selesai", "body": [{"kind": "paragraph", "spans": [{"text": text}]}]}
    await town.post("admin", f"/stories/{story}/versions", {"expected_version": version, "content": content})
    await town.post("admin", f"/stories/{story}/submit", {"version": version + 1})


async def decide(town: TimedTown, story: str, decision: str, **more: Any) -> None:
    review = await town.get("sekretaris", f"/reviews/{story}")
    told = {name: review[name] for name in ("version", "content_sha256")} | {"decision": decision, **more}
    await town.post("sekretaris", f"/reviews/{story}/decisions", told)


async def published(town: TimedTown, story: str) -> bool | None:
    found = await town.get("admin", f"/publications/{story}")
    return any(p["state"] == "published" for p in found["publications"]) or None


async def page(town: TimedTown, service: str) -> Page:
    async with httpx.AsyncClient() as client:
        return read((await client.get(f"{town.house.service_urls[service]}/metrics")).text)


async def rows(town: TimedTown, query: str) -> list[asyncpg.Record]:
    conn = await asyncpg.connect(town.stack.owner_dsn)
    try:
        return await conn.fetch(query)
    finally:
        await conn.close()


def figures(clocks: list[Any]) -> dict[tuple[str, int], tuple[int, int, str, str]]:
    return {
        (c["stage"], int(c["cycle"])): (
            int(c["working_seconds"]), int(c["elapsed_seconds"]), c["outcome"], c["punctuality"],
        )
        for c in clocks
    }  # fmt: skip


async def test_the_ledgers_hold_exactly_the_expected_seconds(measured: Measured) -> None:
    query = " UNION ALL ".join(f"SELECT * FROM {service}.clocks" for service in SERVICES)
    clocks = await rows(measured.town, query)
    assert figures(clocks) == EXPECTED
    assert {c["unit"] for c in clocks} == {"perumahan"}
    assert not any((await dead_letters(measured.town.stack)).values())


async def test_the_total_from_the_activity_to_the_public_is_kept_apart(measured: Measured) -> None:
    (total,) = await rows(measured.town, "SELECT * FROM publisher.totals")
    assert (str(total["story"]), total["working_seconds"], total["elapsed_seconds"]) == (measured.story, *TOTAL)


async def test_the_metrics_say_the_same(measured: Measured) -> None:
    for service, told in measured.pages.items():
        mine = {key: value for key, value in EXPECTED.items() if key[0] == service}
        late = sum(v[3] == "late" for v in mine.values())
        labels = {"stage": service, "lane": "regular", "kind": "regular"}
        assert told("working_seconds_total", **labels) == sum(v[0] for v in mine.values())
        assert told("used_ratio_count", **labels) == len(mine)
        assert told("used_ratio_bucket", **labels, le="1.0") == len(mine) - late
        assert told.sum("closed_total", stage=service, punctuality="late") == late
        assert told("open_items", stage=service, lane="regular") == 0


async def test_before_and_in_its_breach_the_review_was_told_apart(measured: Measured) -> None:
    soon, breach = measured.before_the_breach, measured.in_breach
    assert (soon("due_soon", lane="regular"), soon("breached_open", lane="regular")) == (1, 0)
    assert (breach("due_soon", lane="regular"), breach("breached_open", lane="regular")) == (0, 1)
    assert breach("oldest_open_working_seconds", lane="regular") == 7_201


async def test_the_board_holds_the_ledgers_rows_and_the_total(measured: Measured) -> None:
    clocks = await rows(measured.town, "SELECT * FROM review.board_clocks")
    assert figures(clocks) == EXPECTED
    (total,) = await rows(measured.town, "SELECT * FROM review.board_totals")
    assert (total["working_seconds"], total["elapsed_seconds"]) == TOTAL


async def test_the_csv_has_the_same_seconds_clock_by_clock(measured: Measured) -> None:
    text = await download(measured.town, "/api/v1/compliance/clocks?from=2026-07-06&to=2026-07-07&format=csv")
    assert figures(list(csv.DictReader(text.splitlines()))) == EXPECTED


async def test_the_figures_of_the_api_are_those_of_the_metrics(measured: Measured) -> None:
    told = await measured.town.get("sekretaris", "/compliance?from=2026-06-08&to=2026-07-07")
    for stage in told["stages"]:
        page = measured.pages[stage["stage"]]
        labels = {"stage": stage["stage"], "window": "30d"}
        assert page("compliance_n", **labels) == stage["in_time"] + stage["late"]
        assert page("compliance_ratio", **labels) == pytest.approx(stage["ratio"], abs=1e-6)
        assert page("unit_compliance_n", unit="perumahan", **labels) == stage["in_time"] + stage["late"]
        expected = sum(v[0] for k, v in EXPECTED.items() if k[0] == stage["stage"])
        assert stage["working_seconds"] == expected


async def test_the_public_reads_the_same_of_each_stage(measured: Measured) -> None:
    told = await measured.town.get("sekretaris", "/compliance?from=2026-07-01&to=2026-07-31")
    counts = ("closed", "in_time", "late", "outside_hours")
    expected = {s["stage"]: tuple(s[c] for c in counts) for s in told["stages"]}
    assert sum(closed for closed, *_ in expected.values()) == len(EXPECTED)

    async def public() -> bool | None:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{measured.town.house.public_url}/kepatuhan-sop.csv")
        rows = csv.DictReader(answer.text.splitlines())
        found = {r["stage"]: tuple(int(r[c]) for c in counts) for r in rows if r["month"] == "2026-07"}
        return found == expected or None

    await measured.town.until("the public's figures", public)
    async with httpx.AsyncClient() as client:
        page = (await client.get(f"{measured.town.house.public_url}/kepatuhan-sop")).text
    assert "Juli 2026" in page
    assert "40 rumah" not in page


async def download(town: TimedTown, path: str) -> str:
    answer = await town.people["sekretaris"].client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text
