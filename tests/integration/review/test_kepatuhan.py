"""Compliance as other dashboards and staff read it: the same figures as counted by hand, and only for who may."""

import csv
import io
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.review.compliance import readers, sheet, steps, store
from services.review.compliance.figures import Period, Scope
from shared.caller import WrongOnes
from shared.refusal import NotFound, Refused
from shared.sop import STAGES
from tests.integration.review.clocks import at, by_hand, put, seen, split
from tests.integration.review.desk import Office
from tests.unit.review.samples import KEEPER

PATH = "/api/v1/compliance"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
# Tuesday 3 November 2026; the 7th is a Saturday.
MONTH = (
    seen("intake", "02 08:00", "03 10:00"),  # 9 h 30 of 7 h 30: late
    seen("intake", "03 08:00", "03 10:00", unit="pertanahan"),
    seen("editing", "03 08:00", "03 09:00"),
    seen("editing", "03 09:00", "03 12:00", outcome="sent-back"),  # 3 h of 2 h: late
    seen("editing", "07 09:00", "07 10:00"),  # Saturday: outside hours
    seen("review", "03 08:00", "03 08:30"),
    seen("review", "04 08:00", "04 11:00", outcome="returned", unit="pertanahan"),  # late
    seen("review", "05 08:00", "05 08:20", cycle=2, unit="uptd-tak-dikenal"),
    seen("review", "05 08:00", "05 08:20", outcome="revoked"),  # ended by others: not counted
    seen("publisher", "03 08:00", "03 08:10", kind="correction"),  # not counted
    seen("publisher", "03 08:00", "03 08:30", lane="immediate"),  # 30 of 15 minutes: late
    seen("publisher", "03 15:50", None),
    seen("publisher", "03 08:00", "03 09:00", practice=True),
    seen("review", "10 08:00", "10 08:30", outcome="declined"),  # decided at once, and yet no first pass
    split(seen("editing", "10 08:00", "10 09:00")),  # a Report over two Stories is judged on its own clock alone
)


async def read(desk: Office, who: str | None = "bambang", **asked: str) -> dict[str, Any]:
    answer = await desk.call(who, "GET", PATH, params=NOVEMBER | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cells(desk: Office, path: str = PATH, **asked: str) -> list[dict[str, str]]:
    answer = await desk.call("bambang", "GET", path, params=NOVEMBER | {"format": "csv"} | asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_the_figures_of_each_stage_are_those_counted_by_hand(desk: Office) -> None:
    await put(desk, *MONTH)
    clocks = [one.clock for one in MONTH if not one.practice]
    found = {row["stage"]: row for row in (await read(desk))["stages"]}
    assert list(found) == list(STAGES)
    for stage in STAGES:
        expected = by_hand(clocks, stage)
        for name in sheet.FIGURES[5:]:
            assert found[stage][name] == getattr(expected, name), (stage, name)
    assert (found["intake"]["first_pass"], found["intake"]["first_pass_of"]) == (2, 3)
    assert found["review"]["first_pass_rate"] == 0.333333
    assert (found["editing"]["outside_hours"], found["editing"]["closed"]) == (1, 4)
    assert found["publisher"]["late"] == 1


async def test_csv_and_json_tell_the_same(desk: Office) -> None:
    await put(desk, *MONTH)
    told = await read(desk)
    for by, rows in (("stage", told["stages"]), ("day", told["days"]), ("unit", told["units"])):
        lines = await cells(desk, by=by)
        assert len(lines) == len(rows) > 0
        for line, row in zip(lines, rows, strict=True):
            assert (line.pop("from"), line.pop("to")) == ("2026-11-01", "2026-11-30")
            assert line == {name: "" if value is None else str(value) for name, value in row.items()}
    by_accept = await desk.call("bambang", "GET", PATH, params=NOVEMBER, headers={"Accept": "text/csv"})
    assert by_accept.text.splitlines()[0] == ",".join(sheet.FIGURES)


async def test_the_parts_of_a_stage_add_up_to_the_whole(desk: Office) -> None:
    await put(desk, *MONTH)
    told = await read(desk)
    for row in told["stages"]:
        for parts in (told["days"], told["units"], told["offices"]):
            of = [p for p in parts if p["stage"] == row["stage"]]
            assert sum(p["closed"] for p in of) == row["closed"]
            assert sum(p["working_seconds"] for p in of) == row["working_seconds"]
    units = {row["unit"] for row in told["units"]}
    assert units == {"perumahan", "pertanahan", "lain"}


async def test_a_clock_counts_on_the_offices_date_of_its_closing(desk: Office) -> None:
    await put(desk, seen("review", "03 15:00", "03 15:30", lane="immediate"), seen("review", "30 23:00", "30 23:30"))
    assert (await read(desk, **{"from": "2026-11-30"}))["stages"][2]["closed"] == 1
    assert (await read(desk, to="2026-11-29"))["stages"][2]["closed"] == 1
    assert [row["day"] for row in (await read(desk))["days"]] == ["2026-11-03", "2026-11-30"]
    await put(desk, seen("publisher", "01 00:00", "01 00:00"))  # the midnight belongs to the day that it begins
    assert (await read(desk))["stages"][3]["closed"] == 1
    assert (await read(desk, **{"from": "2026-10-01", "to": "2026-10-31"}))["stages"][3]["closed"] == 0


async def test_a_unit_or_a_stage_is_asked_for_alone(desk: Office) -> None:
    await put(desk, *MONTH)
    assert [row["closed"] for row in (await read(desk, unit="pertanahan"))["stages"]] == [1, 0, 1, 0]
    assert [row["closed"] for row in (await read(desk, unit="lain"))["stages"]] == [0, 0, 1, 0]
    alone = await read(desk, stage="intake")
    assert [(row["stage"], row["first_pass_of"]) for row in alone["stages"]] == [("intake", 3)]
    assert {row["stage"] for row in alone["days"] + alone["units"]} == {"intake"}


async def test_returns_and_the_total_to_the_public_are_told(desk: Office) -> None:
    story, day = MONTH[5].key, at("03 10:00")
    sql = """INSERT INTO review.board_returns (stage, item, cycle, n, outcome, code, unit, at)
             VALUES ('review', $1, $2, $3, 'returned', $4, 'perumahan', $5)"""
    reasons = (("foto-kurang-jelas", 1, 0), ("lain", 1, 1), ("foto-kurang-jelas", 2, 0))
    for code, cycle, n in reasons:
        await desk.owner.execute(sql, story, cycle, n, code, day)
    await desk.owner.execute(
        "INSERT INTO review.board_totals VALUES ($1, 'perumahan', $2, $3, 7200, 90000, 'v')", story, at("02 08:00"), day
    )
    told = await read(desk)
    assert [(r["code"], r["count"]) for r in told["returns"]] == [("foto-kurang-jelas", 2), ("lain", 1)]
    assert told["returns"][0]["words"] == "Foto kurang jelas atau kurang sesuai"
    assert (told["total"]["stories"], told["total"]["median_working_seconds"]) == (1, 7200)
    assert (await read(desk, unit="pertanahan"))["total"]["stories"] == 0


moments = st.integers(min_value=0, max_value=26 * 24 * 60).map(
    lambda n: f"{n // 1440 + 1:02} {n % 1440 // 60:02}:{n % 60:02}"
)
anything = st.tuples(
    st.sampled_from(STAGES), moments, moments,
    st.sampled_from(["completed", "returned", "sent-back", "declined", "abandoned"]),
    st.sampled_from(["perumahan", "gabungan", None]), st.sampled_from(["regular", "immediate"]), st.integers(1, 2),
)  # fmt: skip


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_the_database_counts_as_one_counts_by_hand(desk: Office, data: st.DataObject) -> None:
    drawn: list[Any] = data.draw(st.lists(anything, max_size=25))
    those = [
        seen(stage, min(a, b), max(a, b), outcome=outcome, unit=unit, lane=lane, cycle=cycle)
        for stage, a, b, outcome, unit, lane, cycle in drawn
    ]
    await desk.owner.execute("TRUNCATE review.board_clocks, review.board_items")
    await put(desk, *those)
    scope = Scope(Period.month("2026-11"))
    async with desk.desk.db.connection() as conn:
        found = await steps.figures(conn, KEEPER, scope)
    for line in found.stages:
        expected, got = by_hand([one.clock for one in those], line.stage), line.figures
        assert got.closed == got.in_time + got.late + got.outside_hours
        for name in sheet.FIGURES[5:]:
            assert getattr(got, name) == getattr(expected, name), (line.stage, name)
        if got.median_working_seconds is not None:
            assert got.median_working_seconds <= (got.p90_working_seconds or 0) <= (got.worst_working_seconds or 0)


async def test_each_counted_clock_is_a_line_in_the_order_of_closing(desk: Office) -> None:
    await put(desk, *MONTH)
    lines = await cells(desk, f"{PATH}/clocks")
    counted = [one.clock for one in MONTH if one.clock.counted and not one.practice]
    assert tuple(lines[0]) == sheet.CLOCKS
    assert {line["item"] for line in lines} == {clock.item for clock in counted}
    assert [line["closed_at"] for line in lines] == sorted(line["closed_at"] for line in lines)
    line = next(line for line in lines if line["item"] == MONTH[0].clock.item)
    assert (line["opened_at"], line["working_seconds"], line["punctuality"], line["outside_hours"]) == (
        "2026-11-02T08:00:00+07:00", "34200", "late", "false",
    )  # fmt: skip


async def test_json_pages_are_the_whole_without_a_clock_lost_or_told_twice(desk: Office) -> None:
    same = [seen("review", "10 08:00", "10 09:00") for _ in range(5)]
    await put(desk, *MONTH, *same)
    told: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await desk.call("wati", "GET", f"{PATH}/clocks", params=NOVEMBER | {"limit": "2"} | after)).json()
        told += [clock["item"] for clock in page["clocks"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    lines = await cells(desk, f"{PATH}/clocks")
    assert told == [line["item"] for line in lines]
    assert len(set(told)) == len(told) == 16


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from": "kemarin"}, "Tanggal (from)"), ({"to": "2026-10-01"}, "mendahului"),
        ({"from": "2020-01-01"}, "terlalu panjang"), ({"unit": "tak-ada"}, "tidak dikenal"),
        ({"stage": "rapat"}, "tidak dikenal"), ({"format": "xml"}, "json atau csv"), ({"by": "jam"}, "stage, day"),
    ],
)  # fmt: skip
async def test_a_question_that_cannot_be_read_is_answered_with_what_is_wrong(
    desk: Office, asked: dict[str, str], said: str
) -> None:
    answer = await desk.call("bambang", "GET", PATH, params=NOVEMBER | asked)
    assert (answer.status_code, answer.json()["title"]) == (422, "bad-query")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("after", ["x", "bm8=", "WzEsMiwzLDRd", "WyIyMDI2LTExLTAxIiwiYSIsImIiLDFd"])
async def test_a_place_that_is_none_of_ours_is_refused(desk: Office, after: str) -> None:
    answer = await desk.call("bambang", "GET", f"{PATH}/clocks", params=NOVEMBER | {"after": after})
    assert (answer.status_code, answer.json()["title"]) == (422, "bad-query")


async def test_a_bidang_sees_its_own_figures_alone(desk: Office) -> None:
    await put(desk, *MONTH)
    own = await read(desk, "agus")
    assert (own["unit"], [row["closed"] for row in own["stages"]]) == ("pertanahan", [1, 0, 1, 0])
    for path in (PATH, f"{PATH}/clocks"):
        assert (await desk.call("agus", "GET", path, params=NOVEMBER | {"unit": "perumahan"})).status_code == 403
        assert (await desk.call("magang", "GET", path, params=NOVEMBER)).status_code == 403
        assert (await desk.call(None, "GET", path, params=NOVEMBER)).status_code == 401
    page = await desk.call("agus", "GET", f"{PATH}/clocks", params=NOVEMBER)
    assert {clock["unit"] for clock in page.json()["clocks"]} == {"pertanahan"}


async def test_another_dashboard_reads_by_its_key_until_it_is_disabled(desk: Office) -> None:
    await put(desk, *MONTH)
    now = datetime.now(UTC)
    async with as_owner(desk) as conn:
        key = await readers.add(conn, "metabase", now=now)
    by_key = {"Authorization": f"Bearer {key}"}
    answer = await desk.call(None, "GET", PATH, params=NOVEMBER, headers=by_key)
    assert answer.json()["stages"] == (await read(desk))["stages"]
    (row,) = await desk.rows("SELECT key_sha256, last_used_at FROM review.readers")
    assert key.encode() not in row["key_sha256"]
    assert row["last_used_at"] == desk.at
    posted = await desk.call(None, "POST", f"{PATH}/clocks/review/x/1/keterangan", json={"note": "x"}, headers=by_key)
    assert posted.status_code == 401
    async with as_owner(desk) as conn:
        await readers.disable(conn, "metabase", now=now)
    for wrong in (f"Bearer {key}", "Bearer ar_lain", "Basic eDp5"):
        answer = await desk.call(None, "GET", PATH, params=NOVEMBER, headers={"Authorization": wrong})
        assert answer.status_code == 401


async def test_an_address_with_many_wrong_readers_keys_is_not_listened_to(desk: Office) -> None:
    desk.app.state.wrong_keys = WrongOnes("3 per minute")
    wrong = {"Authorization": "Bearer ar_lain"}
    seen = [(await desk.call(None, "GET", PATH, params=NOVEMBER, headers=wrong)).status_code for _ in range(4)]
    assert seen == [401, 401, 401, 429]
    assert (await read(desk))["stages"]


async def test_a_reader_is_not_rotated_so_that_a_key_ends_unseen(desk: Office) -> None:
    async with as_owner(desk) as conn:
        await readers.add(conn, "metabase", now=desk.at)
        await readers.rotate(conn, "metabase", overlap=timedelta(days=7), now=desk.at)
        with pytest.raises(Refused, match="masih berlaku"):
            await readers.rotate(conn, "metabase", overlap=timedelta(days=7), now=desk.at)
        await readers.rotate(conn, "metabase", overlap=timedelta(), now=desk.at)
        await readers.disable(conn, "metabase", now=desk.at)
        with pytest.raises(Refused, match="dinonaktifkan"):
            await readers.rotate(conn, "metabase", overlap=timedelta(), now=desk.at)


async def test_a_readers_key_ends_and_is_rotated_without_a_pause(desk: Office) -> None:
    def status(key: str) -> Awaitable[httpx.Response]:
        return desk.call(None, "GET", PATH, params=NOVEMBER, headers={"Authorization": f"Bearer {key}"})

    async with as_owner(desk) as conn:
        old = await readers.add(conn, "metabase", now=desk.at, expires_at=desk.at + timedelta(days=365))
        new = await readers.rotate(
            conn, "metabase", overlap=timedelta(days=7), now=desk.at, expires_at=desk.at + timedelta(days=30)
        )
        with pytest.raises(NotFound):
            await readers.rotate(conn, "looker", overlap=timedelta(), now=desk.at)
    assert [(await status(key)).status_code for key in (old, new)] == [200, 200]
    desk.at += timedelta(days=8)
    assert [(await status(key)).status_code for key in (old, new)] == [401, 200]
    desk.at += timedelta(days=30)
    assert (await status(new)).status_code == 401
    told = await desk.rows("SELECT action FROM review.audit WHERE item = 'metabase' ORDER BY id")
    assert [row["action"] for row in told] == ["reader.added", "reader.key-rotated"]


@asynccontextmanager
async def as_owner(desk: Office) -> AsyncGenerator["asyncpg.Connection[asyncpg.Record]"]:
    """As the operator's commands connect."""
    conn = await asyncpg.connect(desk.stack.owner_dsn, server_settings={"search_path": "review"})
    try:
        yield conn
    finally:
        await conn.close()


async def test_the_api_describes_what_another_dashboard_may_read(desk: Office) -> None:
    document = (await desk.call(None, "GET", f"{PATH}/openapi.json")).json()
    assert set(document["paths"]) == {PATH, f"{PATH}/clocks"}
    asked = {p["name"] for p in document["paths"][PATH]["get"]["parameters"]}
    assert asked == {"from", "to", "unit", "stage", "format", "by"}
    fields = document["components"]["schemas"]["FigureRow"]["properties"]
    assert ["from", "to", *fields] == list(sheet.FIGURES)
    clock = document["components"]["schemas"]["ClockRow"]["properties"]
    assert tuple(clock) == sheet.CLOCKS


async def say(desk: Office, who: str, clock: Any, note: str) -> Any:
    path = f"{PATH}/clocks/{clock.stage}/{clock.item}/{clock.cycle}/keterangan"
    return await desk.call(who, "POST", path, json={"note": note})


async def test_a_keterangan_says_why_and_alters_nothing(desk: Office) -> None:
    await put(desk, *MONTH)
    late, before = MONTH[0].clock, await read(desk)
    for note in ("=Listrik padam", "=Listrik padam", "Genset rusak"):
        assert (await say(desk, "tono", late, note)).status_code == 201
    told = (await say(desk, "bambang", late, "Disetujui")).json()
    assert [(k["note"], k["name"], k["capacity"]) for k in told["keterangan"]] == [
        ("=Listrik padam", "Tono", "Admin Publikasi"), ("Genset rusak", "Tono", "Admin Publikasi"),
        ("Disetujui", "Bambang Prasetyo", "Sekretaris"),
    ]  # fmt: skip
    assert (told["punctuality"], await read(desk)) == ("late", before)
    (line,) = [line for line in await cells(desk, f"{PATH}/clocks") if line["item"] == late.item]
    assert "Genset rusak" in line["keterangan"]
    audited = await desk.rows("SELECT actor, action, item FROM review.audit ORDER BY id")
    assert [r["actor"] for r in audited] == ["tono", "tono", "bambang"]
    assert {r["action"] for r in audited} == {"keterangan.added"}
    async with desk.desk.db.connection() as conn:
        for sql in ("UPDATE keterangan SET note = 'x'", "DELETE FROM keterangan"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(sql)


@pytest.mark.parametrize(
    ("who", "which", "note", "status", "title"),
    [
        ("wati", 0, "x", 403, "forbidden"), ("agus", 0, "x", 422, "not-yours"), ("dewi", 0, "x", 201, None),
        ("dewi", 3, "x", 422, "not-yours"), ("tono", 1, "x", 422, "not-late"), ("tono", 0, " ", 422, "nothing-said"),
        ("tono", 11, "x", 404, "not-found"), ("tono", 12, "x", 404, "not-found"),
    ],
)  # fmt: skip
async def test_who_may_say_why_and_of_what(
    desk: Office, who: str, which: int, note: str, status: int, title: str | None
) -> None:
    await put(desk, *MONTH)
    answer = await say(desk, who, MONTH[which].clock, note)
    assert (answer.status_code, answer.json().get("title")) == (status, title), answer.text


async def test_a_month_is_found_by_the_index_however_much_lies_before_it(desk: Office) -> None:
    await desk.owner.execute(
        """INSERT INTO review.board_clocks (stage, item, cycle, lane, kind, opened_at, due_at, target_seconds,
               sop_version, calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds)
           SELECT 'review', n::text, 1, 'regular', 'regular', t, t, 7200, '1', 'v', t, 'completed', 'in_time', 60, 60
           FROM (SELECT n, timestamptz '2026-11-30' - n * interval '1 hour' AS t FROM generate_series(1, 30000) n) x"""
    )
    await desk.owner.execute("ANALYZE review.board_clocks")
    of_month = store.scoped(Scope(Period.month("2026-11")), sop=KEEPER.sop, zone=KEEPER.calendar.zone)
    async with desk.desk.db.connection() as conn:
        rows = await conn.fetch(f"EXPLAIN {store.LINES}", *of_month, KEEPER.calendar.zone.key)
    plan = "\n".join(row[0] for row in rows)
    assert "board_clocks_closed" in plan
    assert "Seq Scan on board_clocks" not in plan
