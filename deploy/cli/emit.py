"""`alurwarta emit`: send a report as another system would, over Kafka, with its files."""

import asyncio
import hashlib
import json
import mimetypes
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.settings import SenderSettings, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiokafka import AIOKafkaConsumer

    from shared.content import RequestedMedia
    from shared.events import IntakeRequested

ACCEPTED = "alurwarta.intake.accepted.v1"
AnyFile = typer.Option(exists=True, dir_okay=False, help="A file to send along; may be repeated")


def emit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The report as JSON (intake.requested)")],
    source: Annotated[str, typer.Option(help="The source's name, as added by `sources add`")],
    media: Annotated[list[Path] | None, AnyFile] = None,
    request_id: Annotated[str, typer.Option(help="The source's own id; the same id is taken once")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the answer; 0: do not wait")] = 30,
) -> None:
    """Send one report from another system and print the answer. Exits 0 if it is accepted, 1 if not, 2 if not sent."""
    settings = settings_of(SenderSettings)
    answer = asyncio.run(_said(_emit(settings, _read(file), source, media or [], request_id, wait)))
    typer.echo(answer)
    if wait and f'"{ACCEPTED}"' not in answer:
        raise typer.Exit(1)


def _read(file: Path) -> "IntakeRequested":
    from pydantic import ValidationError

    from shared.envelope import problems_of
    from shared.events import IntakeRequested

    try:
        return IntakeRequested.model_validate_json(file.read_bytes())
    except ValidationError as e:
        for problem in problems_of(e):
            typer.echo(f"{problem.field}: {problem.message}".removeprefix(": "), err=True)
        raise typer.Exit(2) from None


async def _said(work: Any) -> str:
    """What the work answers; or stop with a sentence where the broker or the object store cannot be reached."""
    from aiokafka.errors import KafkaError
    from minio.error import S3Error

    from shared.media.store import Missing
    from shared.refusal import Transient

    try:
        return str(await work)
    except KafkaError as e:
        typer.echo(f"Kafka (ALURWARTA_KAFKA) does not take it: {type(e).__name__}", err=True)
    except (Transient, Missing, S3Error) as e:
        typer.echo(f"The object store (ALURWARTA_S3_ENDPOINT) does not take the file: {e}", err=True)
    raise typer.Exit(2)


async def _emit(
    settings: SenderSettings, asked: "IntakeRequested", source: str, media: list[Path], request_id: str, wait: float
) -> str:
    from uuid_utils.compat import uuid7

    from shared.topics import Topics

    topics, request_id = Topics(settings.namespace), request_id or str(uuid7())
    async with _outcomes(settings, topics.outcomes_of(source)) as answers:
        if topics.requests_of(source) not in await answers.topics():
            typer.echo(f"There is no source {source}: run `alurwarta sources add {source} --units …` first.", err=True)
            raise typer.Exit(2)
        sent = tuple([await _upload(settings, source, path) for path in media])
        asked = asked.model_copy(update={"media": (*asked.media, *sent)}) if sent else asked
        await _send(settings, topics.requests_of(source), source, request_id, asked)
        typer.echo(f"sent {request_id}")
        return await _answer(answers, request_id, wait) if wait else ""


@asynccontextmanager
async def _outcomes(settings: SenderSettings, topic: str) -> "AsyncGenerator[AIOKafkaConsumer]":
    """All outcomes from the first one on: the answer to a request sent again is an old one."""
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka, auto_offset_reset="earliest")
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _upload(settings: SenderSettings, source: str, path: Path) -> "RequestedMedia":
    from shared.content import RequestedMedia, StoredObject
    from shared.media.store import Buckets, Store

    bucket = Buckets(settings.bucket_prefix).incoming
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    store = Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
    try:
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
            size = content.tell()
            content.seek(0)
            key = f"{source}/{digest}"
            await store.put_file(bucket, key, content, size, content_type)
    finally:
        store.close()
    place = StoredObject(bucket=bucket, key=key, sha256=digest, size=size, content_type=content_type)
    return RequestedMedia(name=path.name, object=place)


async def _send(settings: SenderSettings, topic: str, source: str, request_id: str, event: "IntakeRequested") -> None:
    from shared.envelope import Envelope, headers_of
    from shared.events import type_name
    from shared.relay import producer

    envelope = Envelope(request_id, source, type_name(type(event)), None, datetime.now(UTC), None)
    body = event.model_dump_json(exclude_unset=True).encode()
    sender = producer(settings.kafka)
    await sender.start()
    try:
        await sender.send_and_wait(topic, body, headers=headers_of(envelope))
    finally:
        await sender.stop()


async def _answer(answers: "AIOKafkaConsumer", request_id: str, wait: float) -> str:
    """The first outcome of this request, accepted or refused, with its type."""
    try:
        async with asyncio.timeout(wait):
            async for record in answers:
                if (record.key or b"").decode(errors="replace") == request_id:
                    kind = dict(record.headers).get("ce_type", b"").decode()
                    return json.dumps({"type": kind} | json.loads(record.value or b"{}"))
    except TimeoutError:
        pass
    return f"no answer within {wait:.0f} s: is intake running, and does `alurwarta dead-letter list intake` name it?"
