"""The board after a journey through the four services: their ledgers in one place, and made again from the topics."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.cli.board import _rebuild
from deploy.cli.settings import OperatorSettings
from deploy.embedded.demo import Walk, add_accounts, password, walk_all
from deploy.embedded.house import House
from deploy.embedded.staff import Staff
from services.review.board.rebuild import TABLES
from shared.topics import SERVICES
from tests.support.pipeline import until_quiet
from tests.support.stack import Stack, stack
from tests.support.town import town

LEDGER = (
    "stage, item, cycle, lane, kind, report, story, unit, opened_at, due_at, target_seconds, sop_version, "
    "calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds"
)
Journey = tuple[Stack, House, list[Walk], str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def journey(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Journey]:
    directory: Path = tmp_path_factory.mktemp("journey")
    async with stack() as servers, town(servers, directory) as running:
        secret = password()
        await add_accounts(running, secret)
        walks = await walk_all(running, secret, lambda _: None)
        admin = await Staff.log_in(running.staff_url, "admin", secret)
        await leave_some_open(admin, running, secret)
        await until_quiet(servers)
        yield servers, running, walks, secret


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def leave_some_open(admin: Staff, running: House, secret: str) -> None:
    """One Report lies before the Admin, and one is back with its Bidang."""
    bidang = await Staff.log_in(running.staff_url, "bidang.perumahan", secret)
    told = {"text": "Kegiatan.", "happened_at": "2026-01-05T09:00+07:00"}
    await bidang.post("/api/v1/reports", {"title": "Menunggu", **told})
    asked = str((await bidang.post("/api/v1/reports", {"title": "Kembali", **told}))["report"])
    while asked not in {r["report"] for r in (await admin.get("/api/v1/inbox"))["reports"]}:
        await asyncio.sleep(0.2)
    await admin.post(
        f"/api/v1/inbox/{asked}/send-back", {"reasons": [{"code": "foto-kurang", "note": "Mana fotonya?"}]}
    )
    await bidang.close()


def in_order(rows: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    return sorted((dict(r) for r in rows), key=lambda r: [str(value) for value in r.values()])


async def ledgers(made: Stack) -> list[dict[str, Any]]:
    conn = await asyncpg.connect(made.owner_dsn)
    try:
        union = " UNION ALL ".join(f"SELECT {LEDGER} FROM {service}.clocks" for service in SERVICES)
        return in_order(await conn.fetch(union))
    finally:
        await conn.close()


async def board(made: Stack, what: str = LEDGER, table: str = "board_clocks") -> list[dict[str, Any]]:
    conn = await asyncpg.connect(made.owner_dsn)
    try:
        return in_order(await conn.fetch(f"SELECT {what} FROM review.{table}"))
    finally:
        await conn.close()


async def until_equal(made: Stack) -> None:
    """The board follows the events; what it must become is what the ledgers hold."""
    for _ in range(100):
        if await board(made) == await ledgers(made):
            return
        await asyncio.sleep(0.2)
    assert await board(made) == await ledgers(made)


async def test_the_board_is_the_union_of_the_four_ledgers(journey: Journey) -> None:
    made, _, walks, _ = journey
    await until_equal(made)
    rows = await board(made)
    assert len(rows) == 4 * len(walks) + 5
    assert {r["stage"] for r in rows if r["closed_at"] is None} == {"intake", "editing"}


async def test_it_is_made_again_from_the_topics_while_the_services_run(journey: Journey) -> None:
    made, _, walks, _ = journey
    await until_equal(made)
    before = [await board(made, "*", table) for table in TABLES]
    settings = OperatorSettings(kafka=made.kafka, admin_dsn=made.owner_dsn, namespace=made.topics.namespace)  # pyright: ignore
    again = await _rebuild(settings, from_empty=False)
    assert [await board(made, "*", table) for table in TABLES] == before
    anew = await _rebuild(settings, from_empty=True)
    assert [await board(made, "*", table) for table in TABLES] == before
    assert (again.read, again.applied) == (anew.read, anew.applied)
    assert anew.applied >= 5 * len(walks)


async def test_each_item_s_own_page_leads_to_its_timeline(journey: Journey) -> None:
    _, running, walks, secret = journey
    story, report = walks[0].story, walks[0].report
    admin = await Staff.log_in(running.staff_url, "admin", secret)
    pages = {f"/bahan/{report}": report, f"/meja/bahan/{report}": report, f"/meja/berita/{story}": story,
             f"/saring/{story}": story, f"/terbit/{story}": story}  # fmt: skip
    for path, item in pages.items():
        page = await admin.client.get(path, headers={"Accept": "text/html"})
        assert f'href="/perjalanan/{item}"' in page.text, path
        assert "/aset/perjalanan.js" in page.text
        piece = await admin.client.get(f"/perjalanan/{item}?bagian=1", headers={"Accept": "text/html"})
        assert "Penyaringan" in piece.text
        assert "<html" not in piece.text
    told = await admin.get(f"/api/v1/timeline/{story}")
    assert [s["stage"] for s in told["steps"]] == list(SERVICES)
    assert told["totals"]
    await admin.close()
