"""The object store stops for half a minute amid twenty reports with photographs: all complete after it, none twice."""

import asyncio
import hashlib
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from PIL import Image

from deploy.embedded.demo import password
from deploy.embedded.staff import Staff, StepFailed
from shared import accounts
from tests.support.pipeline import dead_letters, history, until_quiet
from tests.support.second_stack import SecondStack, second_stack
from tests.support.stack import Stack, stack
from tests.support.town import town

REPORTS, AT_ONCE, STOP_AFTER, AWAY_SECONDS = 20, 4, 7, 30
PATIENCE = 180


def photograph(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), (number * 12 % 256, 90, 160)).save(out, "JPEG")
    return out.getvalue()


async def again(step: Any, *words: Any) -> Any:
    """As the page's script does: until it goes through."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await step(*words)
        except (StepFailed, httpx.HTTPError) as e:
            if asyncio.get_running_loop().time() > deadline:
                raise
            assert not isinstance(e, StepFailed) or ": 503" in str(e) or "the store" in str(e), e
            await asyncio.sleep(1)


async def send(person: Staff, number: int) -> None:
    """One report with its photograph, each step until it goes through."""
    data = photograph(number)
    digest = hashlib.sha256(data).hexdigest()
    about = {"name": f"foto-{number}.jpg", "content_type": "image/jpeg", "size": len(data)}
    given = await again(person.post, "/api/v1/uploads", about)
    await again(to_store, given, data)
    await again(person.post, f"/api/v1/uploads/{given['id']}/complete", {"sha256": digest})
    happened = datetime.now(UTC) - timedelta(minutes=30)
    form = {
        "title": f"Kegiatan {number}", "text": "Serah terima.", "happened_at": happened.isoformat(),
        "media": [{"upload": given["id"], "sha256": digest}],
    }  # fmt: skip
    key = str(uuid4())

    async def report() -> None:
        answer = await person.client.post(
            "/api/v1/reports", json=form, headers={"X-CSRF-Token": person.csrf, "Idempotency-Key": key}
        )
        Staff._json(answer)

    await again(report)


async def to_store(given: dict[str, Any], data: bytes) -> None:
    async with httpx.AsyncClient(timeout=10) as store:
        sent = await store.post(given["url"], data=given["fields"], files={"file": ("foto.jpg", data, "image/jpeg")})
    if sent.status_code >= 300:
        raise StepFailed(f"the store answers {sent.status_code}")


async def out_for_a_while(real: SecondStack, counter: Counter[str]) -> None:
    """Once a third of the reports is under way, the store goes, and comes back half a minute later."""
    while counter["begun"] < STOP_AFTER:
        await asyncio.sleep(0.05)
    await asyncio.to_thread(real.run, "stop", "minio")
    counter["stopped"] += 1
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(real.run, "start", "minio")


@pytest.mark.timeout(PATIENCE + 180)
async def test_while_the_store_is_away_reports_wait_and_all_complete_once_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, turn, counter = password(), asyncio.Semaphore(AT_ONCE), Counter[str]()
    with second_stack("minio") as real:
        monkeypatch.setenv("TEST_S3_ENDPOINT", real.s3_endpoint)
        async with stack() as servers, town(servers, tmp_path) as running:
            await found(servers, secret)
            person = await Staff.log_in(running.staff_url, "dewi", secret)

            async def one(number: int) -> None:
                async with turn:
                    counter["begun"] += 1
                    await send(person, number)
                    counter["during"] += counter["stopped"]

            await asyncio.gather(out_for_a_while(real, counter), *(one(n) for n in range(REPORTS)))
            await until_checked(servers)
            await until_quiet(servers)
            assert counter["during"] >= REPORTS - STOP_AFTER - AT_ONCE, "the store was not away amid the reports"
            await every_photograph_is_there_once(servers)
            await person.close()


async def found(servers: Stack, secret: str) -> None:
    conn = await asyncpg.connect(servers.owner_dsn, server_settings={"search_path": "intake"})
    await accounts.add(
        conn, "dewi", password=secret, name="Dewi", capacity="Bidang", roles=["bidang"], unit="perumahan"
    )
    await conn.close()


async def until_checked(servers: Stack) -> None:
    conn = await asyncpg.connect(servers.owner_dsn, server_settings={"search_path": "intake"})
    try:
        async with asyncio.timeout(PATIENCE):
            while await conn.fetchval("SELECT count(*) FROM media WHERE state <> 'checking'") < REPORTS:
                await asyncio.sleep(0.2)
    finally:
        await conn.close()


async def every_photograph_is_there_once(servers: Stack) -> None:
    """What the topic, the database and the store say afterwards."""
    told = await history(servers, "reports")
    received, checked = told.of("report.received"), told.of("report.media-checked")
    assert Counter(e.body["title"] for e in received) == Counter({f"Kegiatan {n}": 1 for n in range(REPORTS)})
    assert len(checked) == REPORTS
    assert {e.body["media"]["state"] for e in checked} == {"accepted"}, [e.body["media"]["reason"] for e in checked]
    assert not any((await dead_letters(servers)).values())
    store = servers.store()
    originals = await store.keys(servers.buckets.originals)
    assert sorted(originals) == sorted(hashlib.sha256(photograph(n)).hexdigest() for n in range(REPORTS))
    store.close()
