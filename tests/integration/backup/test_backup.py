"""Back-ups on real servers: an installation lost whole comes back row by row and object by object, or says why not."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from deploy import backup
from tests.integration.publisher.office import Office, office
from tests.support.stack import HOUSE, Stack, stack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Installed:
    """An installation at work, and an empty one of the same office beside it."""

    full: Stack
    desk: Office
    empty: Stack

    async def run(self, *words: str, into: Stack | None = None) -> subprocess.CompletedProcess[str]:
        """`alurwarta backup …` as an operator runs it; into the database of the empty one where that is named."""
        told = self.full.environment("publisher")
        if into is not None:
            told |= {"ALURWARTA_ADMIN_DSN": into.owner_dsn}
        command = [sys.executable, "-m", "deploy.cli.main", "backup", *words]
        return await asyncio.to_thread(
            subprocess.run, command, env={**os.environ, **told}, capture_output=True, text=True, check=False, cwd=HOUSE
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installed() -> AsyncGenerator[Installed]:
    async with stack(kafka=False) as full, stack(kafka=False, media=False) as empty, office(full) as desk:
        for number in range(3):
            await desk.publish(await desk.approve(f"Berita {number}", data=f"gambar {number}".encode()))
        yield Installed(full, desk, empty)


async def test_what_was_lost_whole_comes_back_compared_and_its_events_are_said_again(
    installed: Installed, tmp_path: Path
) -> None:
    made = await installed.run("make", str(tmp_path))
    assert made.returncode == 0, made.stderr
    assert re.search(r"6 objects, .* rows, in ", made.stdout), made.stdout
    assert (await installed.run("verify", str(tmp_path))).returncode == 0
    store, buckets = installed.full.store(), installed.full.buckets
    lying = {bucket: sorted(await store.keys(bucket)) for bucket in buckets.all()}
    for bucket, keys in lying.items():
        for key in keys:
            await store.remove(bucket, key)
    done = await installed.run("restore", str(tmp_path), into=installed.empty)
    assert done.returncode == 0, done.stderr
    assert "each compared" in done.stdout
    assert {bucket: sorted(await store.keys(bucket)) for bucket in buckets.all()} == lying
    stat = await store.stat(buckets.public, lying[buckets.public][0])
    assert (stat.content_type, "immutable" in stat.cache_control) == ("image/jpeg", True)
    store.close()
    owner = await asyncpg.connect(installed.empty.owner_dsn)
    rows = await owner.fetch("SELECT sent_at FROM publisher.outbox")
    await owner.close()
    assert rows
    assert all(row["sent_at"] is None for row in rows)
    service = await asyncpg.connect(installed.empty.dsn("publisher"))
    assert await service.fetchval("SELECT count(*) FROM publisher.stories") == 3
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.fetchval("SELECT count(*) FROM review.outbox")
    await service.close()


async def test_a_second_back_up_copies_only_what_is_new(installed: Installed, tmp_path: Path) -> None:
    await installed.run("make", str(tmp_path))
    before = {path.name for path in (tmp_path / backup.POOL).glob("??/*")}
    await installed.desk.publish(await installed.desk.approve("Berita lagi", data=b"gambar baru"))
    await asyncio.sleep(1.1)  # each has the second in its name
    await installed.run("make", str(tmp_path))
    after = {path.name for path in (tmp_path / backup.POOL).glob("??/*")}
    assert len(after - before) == 1
    first, second = backup.whole(tmp_path)
    assert backup.manifest_of(second).rows > backup.manifest_of(first).rows
    listed = (await installed.run("list", str(tmp_path))).stdout.splitlines()
    assert [line.split()[0] for line in listed] == [first.name, second.name]
    assert "1 back-ups and 0 objects" in (await installed.run("prune", str(tmp_path), "--keep", "1")).stdout
    assert backup.whole(tmp_path) == [second]


async def test_nothing_goes_over_an_installation_that_holds_anything(installed: Installed, tmp_path: Path) -> None:
    await installed.run("make", str(tmp_path))
    no = await installed.run("restore", str(tmp_path))
    assert no.returncode == 1
    assert "empty installation only" in no.stderr
    assert await installed.desk.rows("SELECT 1 FROM publisher.stories LIMIT 1")


async def test_a_back_up_that_is_not_as_it_was_is_refused_by_name(installed: Installed, tmp_path: Path) -> None:
    await installed.run("make", str(tmp_path))
    (made,) = backup.whole(tmp_path)
    kept = next(backup.objects_of(made))
    path = backup.pooled(tmp_path, kept.sha256)
    path.chmod(0o600)
    path.write_bytes(b"rusak")
    no = await installed.run("verify", str(tmp_path))
    assert (no.returncode, f"{kept.bucket}/{kept.key}" in no.stderr) == (1, True)
    (made / backup.DUMP).write_bytes(b"rusak")
    no = await installed.run("restore", str(tmp_path), into=installed.empty)
    assert (no.returncode, "not what was backed up" in no.stderr) == (1, True)


async def test_one_that_did_not_come_to_its_end_is_no_back_up(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "2026-01-01T000000Z").mkdir()
    no = await installed.run("restore", str(tmp_path), into=installed.empty)
    assert (no.returncode, "holds no whole back-up" in no.stderr) == (1, True)
