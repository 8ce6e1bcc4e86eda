"""`alurwarta sources`: other systems that may report by themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from deploy.cli.keys import LIFETIME_DAYS, Days, over, run
from deploy.cli.owner import operator, owner
from deploy.cli.settings import OperatorSettings, settings_of
from shared.topics import Topics

app = typer.Typer(no_args_is_help=True, help="Other systems that send intake events.")
Name = Annotated[str, typer.Argument(help="Short name, e.g. sim-rutilahu; it ends the names of its topics")]


EXAMPLES = """Send a report by HTTP:
  curl -sS {site}/api/v1/reports \\
    -H 'Authorization: Bearer {key}' -H 'Idempotency-Key: contoh-1' \\
    -H 'Content-Type: application/json' -d '{report}'

Ask what became of it:
  curl -sS {site}/api/v1/requests/contoh-1 -H 'Authorization: Bearer {key}'

Send a report by Kafka:
  echo '{report}' | \\
    kcat -b {broker} -P -t {requests} \\
    -H ce_specversion=1.0 -H ce_id=contoh-2 -H ce_source={name} -H ce_type=alurwarta.intake.requested.v1

Read what became of all reports:
  kcat -b {broker} -C -e -q -t {outcomes} -o beginning -f '%k %h\\n%s\\n\\n'

For the examples of docs/integrating.md:
  export SITE={site} SOURCE={name} KEY={key}
  export BROKER={broker} REQUESTS={requests} OUTCOMES={outcomes}"""


@app.command("add")
def add(
    name: Name,
    units: Annotated[str, typer.Option(help="The Bidang it may report for, comma-separated")],
    days: Days = LIFETIME_DAYS,
) -> None:
    """Make a source's topics and API key, and print a working example. The key is shown once."""
    settings = settings_of(OperatorSettings)
    if not settings.kafka:
        typer.echo("ALURWARTA_KAFKA: is needed to make the topics", err=True)
        raise typer.Exit(2)
    given = [unit.strip() for unit in units.split(",") if unit.strip()]
    key = run(_add(settings, name, given, over(days)))
    typer.echo(f"Source {name} may report for {', '.join(given)}.\nAPI key (shown once): {key}\n")
    typer.echo(_examples(settings, name, key, given[0]))


@app.command("list")
def list_() -> None:
    """List the sources: the Bidang they report for, until when their keys are good, and when one was last used."""
    for row in run(_list(settings_of(OperatorSettings))):
        typer.echo(f"{row['name']:<30}  {', '.join(row['units']):<30}  {_key_words(row)}")


@app.command("rotate")
def rotate(
    name: Name,
    overlap_days: Annotated[int, typer.Option(min=0, help="For how many days the keys until now are good yet")] = 7,
    days: Days = LIFETIME_DAYS,
) -> None:
    """Make another key for a source; the one until now stays good for a while, so that nothing stands still."""
    key = run(_rotate(settings_of(OperatorSettings), name, timedelta(days=overlap_days), over(days)))
    typer.echo(f"API key (shown once): {key}\nThe keys until now are good for {overlap_days} days yet.")


@app.command("disable")
def disable(name: Name) -> None:
    """Refuse what a source sends from now on."""
    run(_disable(settings_of(OperatorSettings), name))
    typer.echo(f"{name} is disabled: what it sends is refused.")


def _examples(settings: OperatorSettings, name: str, key: str, unit: str) -> str:
    topics = Topics(settings.namespace)
    report = {
        "title": "Judul kegiatan",
        "text": "Apa yang terjadi, siapa, di mana.",
        "happened_at": datetime.now(UTC).date().isoformat(),
        "unit": unit,
    }
    return EXAMPLES.format(
        site=settings.staff_url,
        name=name,
        key=key,
        report=json.dumps(report),
        broker=settings.kafka,
        requests=topics.requests_of(name),
        outcomes=topics.outcomes_of(name),
    )


def _key_words(row: dict[str, Any]) -> str:
    if row["disabled"] or not row["keys"]:
        return "disabled" if row["disabled"] else "no key is good: rotate it"
    until = row["expires_at"].date().isoformat() if row["expires_at"] else "rotated"
    used = row["last_used_at"].isoformat(timespec="minutes") if row["last_used_at"] else "never"
    return f"{row['keys']} key{'s' if row['keys'] > 1 else ''}, good until {until}, last used {used}"


async def _add(settings: OperatorSettings, name: str, units: list[str], expires_at: datetime | None) -> str:
    from deploy.prepare import make_topics
    from services.intake import sources

    topics = Topics(settings.namespace)
    async with owner(settings, "intake") as conn, conn.transaction():
        key = await sources.add(conn, name, units, now=datetime.now(UTC), expires_at=expires_at, by=operator())
        names = [topics.requests_of(name), topics.outcomes_of(name)]
        await make_topics(settings.kafka, names, partitions=settings.partitions, replicas=settings.replicas)
    return key


async def _list(settings: OperatorSettings) -> list[dict[str, Any]]:
    from services.intake import sources

    async with owner(settings, "intake") as conn:
        return await sources.list_all(conn, now=datetime.now(UTC))


async def _rotate(settings: OperatorSettings, name: str, overlap: timedelta, expires_at: datetime | None) -> str:
    from services.intake import sources

    async with owner(settings, "intake") as conn, conn.transaction():
        return await sources.rotate(
            conn, name, overlap=overlap, now=datetime.now(UTC), expires_at=expires_at, by=operator()
        )


async def _disable(settings: OperatorSettings, name: str) -> None:
    from services.intake import sources

    async with owner(settings, "intake") as conn, conn.transaction():
        await sources.disable(conn, name, now=datetime.now(UTC), by=operator())
