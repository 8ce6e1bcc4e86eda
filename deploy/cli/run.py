"""What containers run: one service, the gateway, the preparation."""

import asyncio
import importlib
import os
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.settings import OperatorSettings, Service, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.applications import Starlette

CHECKS = "intake-checks"  # the files of Reports, checked by processes of their own
Host = Annotated[str, typer.Option(help="Address to listen on")]


def serve(service: Service, host: Host = "127.0.0.1", port: int = 8000) -> None:
    """Run one service until it is told to stop; it drains before it goes."""
    import uvicorn

    from shared import logs
    from shared.topics import SERVICES

    if service not in (*SERVICES, CHECKS):
        raise typer.BadParameter(f"one of {', '.join((*SERVICES, CHECKS))}", param_hint="SERVICE")
    logs.set_up(service, os.environ.get("ALURWARTA_LOG_LEVEL", "INFO"))
    module = importlib.import_module(f"services.{service.partition('-')[0]}.app")
    create: Callable[[], FastAPI] = module.create_checks if service == CHECKS else module.create_app
    uvicorn.run(
        create(),
        host=host,
        port=port,
        log_config=None,
        timeout_graceful_shutdown=15,
        server_header=False,
        proxy_headers=False,  # shared.caller knows whom to believe
    )


def gateway(
    host: Host = "127.0.0.1",
    staff_port: int = 8080,
    public_port: int = 8081,
    media_port: Annotated[int, typer.Option(help="0: the store is reached directly")] = 8082,
    health_port: Annotated[int, typer.Option(help="0: none")] = 8000,
) -> None:
    """Run the small gateway: the staff's site, the public's and the media, each on its own port."""
    from deploy import gateway as to
    from shared import logs
    from shared.topics import SERVICES

    logs.set_up("gateway")
    addresses = {s: os.environ.get(f"ALURWARTA_{s.upper()}_URL", f"http://{s}:8000") for s in SERVICES}
    apps = [
        (to.gateway(to.staff(addresses), site=_told("STAFF_URL"), proxies=_told("PROXIES")), staff_port),
        (to.gateway(to.public(addresses), site=_told("PUBLIC_URL"), proxies=_told("PROXIES")), public_port),
        (to.gateway(to.media(os.environ.get("ALURWARTA_S3_ENDPOINT", ""))), media_port),
        (to.health(to.staff(addresses)), health_port),
    ]
    asyncio.run(_listen(host, [(app, port) for app, port in apps if port]))


def _told(name: str) -> str:
    return os.environ.get(f"ALURWARTA_{name}", "")


async def _listen(host: str, apps: "list[tuple[Starlette, int]]") -> None:
    import uvicorn

    servers = [
        uvicorn.Server(
            uvicorn.Config(
                app,
                host,
                port,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                date_header=False,  # the services say it themselves
                timeout_graceful_shutdown=10,
            )
        )
        for app, port in apps
    ]
    await asyncio.gather(*(server.serve() for server in servers))


def prepare() -> None:
    """Make roles, schemas, topics and buckets; running it again is safe."""
    from shared import logs

    logs.set_up("prepare")
    asyncio.run(_prepare(settings_of(OperatorSettings)))


async def _prepare(settings: OperatorSettings) -> None:
    from deploy.prepare import prepare_database, prepare_topics
    from shared.media.store import Buckets, Store
    from shared.topics import Topics

    await prepare_database(settings.dsn, settings.passwords())
    await prepare_topics(
        settings.kafka, Topics(settings.namespace), partitions=settings.partitions, replicas=settings.replicas
    )
    store = Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
    await store.prepare(Buckets(settings.bucket_prefix))
