"""The embedded servers are the real protocols for the clients that the services use, and leave nothing behind."""

import asyncio
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from minio import Minio
from minio.datatypes import PostPolicy

from deploy.embedded.servers import ServerFailed, Servers, start

_START_AND_WAIT = """
import json, sys, time
from pathlib import Path
from deploy.embedded.servers import start
with start(Path(sys.argv[1])) as servers:
    print(json.dumps([servers.postgres_dsn, "//" + servers.kafka, servers.s3_endpoint]), flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with start(tmp_path_factory.mktemp("embedded")) as running:
        yield running


@pytest.fixture(scope="module")
def store(servers: Servers) -> Minio:
    address = urlsplit(servers.s3_endpoint)
    return Minio(address.netloc, access_key=servers.s3_access_key, secret_key=servers.s3_secret_key, secure=False)


@pytest.mark.asyncio
async def test_asyncpg_makes_a_schema_and_a_table_and_reads_back_what_it_wrote(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.postgres_dsn)
    try:
        await connection.execute("CREATE SCHEMA intake; CREATE TABLE intake.reports (id uuid PRIMARY KEY, title text)")
        made = "INSERT INTO intake.reports VALUES (uuidv7(), $1) RETURNING title"
        assert await connection.fetchval(made, "Perbaikan rumah") == "Perbaikan rumah"
    finally:
        await connection.close()


@pytest.mark.asyncio
async def test_postgresql_refuses_a_wrong_password(servers: Servers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.postgres_dsn, password="wrong")


@pytest.mark.asyncio
async def test_postgresql_notifies_a_listener(servers: Servers) -> None:
    listener = await asyncpg.connect(servers.postgres_dsn)
    speaker = await asyncpg.connect(servers.postgres_dsn)
    try:
        heard: asyncio.Queue[object] = asyncio.Queue()

        def hear(_connection: object, _process: int, _channel: str, payload: object) -> None:
            heard.put_nowait(payload)

        await listener.add_listener("outbox", hear)
        await speaker.execute("NOTIFY outbox, 'intake'")
        assert await asyncio.wait_for(heard.get(), 5) == "intake"
    finally:
        await speaker.close()
        await listener.close()


@pytest.mark.asyncio
async def test_an_idempotent_producer_and_a_consumer_group_pass_events_in_order(servers: Servers) -> None:
    topic, sent = "alurwarta.reports", [f"{n}".encode() for n in range(200)]
    producer: Any = AIOKafkaProducer(bootstrap_servers=servers.kafka, enable_idempotence=True)
    async with producer:
        for body in sent:
            await producer.send_and_wait(topic, body, key=b"item-1", headers=[("ce_type", b"report.received")])
    consumer: Any = AIOKafkaConsumer(
        topic,
        bootstrap_servers=servers.kafka,
        group_id="editing",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    async with consumer:
        records = [await asyncio.wait_for(anext(consumer), 20) for _ in sent]
        await consumer.commit()
    assert [record.value for record in records] == sent
    assert {(record.key, record.headers) for record in records} == {(b"item-1", (("ce_type", b"report.received"),))}


def test_the_minio_client_makes_a_bucket_and_reads_back_an_object(store: Minio) -> None:
    store.make_bucket("originals")
    store.put_object("originals", "a/b.txt", io.BytesIO(b"warta"), 5, content_type="text/plain")
    found = store.stat_object("originals", "a/b.txt")
    with store.get_object("originals", "a/b.txt") as answer:
        assert (found.size, found.content_type, answer.data) == (5, "text/plain", b"warta")


def test_a_browser_uploads_with_a_presigned_post(store: Minio, servers: Servers) -> None:
    store.make_bucket("incoming")
    policy = PostPolicy("incoming", datetime.now(UTC) + timedelta(minutes=5))
    policy.add_equals_condition("key", "foto.jpg")
    policy.add_content_length_range_condition(1, 1_000_000)
    form = {**store.presigned_post_policy(policy), "key": "foto.jpg"}
    answer = httpx.post(f"{servers.s3_endpoint}/incoming", data=form, files={"file": ("foto.jpg", b"\xff\xd8\xff")})
    assert answer.status_code in (200, 204)
    assert store.stat_object("incoming", "foto.jpg").size == 3


def test_a_page_from_another_origin_may_upload(servers: Servers) -> None:
    asked = {"Origin": "http://127.0.0.1:8000", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{servers.s3_endpoint}/incoming", headers=asked)
    assert answer.headers["access-control-allow-origin"] in ("*", asked["Origin"])


def test_stopping_leaves_no_file_and_no_open_port(tmp_path: Path) -> None:
    with start(tmp_path / "run") as servers:
        ports = [_port(servers.postgres_dsn), _port(f"//{servers.kafka}"), _port(servers.s3_endpoint)]
        assert all(_listens(port) for port in ports)
    assert not any(_listens(port) for port in ports)
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_parent_leaves_no_file_and_no_open_port(tmp_path: Path, death: signal.Signals) -> None:
    temporary = Path(tempfile.mkdtemp())
    temporary.chmod(0o711)  # where root keeps PostgreSQL's files, for the user who runs it
    command = [sys.executable, "-c", _START_AND_WAIT, str(tmp_path / "run")]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        ports = [_port(url) for url in json.loads(parent.stdout.readline())]
        assert all(_listens(port) for port in ports)
        parent.send_signal(death)
    assert _within(10, lambda: not any(_listens(port) for port in ports))
    assert _within(10, lambda: not [*(tmp_path / "run").iterdir(), *temporary.iterdir()])
    temporary.rmdir()


def test_a_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "confluent_kafka.py").write_text("raise ImportError('confluent-kafka is broken here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(ServerFailed, match=r"kafka_mock ended before it was ready(?s:.*)broken here"),
        start(tmp_path / "run"),
    ):
        pass
    assert not list((tmp_path / "run").iterdir())


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
