"""`alurwarta emit`: send a report as another system would, over Kafka, with its files."""

import asyncio
import hashlib
import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from shared.events import IntakeRequested


def emit(
    file: Annotated[Path, typer.Argument(help="The report as JSON (see docs/contracts: intake.requested)")],
    source: Annotated[str, typer.Option(help="The source's name, as added by `sources add`")],
    media: Annotated[list[Path] | None, typer.Option(help="A file to send along; may be repeated")] = None,
    request_id: Annotated[str, typer.Option(help="The source's own id; the same id is taken once")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the answer; 0: do not wait")] = 30,
) -> None:
    """Send one report from another system, and print the answer from its outcomes topic."""
    asyncio.run(_emit(settings_of(OperatorSettings), file, source, media or [], request_id, wait))


async def _emit(
    settings: OperatorSettings, file: Path, source: str, media: list[Path], request_id: str, wait: float
) -> None:
    from aiokafka import AIOKafkaConsumer
    from pydantic import ValidationError
    from uuid_utils.compat import uuid7

    from shared.envelope import problems_of
    from shared.events import IntakeRequested
    from shared.topics import Topics

    topics, request_id = Topics(settings.namespace), request_id or str(uuid7())
    data: dict[str, Any] = json.loads(file.read_text())
    data["media"] = data.get("media", []) + [await _upload(settings, source, path) for path in media]
    try:
        event = IntakeRequested.model_validate_json(json.dumps(data))
    except ValidationError as e:
        for problem in problems_of(e):
            typer.echo(f"{problem.field}: {problem.message}", err=True)
        raise typer.Exit(2) from None
    answers = AIOKafkaConsumer(
        topics.outcomes_of(source), bootstrap_servers=settings.kafka, auto_offset_reset="earliest"
    )
    await answers.start()
    try:
        await _send(settings, topics.requests_of(source), source, request_id, event)
        typer.echo(f"sent {request_id}")
        if wait:
            typer.echo(await _answer(answers, request_id, wait))
    finally:
        await answers.stop()


async def _upload(settings: OperatorSettings, source: str, path: Path) -> dict[str, Any]:
    from shared.media import Buckets, Store

    content, bucket = path.read_bytes(), Buckets(settings.bucket_prefix).incoming
    digest = hashlib.sha256(content).hexdigest()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    key = f"{source}/{digest}/{path.name}"
    store = Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
    await store.put(bucket, key, content, content_type)
    store.close()
    place = {"bucket": bucket, "key": key, "sha256": digest, "size": len(content), "content_type": content_type}
    return {"name": path.name, "object": place}


async def _send(settings: OperatorSettings, topic: str, source: str, request_id: str, event: "IntakeRequested") -> None:
    from datetime import UTC, datetime

    from shared.envelope import Envelope, headers_of
    from shared.events import type_name
    from shared.relay import producer

    envelope = Envelope(request_id, source, type_name(type(event)), None, datetime.now(UTC), None)
    sender = producer(settings.kafka)
    await sender.start()
    try:
        await sender.send_and_wait(topic, event.model_dump_json().encode(), headers=headers_of(envelope))
    finally:
        await sender.stop()


async def _answer(answers: Any, request_id: str, wait: float) -> str:
    """The first outcome of this request: accepted or refused."""
    try:
        async with asyncio.timeout(wait):
            async for record in answers:
                if (record.key or b"").decode() == request_id:
                    return str(record.value.decode())
    except TimeoutError:
        pass
    return f"no answer within {wait:.0f} s: ask GET /api/v1/requests/{request_id}"
