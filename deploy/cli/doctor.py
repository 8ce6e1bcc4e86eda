"""`alurwarta doctor`: each dependency, right and clock from inside one service's view, and what to do."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.settings import Service

if TYPE_CHECKING:
    from deploy.doctor import Finding

SIGNS = {"well": "ok   ", "look": "look ", "wrong": "WRONG"}


def doctor(
    service: Service,
    address: Annotated[str, typer.Option(help="Where the service itself listens")] = "http://127.0.0.1:8000",
    as_json: Annotated[bool, typer.Option("--json", help="One line for a program")] = False,
) -> None:
    """Look at all that one service needs, as it sees it: `docker compose exec intake alurwarta doctor intake`."""
    from shared.topics import SERVICES

    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="SERVICE")
    found = asyncio.run(_found(service, address))
    bad = sum(f.state == "wrong" for f in found)
    if as_json:
        typer.echo(json.dumps({"service": service, "wrong": bad, "findings": [asdict(f) for f in found]}))
    else:
        for finding in found:
            typer.echo(f"{SIGNS[finding.state]} {finding.check}: {finding.told}")
            if finding.do:
                typer.echo(f"      -> {finding.do}")
        typer.echo(
            f"{service}: {len(found)} looked at, {bad} wrong, {sum(f.state == 'look' for f in found)} to look at."
        )
    raise typer.Exit(1 if bad else 0)


async def _found(service: str, address: str) -> "list[Finding]":
    from deploy.doctor import broker, database, house, objects
    from shared.media.store import Buckets, Store
    from shared.topics import Topics

    settings = house.settings_of(service)
    if isinstance(settings, list):
        return settings
    buckets = Buckets(settings.bucket_prefix)
    own = {"intake": buckets.incoming, "editing": buckets.renditions, "review": buckets.renditions}.get(
        service, buckets.public
    )
    store = Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
    try:
        looks = (
            house.looked_at(settings, service, address),
            database.looked_at(settings.postgres_dsn.get_secret_value(), service),
            broker.looked_at(settings.kafka, Topics(settings.namespace), service),
            objects.looked_at(store, buckets, own),
        )
        return [finding for looking in looks async for finding in looking]
    finally:
        store.close()
