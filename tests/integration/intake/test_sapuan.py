"""The sweep: what was begun and never ended goes, and nothing that anything still needs."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.files import store_uploads
from services.intake.files.originals import QUARANTINE
from services.intake.files.sweep import LOCK, Sweep
from tests.integration.intake.desk import Office
from tests.integration.intake.test_unggahan import PART, about, begin, complete, limit, report_of
from tests.unit.intake.samples import NOON, hours

SIM = "sim-rutilahu"
REALLY = datetime.now(UTC)  # by which the store dates its objects


@pytest.fixture
async def office(desk: Office) -> Office:
    """An office with nothing in its incoming bucket."""
    limit(desk, part=PART)
    store, bucket = desk.vault.store, desk.vault.buckets.incoming
    for key in await store.keys(bucket):
        await store.remove(bucket, key)
    for one in await store.multipart.begun(bucket):
        await store.multipart.abort(bucket, one.key, one.upload)
    return desk


async def keys(desk: Office) -> set[str]:
    return set(await desk.vault.store.keys(desk.vault.buckets.incoming))


async def put(desk: Office, key: str) -> str:
    await desk.vault.store.put(desk.vault.buckets.incoming, key, b"isi", "text/plain")
    return key


async def sweep(desk: Office, at: datetime) -> int:
    desk.at = at
    return await Sweep(desk.desk, desk.vault).once()


async def pdf(desk: Office, who: str = "dewi") -> dict[str, Any]:
    return await desk.upload(who, f"%PDF-1.7 {who}".encode(), "notulen.pdf", "application/pdf")


async def test_an_upload_never_completed_goes_after_a_day(office: Office) -> None:
    begun = [await begin(office, file=about(size)) for size in (900, 2 * PART)]
    await put(office, begun[0]["key"])
    assert await sweep(office, hours(23.9)) == 0
    assert await sweep(office, hours(24)) == 2
    assert await keys(office) == set()
    assert await office.vault.store.multipart.begun(office.vault.buckets.incoming) == []
    assert await office.rows("SELECT FROM uploads") == []
    for given in begun:
        assert (await office.call("dewi", "GET", f"/api/v1/uploads/{given['id']}")).status_code == 404


async def test_what_no_report_uses_goes_after_a_week(office: Office) -> None:
    up = await pdf(office)
    assert await sweep(office, hours(7 * 24 - 1)) == 0
    assert await keys(office) == {up["object"]["key"]}
    assert await sweep(office, hours(7 * 24)) == 1
    assert await keys(office) == set()


async def test_a_file_that_waits_for_its_check_stays_however_long_it_waits(office: Office) -> None:
    up = await pdf(office)
    assert (await report_of(office, {"upload": up["id"], "sha256": up["sha256"]})).status_code == 201
    assert await sweep(office, hours(300 * 24)) == 0
    assert await keys(office) == {up["object"]["key"]}
    await office.owner.execute("UPDATE media SET state = 'accepted'")
    assert await sweep(office, hours(301 * 24)) == 1  # what the check itself did not clear away
    assert await office.rows("SELECT FROM uploads") == []


async def test_what_another_system_sent_stays_as_long_as_its_request_may_lie_in_kafka(office: Office) -> None:
    await office.source()
    up, named = await pdf(office, SIM), await pdf(office, SIM)
    own = await put(office, f"{SIM}/arsip/2026/foto.txt")  # put there in its own way
    await put(office, f"{QUARANTINE}/x")
    facts = {
        "title": "A",
        "text": "B",
        "happened_at": "2026-11-23",
        "media": [{"name": "n.pdf", "object": named["object"]}],
    }
    sent = await office.call(SIM, "POST", "/api/v1/reports", json=facts, headers={"Idempotency-Key": "k"})
    assert sent.status_code == 202
    assert await sweep(office, NOON + timedelta(days=89)) == 0
    later = max(REALLY, NOON) + timedelta(days=91)
    assert await sweep(office, later) == 2
    assert await keys(office) == {named["object"]["key"], f"{QUARANTINE}/x"}
    assert up["object"]["key"] != own
    await office.owner.execute("UPDATE requests SET state = 'refused', body = NULL")
    assert await sweep(office, later + timedelta(days=1)) == 1
    assert await keys(office) == {f"{QUARANTINE}/x"}


async def test_another_systems_parts_go_after_a_day_too(office: Office) -> None:
    await office.source()
    await begin(office, SIM, about(2 * PART))
    small = await begin(office, SIM, about(900))
    assert await sweep(office, hours(25)) == 1
    assert [str(row["id"]) for row in await office.rows("SELECT id FROM uploads")] == [small["id"]]


async def test_what_the_store_has_and_no_row_knows_goes_after_a_day(office: Office) -> None:
    store, bucket = office.vault.store, office.vault.buckets.incoming
    late, _ = await put(office, "_staf/terlambat"), await store.multipart.begin(bucket, "_staf/lain", "video/mp4")
    assert await sweep(office, REALLY + timedelta(hours=23)) == 0
    assert await keys(office) == {late}
    assert await sweep(office, REALLY + timedelta(hours=25)) == 2
    assert await keys(office) == set()
    assert await store.multipart.begun(bucket) == []


async def test_parts_of_an_open_upload_are_not_taken_for_leftovers(office: Office) -> None:
    office.at = REALLY + timedelta(hours=20)
    given = await begin(office, file=about(2 * PART))
    assert await sweep(office, REALLY + timedelta(hours=30)) == 0
    assert (await office.call("dewi", "GET", f"/api/v1/uploads/{given['id']}")).status_code == 200


async def test_while_a_form_uses_an_upload_the_sweep_passes_it_over(office: Office) -> None:
    up = await pdf(office)
    office.at = hours(7 * 24 + 1)
    async with office.desk.db.transaction() as conn:  # the form's, before it has written its media
        assert await store_uploads.hold(conn, [up["id"]], owner="dewi")
        assert await sweep(office, office.at) == 0
        await conn.execute(
            """INSERT INTO reports (id, unit, title, state, cycle, facts, happened_at, received_at, urgency)
               VALUES (gen_random_uuid(), 'perumahan', 'A', 'received', 1, '{}', $1, $1, 'regular')""",
            NOON,
        )
        await conn.execute(
            """INSERT INTO media (id, report, sha256, state, incoming, data, next_at)
               SELECT gen_random_uuid(), id, $1, 'checking', $2, $3, $4 FROM reports""",
            up["sha256"], up["object"]["key"], json.dumps({}), NOON,
        )  # fmt: skip
    assert await sweep(office, office.at) == 0
    assert await keys(office) == {up["object"]["key"]}


async def test_what_the_sweep_has_marked_is_refused_to_a_form_with_a_sentence(office: Office) -> None:
    up = await pdf(office)
    async with office.desk.db.transaction() as conn:
        due = await store_uploads.lock_due(conn, at=hours(8 * 24), limit=9)
        waiting = asyncio.create_task(report_of(office, {"upload": up["id"], "sha256": up["sha256"]}))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await store_uploads.mark(conn, [u.id for u in due], [], at=office.at)
    refused = await waiting
    assert (refused.status_code, refused.json()["title"]) == (422, "upload-incomplete")
    assert (await complete(office, up["id"], sha256=up["sha256"])).status_code == 422
    assert await sweep(office, hours(2)) == 1  # what was marked and not removed is removed later


async def test_forms_and_the_sweep_at_the_same_moment_lose_nothing(office: Office) -> None:
    ups = [await pdf(office) for _ in range(12)]
    office.at = hours(7 * 24 + 1)

    async def attach(up: dict[str, Any]) -> tuple[str, int]:
        answer = await report_of(office, {"upload": up["id"], "sha256": up["sha256"]})
        return up["object"]["key"], answer.status_code

    sweeping = [asyncio.create_task(Sweep(office.desk, office.vault).once()) for _ in range(2)]
    sent = await asyncio.gather(*map(attach, ups))
    await asyncio.gather(*sweeping)
    attached = {key for key, status in sent if status == 201}
    assert {status for _, status in sent} <= {201, 422}
    assert attached <= await keys(office)
    assert {row["incoming"] for row in await office.rows("SELECT incoming FROM media")} == attached


async def test_of_two_processes_one_sweeps(office: Office) -> None:
    given = await begin(office, file=about(900))
    await put(office, given["key"])
    office.at = hours(25)
    sweeping = [asyncio.create_task(Sweep(office.desk, office.vault).run()) for _ in range(2)]
    async with asyncio.timeout(20):
        while await office.rows("SELECT FROM uploads"):
            await asyncio.sleep(0.05)
    held = await office.rows(
        """SELECT granted FROM pg_locks JOIN pg_database d ON d.oid = database
           WHERE locktype = 'advisory' AND objid = $1 AND datname = current_database()""",
        LOCK,
    )
    assert [row["granted"] for row in held] == [True]
    assert await keys(office) == set()
    for task in sweeping:
        task.cancel()
    await asyncio.gather(*sweeping, return_exceptions=True)


async def test_the_sweep_and_the_limit_of_a_day_stay_quick_with_many_rows(office: Office) -> None:
    await office.owner.execute(
        """INSERT INTO uploads (id, owner, key, name, content_type, size, state, created_at, kept_until, unit)
           SELECT gen_random_uuid(), 'dewi', '_staf/' || n, 'a', 'image/jpeg', 1, 'complete', $1,
                  $1::timestamptz + interval '7 days', 'perumahan' FROM generate_series(1, 50000) AS n""",
        NOON,
    )
    await office.owner.execute(
        "INSERT INTO upload_days SELECT 'unit-' || n, date '2026-11-01' + n % 9, 1 FROM generate_series(1, 50000) AS n"
    )
    await office.owner.execute("ANALYZE uploads; ANALYZE upload_days")
    for sql, index in (
        ("SELECT * FROM uploads WHERE kept_until <= now() ORDER BY kept_until LIMIT 500", "uploads_by_end"),
        ("SELECT bytes FROM upload_days WHERE unit = 'unit-7' AND day = '2026-11-08'", "upload_days_pkey"),
    ):
        plan = "\n".join(row[0] for row in await office.rows(f"EXPLAIN {sql}"))
        assert index in plan, plan
    await sweep(office, NOON)
    assert await office.rows("SELECT FROM upload_days WHERE day < '2026-11-16'") == []
