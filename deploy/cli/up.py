"""`alurwarta up`: everything on this machine, to try it, with nothing but Python."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.embedded.house import House

WARNING = "Untuk mencoba saja: tidak menyimpan apa pun setelah berhenti dan tidak menjaga apa pun."


def up(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Take the sample reports through the SOP")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop after that; exit 0 if every page was readable")] = False,
    staff_port: int = 8080,
    public_port: int = 8081,
) -> None:
    """Run the embedded default: PostgreSQL, a mock Kafka, an object store and the four services. For trying only."""
    import structlog

    # A person watches: progress, not log lines.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="alurwarta-") as directory:
        raise typer.Exit(asyncio.run(_up(Path(directory), demo, once, staff_port, public_port)))


async def _up(directory: Path, demo: bool, once: bool, staff_port: int, public_port: int) -> int:
    from deploy.embedded.demo import add_accounts, password
    from deploy.embedded.house import house

    typer.echo(f"Alurwarta. {WARNING}")
    async with house(directory, staff_port=staff_port, public_port=public_port, say=typer.echo) as running:
        secret = password()
        people = await add_accounts(running, secret)
        code = await _demo(running, secret) if demo else 0
        if once:
            return code
        typer.echo(f"\nStaf:   {running.staff_url}\nPublik: {running.public_url}\nLog:    {running.logs}")
        typer.echo(f"Akun contoh (kata sandi semuanya: {secret}):")
        for account, capacity in people.items():
            typer.echo(f"  {account:<24} {capacity}")
        if not os.environ.get("ALURWARTA_SECOND_FACTOR"):
            typer.echo("Faktor kedua tidak diwajibkan di sini; pada pemakaian sungguhan wajib bagi Admin dan pimpinan.")
        typer.echo("Hentikan dengan Ctrl-C.")
        await _until_told()
    return code


async def _demo(running: "House", secret: str) -> int:
    from deploy.embedded.demo import walk_all

    walks = await walk_all(running, secret, typer.echo)
    told = {
        "published": sum(w.readable for w in walks),
        "in_time": sum(w.in_time for w in walks),
        "late": sum(not w.in_time for w in walks),
        "urls": [w.url for w in walks],
    }
    typer.echo(f"\n{json.dumps(told)}")
    return 0 if told["published"] == len(walks) else 1


async def _until_told() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(sign, stopped.set)
    await stopped.wait()
