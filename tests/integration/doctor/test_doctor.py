"""`alurwarta doctor` on real servers: all is well where all is, and each thing that is not is told with what to do."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from shared.topics import SERVICES
from tests.support.stack import Stack, stack

DEPLOY = Path(__file__).parents[3] / "deploy"
KEY = "0123456789abcdef" * 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncGenerator[Stack]:
    async with stack() as made:
        yield made


async def doctor(made: Stack, service: str, **changed: str) -> dict[str, Any]:
    """What it says of one service, whose environment has these variables changed; by check."""
    told: Mapping[str, str] = made.environment(service)
    files = {"ALURWARTA_SOP_FILE": str(DEPLOY / "sop.toml"), "ALURWARTA_CALENDAR_FILE": str(DEPLOY / "calendar.toml")}
    environment = {**os.environ, **files, **told, **changed}
    command = [sys.executable, "-m", "deploy.cli.main", "doctor", service, "--json"]
    done = await asyncio.to_thread(
        subprocess.run, command, env=environment, capture_output=True, text=True, check=False, cwd=DEPLOY.parent
    )
    assert done.stdout, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == (1 if said["wrong"] else 0)
    return {f["check"]: f for f in said["findings"]}


async def test_where_all_is_well_nothing_is_wrong_for_any_service(house: Stack) -> None:
    for service in SERVICES:
        found = await doctor(house, service)
        bad = {check: f["told"] for check, f in found.items() if f["state"] == "wrong"}
        assert bad == {}
        assert {"settings", "database", "schema", "topics", "buckets", "write and read"} <= found.keys()
        assert found["others' schemas"]["state"] == "well"


async def test_a_service_that_does_not_run_is_told_with_what_to_look_at(house: Stack) -> None:
    found = await doctor(house, "review")
    assert found["service"]["state"] == "look"
    assert "docker compose ps review" in found["service"]["do"]


async def test_a_placeholder_is_no_secret(house: Stack) -> None:
    found = await doctor(house, "publisher", ALURWARTA_CHANNEL_KEY="changeme")
    assert found.keys() == {"settings"}
    assert "ALURWARTA_CHANNEL_KEY" in found["settings"]["told"]
    assert "changeme" not in found["settings"]["told"]


async def test_what_does_not_answer_is_told_and_the_rest_is_looked_at_all_the_same(house: Stack) -> None:
    found = await doctor(
        house,
        "editing",
        ALURWARTA_POSTGRES_DSN="postgresql://x:y@127.0.0.1:9/x",
        ALURWARTA_S3_ENDPOINT="http://127.0.0.1:9",
        ALURWARTA_KAFKA="127.0.0.1:9",
    )
    assert {found[check]["state"] for check in ("database", "object store", "kafka")} == {"wrong"}
    assert "docker compose ps postgres" in found["database"]["do"]
    assert found["SOP"]["state"] == "well"


async def test_wrong_keys_of_the_store_are_told_as_that(house: Stack) -> None:
    found = await doctor(house, "intake", ALURWARTA_S3_SECRET_KEY=KEY)
    assert found["buckets"]["state"] == "wrong"
    assert "ALURWARTA_S3_SECRET_KEY" in found["buckets"]["do"]


async def test_a_migration_that_did_not_run_and_a_right_too_many_are_told(house: Stack) -> None:
    owner = await asyncpg.connect(house.owner_dsn)
    try:
        gone = await owner.fetchval(
            "DELETE FROM review.migrations WHERE name = (SELECT max(name) FROM review.migrations) RETURNING name"
        )
        await owner.execute('GRANT USAGE ON SCHEMA editing TO "alurwarta_review"')
        await owner.execute('GRANT SELECT ON editing.stories TO "alurwarta_review"')
        found = await doctor(house, "review")
        await owner.execute("INSERT INTO review.migrations (name) VALUES ($1)", gone)
        await owner.execute('REVOKE SELECT ON editing.stories FROM "alurwarta_review"')
        await owner.execute('REVOKE USAGE ON SCHEMA editing FROM "alurwarta_review"')
    finally:
        await owner.close()
    assert gone in found["schema"]["told"]
    assert "editing.stories" in found["others' schemas"]["told"]


async def test_a_missing_topic_and_a_dead_letter_are_told(house: Stack) -> None:
    lost, dead = house.topics.full("decisions"), house.topics.dead_letters_of("publisher")
    producer = AIOKafkaProducer(bootstrap_servers=house.kafka)
    await producer.start()
    await producer.send_and_wait(dead, b"{}")
    await producer.stop()
    admin = AIOKafkaAdminClient(bootstrap_servers=house.kafka)
    await admin.start()
    await admin.delete_topics([lost])
    await admin.close()
    found = await doctor(house, "publisher")
    assert lost in found["topics"]["told"]
    assert found["dead letters"]["told"].startswith("1 lie in")


async def test_a_broken_calendar_is_told_with_its_line(house: Stack, tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text("version = 3\n")
    found = await doctor(house, "intake", ALURWARTA_CALENDAR_FILE=str(file))
    assert found["calendar"]["state"] == "wrong"
    assert str(file) in found["calendar"]["told"]
