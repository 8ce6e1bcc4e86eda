"""`alurwarta backup`: all of an installation in a folder, and from there into an empty one."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from shared.media.store import Store

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="All of an installation in a folder, and from there into an empty one.")
Folder = Annotated[Path, typer.Argument(help="Where the back-ups lie, best on another machine's disk")]


@app.command("make")
def make(folder: Folder) -> None:
    """Back up database and objects while all goes on; objects that an earlier back-up has are not copied again."""
    _done(_make(folder))


@app.command("restore")
def restore(folder: Folder) -> None:
    """Bring the last back-up (or the one whose folder is given) into an empty installation, and compare."""
    _done(_restore(folder))


@app.command("verify")
def verify(folder: Folder) -> None:
    """Read a back-up whole, and tell whether each byte is as it was."""
    _done(_verify(folder))


@app.command("list")
def list_(folder: Folder) -> None:
    """What back-ups there are, the oldest first."""
    from deploy import backup

    for found in backup.whole(folder):
        said = backup.manifest_of(found)
        typer.echo(f"{found.name}  {said.objects} objects, {said.bytes / 1e6:.1f} MB, {said.rows} rows")


@app.command("prune")
def prune(
    folder: Folder, keep: Annotated[int, typer.Option(min=1, help="How many to keep, the last ones")] = 30
) -> None:
    """Remove old back-ups, and the bytes that none of the others needs."""
    from deploy.backup.pruning import pruned

    gone, freed = pruned(folder, keep)
    typer.echo(f"{gone} back-ups and {freed} objects removed.")


def _done(work: Awaitable[str]) -> None:
    from deploy.backup import NotDone

    async def run() -> str:
        return await work

    try:
        typer.echo(asyncio.run(run()))
    except NotDone as no:
        typer.echo(str(no), err=True)
        raise typer.Exit(1) from None


async def _make(folder: Path) -> str:
    from deploy import backup
    from deploy.backup import database, objects
    from shared.media.store import Buckets, hash_of_file

    settings, began = settings_of(OperatorSettings), time.monotonic()
    at = datetime.now(UTC)
    known = [kept for found in backup.whole(folder)[-1:] for kept in backup.objects_of(found)]
    made = backup.begun(folder, at)
    async with database.snapshot(settings.dsn) as (conn, name):
        tables, ran = await database.tables(conn), await database.migrations(conn)
        await database.dump(settings.dsn, made / backup.DUMP, name)
    # After the database: whatever its rows show was in the store before they did.
    store = _store(settings)
    try:
        count, size = await objects.keep(store, Buckets(settings.bucket_prefix), folder, made, known)
    finally:
        store.close()
    dumped = await asyncio.to_thread(hash_of_file, made / backup.DUMP)
    took = round(time.monotonic() - began, 1)
    manifest = backup.Manifest(at.isoformat(), took, dumped, count, size, tables, ran)
    backup.write_manifest(made, manifest)
    return f"{made}: {count} objects, {size / 1e6:.1f} MB, {manifest.rows} rows, in {took} s"


async def _restore(folder: Path) -> str:
    from deploy import backup
    from deploy.backup import database, objects
    from shared.media.store import Buckets, hash_of_file
    from shared.outbox import mark_for_replay
    from shared.topics import SERVICES

    settings, chosen = settings_of(OperatorSettings), backup.chosen(folder)
    manifest = backup.manifest_of(chosen)
    if await asyncio.to_thread(hash_of_file, chosen / backup.DUMP) != manifest.dump_sha256:
        raise backup.NotDone(f"{chosen / backup.DUMP} is not what was backed up: take another back-up.")
    await database.restore(settings.dsn, chosen / backup.DUMP)
    store = _store(settings)
    try:
        kept = list(backup.objects_of(chosen))
        await objects.put_back(store, Buckets(settings.bucket_prefix), chosen.parent, kept)
        wrong = await objects.differences(store, kept)
    finally:
        store.close()
    async with database.snapshot(settings.dsn) as (conn, _):
        now = await database.tables(conn)
    wrong += [f"table {name} is not as it was" for name, was in manifest.tables.items() if now.get(name) != was]
    if wrong:
        raise backup.NotDone("Restored, and not the same: " + "; ".join(wrong[:20]))
    said = 0
    for service in SERVICES:
        async with owner(settings, service) as conn:
            said += await mark_for_replay(conn, datetime.min.replace(tzinfo=UTC))
    return (
        f"{chosen.name} is back: {len(kept)} objects and {manifest.rows} rows, each compared; {said} events will be"
        " said again on an empty Kafka. Run `alurwarta prepare`, then start the services."
    )


async def _verify(folder: Path) -> str:
    from deploy import backup
    from shared.media.store import hash_of_file

    chosen = backup.chosen(folder)
    manifest = backup.manifest_of(chosen)
    bad = [] if hash_of_file(chosen / backup.DUMP) == manifest.dump_sha256 else [backup.DUMP]
    seen: set[str] = set()
    for kept in backup.objects_of(chosen):
        if kept.sha256 not in seen:
            seen.add(kept.sha256)
            path = backup.pooled(chosen.parent, kept.sha256)
            if not path.is_file() or hash_of_file(path) != kept.sha256:
                bad.append(f"{kept.bucket}/{kept.key}")
    if bad:
        raise backup.NotDone(f"{chosen.name} is not whole: {', '.join(bad[:20])}")
    return f"{chosen.name} is whole: {manifest.objects} objects, and the database as it was dumped."


def _store(settings: OperatorSettings) -> "Store":
    from shared.media.store import Store

    return Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )
