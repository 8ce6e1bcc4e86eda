"""`alurwarta board`: the leaders' board, made again from the events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, TopicPartition

    from services.review.board.rebuild import Count

app = typer.Typer(no_args_is_help=True, help="Every item with its clocks of all four stages, from the events.")
BEYOND = (
    "What the topics no longer hold is not among these: send it again with `alurwarta outbox replay`, then rebuild."
)
SURE = "Forget the board and make it again from the topics alone?"


@app.callback()
def board() -> None:
    """Commands on the board."""


@app.command("rebuild")
def rebuild(
    *,
    from_empty: Annotated[bool, typer.Option("--from-empty", help="Forget all of it first")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Read the four topics from their beginning and apply them again. The service may run meanwhile."""
    settings = settings_of(OperatorSettings)
    if from_empty and not yes:
        typer.confirm(SURE, abort=True)
    from aiokafka.errors import KafkaError

    try:
        done = asyncio.run(_rebuild(settings, from_empty=from_empty))
    except KafkaError as error:
        typer.echo(f"Kafka ({settings.kafka}) does not answer: {type(error).__name__}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{done.read} events read, {done.applied} applied, {done.left_out} left out. {BEYOND}")


async def _rebuild(settings: OperatorSettings, *, from_empty: bool) -> "Count":
    from services.review.board import rebuild
    from shared.kafka import records_of
    from shared.office_files import accepted_last
    from shared.topics import OWNED, Topics

    topics, done = Topics(settings.namespace), rebuild.Count()
    async with owner(settings, "review") as conn:
        keeper = await accepted_last(conn)
        if keeper is None:
            typer.echo("The review service never started on this database: nothing can be measured yet.", err=True)
            raise typer.Exit(1)
        forget = from_empty
        async for records in _read(settings.kafka, [topics.full(topic) for topic in OWNED]):
            if forget:  # only now that the topics are seen to answer with something
                await rebuild.empty(conn)
                forget = False
            done.add(await rebuild.again(conn, keeper, records_of(records, topics)))
    return done


async def _read(servers: str, names: Sequence[str]) -> AsyncGenerator[list[Any]]:
    """All records that the topics hold by now, in no group: nobody's offsets move."""
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        parts = await _partitions(consumer, names)
        ends = await consumer.end_offsets(parts)
        left = {part for part, end in (await consumer.beginning_offsets(parts)).items() if end < ends[part]}
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        while left:
            for found in (await consumer.getmany(timeout_ms=1000, max_records=500)).values():
                yield found
            left = {part for part in left if await consumer.position(part) < ends[part]}
    finally:
        await consumer.stop()


async def _partitions(consumer: "AIOKafkaConsumer", names: Sequence[str]) -> "list[TopicPartition]":
    from aiokafka import TopicPartition

    await consumer._client.set_topics(names)  # pyright: ignore  (its own public way needs a group or a subscription)
    return [TopicPartition(name, n) for name in names for n in consumer.partitions_for_topic(name) or ()]
