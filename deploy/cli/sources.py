"""`alurwarta sources`: other systems that may report by themselves."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

app = typer.Typer(no_args_is_help=True, help="Other systems that send intake events.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Short name, e.g. sim-rutilahu; it ends the names of its topics")],
    units: Annotated[str, typer.Option(help="The Bidang it may report for, comma-separated")],
) -> None:
    """Make a source's topics and API key, and print a working example. The key is shown once."""
    settings = settings_of(OperatorSettings)
    given = [unit.strip() for unit in units.split(",") if unit.strip()]
    key = asyncio.run(_add(settings, name, given))
    example = {
        "title": "Judul kegiatan",
        "text": "Apa yang terjadi, siapa, di mana.",
        "happened_at": datetime.now(UTC).date().isoformat(),
        "unit": given[0],
    }
    requests, outcomes = f"{settings.namespace}.intake-requests.{name}", f"{settings.namespace}.intake-outcomes.{name}"
    typer.echo(
        f"""Source {name} may report for {", ".join(given)}.
API key (shown once): {key}

By HTTP:
  curl -X POST {settings.staff_url}/api/v1/reports \\
    -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: contoh-1' -H 'Content-Type: application/json' \\
    -d '{json.dumps(example)}'

By Kafka: topic {requests}, answers on {outcomes}
  echo '{json.dumps(example)}' | kcat -b {settings.kafka or "BROKER"} -P -t {requests} \\
    -H ce_specversion=1.0 -H ce_id=contoh-2 -H ce_source={name} -H ce_type=alurwarta.intake.requested.v1"""
    )


async def _add(settings: OperatorSettings, name: str, units: list[str]) -> str:
    from deploy.prepare import make_topics
    from services.intake import sources
    from shared.refusal import Refused
    from shared.topics import Topics

    topics = Topics(settings.namespace)
    try:
        async with owner(settings, "intake") as conn, conn.transaction():
            key = await sources.add(conn, name, units, now=datetime.now(UTC))
            names = [topics.requests_of(name), topics.outcomes_of(name)]
            await make_topics(settings.kafka, names, partitions=settings.partitions, replicas=settings.replicas)
    except Refused as no:
        typer.echo(no.sentence, err=True)
        raise typer.Exit(1) from None
    return key
