"""What containers run: one service, the gateway, the preparation, the health check."""

import asyncio
import importlib
import os
from typing import Annotated

import typer

from deploy.cli.settings import OperatorSettings, Service, settings_of

Host = Annotated[str, typer.Option(help="Address to listen on")]


def serve(service: Service, host: Host = "127.0.0.1", port: int = 8000) -> None:
    """Run one service until it is told to stop; it drains before it goes."""
    import uvicorn

    from shared import logs
    from shared.topics import SERVICES

    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}", param_hint="SERVICE")
    logs.set_up(service, os.environ.get("ALURWARTA_LOG_LEVEL", "INFO"))
    module = importlib.import_module(f"services.{service}.app")
    uvicorn.run(
        module.create_app(), host=host, port=port, log_config=None, timeout_graceful_shutdown=15, server_header=False
    )


def gateway(
    host: Host = "127.0.0.1",
    staff_port: int = 8080,
    public_port: int = 8081,
    services: Annotated[str, typer.Option(help="intake=URL,editing=URL,review=URL,publisher=URL")] = "",
) -> None:
    """Run the small gateway: the staff's site on one port, the public's on another."""
    from shared import logs
    from shared.topics import SERVICES

    logs.set_up("gateway")
    given = dict(part.split("=", 1) for part in services.split(",") if "=" in part)
    addresses = {s: given.get(s, f"http://{s}:8000") for s in SERVICES}
    asyncio.run(_gateways(host, staff_port, public_port, addresses))


async def _gateways(host: str, staff_port: int, public_port: int, addresses: dict[str, str]) -> None:
    import uvicorn

    from deploy import gateway as gateways

    def server(app: object, port: int) -> uvicorn.Server:
        return uvicorn.Server(uvicorn.Config(app, host, port, log_config=None, server_header=False))  # pyright: ignore

    staff = server(gateways.gateway(gateways.staff_service, addresses), staff_port)
    public = server(gateways.gateway(gateways.public_service, addresses), public_port)
    await asyncio.gather(staff.serve(), public.serve())


def prepare() -> None:
    """Make roles, schemas, topics and buckets; running it again is safe."""
    from shared import logs

    logs.set_up("prepare")
    asyncio.run(_prepare(settings_of(OperatorSettings)))


async def _prepare(settings: OperatorSettings) -> None:
    from deploy.prepare import prepare_database, prepare_topics
    from shared.media import Buckets, Store
    from shared.topics import Topics

    await prepare_database(settings.dsn, settings.passwords())
    await prepare_topics(
        settings.kafka, Topics(settings.namespace), partitions=settings.partitions, replicas=settings.replicas
    )
    store = Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
    await store.prepare(Buckets(settings.bucket_prefix))


def health(url: Annotated[str, typer.Option()] = "http://127.0.0.1:8000/health/ready") -> None:
    """Ask a service whether it works; exits 1 and says why where it does not."""
    import httpx

    try:
        answer = httpx.get(url, timeout=4)
    except httpx.HTTPError as e:
        typer.echo(f"{url}: {type(e).__name__}", err=True)
        raise typer.Exit(1) from None
    if answer.status_code != 200:
        typer.echo(answer.text, err=True)
        raise typer.Exit(1)
