"""`alurwarta media erase`: erase a file for good, everywhere, because the law asks for it (UU PDP)."""

import asyncio
import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.owner import owner
from deploy.cli.settings import OperatorSettings, settings_of

if TYPE_CHECKING:
    from services.intake.files.erasures import Erased


def erase(
    sha256: Annotated[
        str,
        typer.Argument(help="Of the original, as Reports and the audit name it; of a copy, to be told its original"),
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(
            help="Why, e.g. the letter's number. No names or other personal data: it is kept, and sent on in events"
        ),
    ],
    by: Annotated[str, typer.Option(help="Account (admin or operator) who orders it")],
    approved_by: Annotated[
        str,
        typer.Option(
            help="Account (pimpinan) who approves it: another person. Taken on your word: they do nothing here"
        ),
    ],
) -> None:
    """Erase a file in every Report: original, copies, and what is public. Nothing brings it back; again is safe.

    Files made of it, and files that have a copy in common with it, stay and are named.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise typer.BadParameter("64 digits, 0-9 and a-f", param_hint="SHA256")
    done = asyncio.run(_erase(sha256, reason, by, approved_by))
    for line in [*_told(sha256, done), *_staying(done.related, _options(reason, by, approved_by))]:
        typer.echo(line)


async def _erase(sha256: str, reason: str, by: str, approved_by: str) -> "Erased":
    from uuid_utils.compat import uuid7

    from services.intake.files import erasing, erasures, store_erasing
    from shared.media.store import Buckets
    from shared.outbox import Outbox
    from shared.refusal import Refused

    settings = settings_of(OperatorSettings)
    at = datetime.now(UTC)
    async with owner(settings, "intake") as conn, conn.transaction():
        try:
            order = erasing.order(
                sha256,
                reason=reason,
                by=(by, await store_erasing.account(conn, by)),
                approved_by=(approved_by, await store_erasing.account(conn, approved_by)),
                at=at,
            )
            outbox = Outbox("intake", uuid7, lambda: at)
            return await erasures.erase(conn, outbox, Buckets(settings.bucket_prefix), order)
        except Refused as no:
            typer.echo(no.sentence, err=True)
            if isinstance(no, erasing.OnlyACopy):
                typer.echo("Nothing was erased.", err=True)
                for line in _commands(no.originals, _options(reason, by, approved_by)):
                    typer.echo(line, err=True)
            raise typer.Exit(1) from None


def _told(sha256: str, done: "Erased") -> list[str]:
    if done.before is not None:
        rest = "nothing is left to delete." if done.objects == 0 else "intake is still deleting its objects."
        return [f"{sha256} was erased on {done.before.isoformat(timespec='seconds')}; {rest}"]
    return [
        f"{sha256}: erased in {done.reports} Reports ({done.files} files); {done.uploads} uploads ended.",
        f"Still to happen: intake deletes {done.objects} objects; editing and review empty it in their Versions;",
        "publisher takes it off every public page and deletes it from the public bucket.",
        "Texts of events already sent keep its words until the role for them empties these.",
    ]


def _staying(related: Sequence[str], options: str) -> list[str]:
    if not related:
        return []
    return [
        "These files stay, though they were made of it or have a copy in common with it. To erase them too:",
        *_commands(related, options),
    ]


def _commands(hashes: Sequence[str], options: str) -> list[str]:
    return [f"  alurwarta media erase {sha256} {options}" for sha256 in hashes]


def _options(reason: str, by: str, approved_by: str) -> str:
    return f"--reason {shlex.quote(reason)} --by {shlex.quote(by)} --approved-by {shlex.quote(approved_by)}"
