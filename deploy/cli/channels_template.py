"""`alurwarta channels template`: in which words a channel is told of a Story that has none of its own for it."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.cli.channels_accounts import app
from deploy.cli.owner import operator, owner
from deploy.cli.settings import OperatorSettings, settings_of


@app.command()
def template(
    channel: Annotated[str, typer.Argument(help="Its name, as in `alurwarta channels`")],
    file: Annotated[
        typer.FileText | None, typer.Option("--file", help="The office's own from now on; - for standard input")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="The default again")] = False,
) -> None:
    """Show a channel's template and a post by it, or set the office's own. Approved words of a channel come first."""
    from shared.channel_text import LIMITS

    if channel not in LIMITS:
        raise typer.BadParameter(f"one of {', '.join(sorted(LIMITS))}", param_hint="CHANNEL")
    if file is not None and default:
        raise typer.BadParameter("either --file or --default", param_hint="--default")
    settings = settings_of(OperatorSettings)
    if file is not None:
        asyncio.run(_save(settings, channel, _checked(channel, file.read())))
    elif default:
        asyncio.run(_forget(settings, channel))
    typer.echo(_told(channel, asyncio.run(_own(settings, channel))))


def _checked(channel: str, given: str) -> str:
    from services.publisher.channels.known import KNOWN
    from services.publisher.template import problems

    text = given.replace("\r\n", "\n").strip()
    if wrong := problems(channel, text, found_by_link=KNOWN[channel].lookup):
        raise typer.BadParameter("; ".join(wrong), param_hint="--file")
    return text


async def _save(settings: OperatorSettings, channel: str, text: str) -> None:
    from services.publisher import store_templates
    from shared import audit
    from shared.audit import Entry

    by, at = operator(), datetime.now(UTC)
    async with owner(settings, "publisher") as conn, conn.transaction():
        await store_templates.save(conn, channel, text, by=by.account, at=at)
        await audit.append(conn, [Entry("channel.template", channel, by)], at=at)


async def _forget(settings: OperatorSettings, channel: str) -> None:
    from services.publisher import store_templates
    from shared import audit
    from shared.audit import Entry

    async with owner(settings, "publisher") as conn, conn.transaction():
        await store_templates.forget(conn, channel)
        await audit.append(conn, [Entry("channel.template-default", channel, operator())], at=datetime.now(UTC))


async def _own(settings: OperatorSettings, channel: str) -> str | None:
    from services.publisher import store_templates

    async with owner(settings, "publisher") as conn:
        return (await store_templates.every(conn)).get(channel)


def _told(channel: str, own: str | None) -> str:
    from services.publisher.template import DEFAULT, EXAMPLE, PLACES, written
    from shared.channel_text import measure

    text = written(channel, own or DEFAULT, EXAMPLE, picture=True)
    found = measure(channel, text, picture=True)
    places = "\n".join(f"  {f'{{{name}}}':<10} {what}" for name, what in PLACES.items())
    whose = "The office's own template" if own else "The default template"
    return (
        f"{whose} of {channel}:\n{_set_off(own or DEFAULT)}\nPlaces:\n{places}\n"
        f"A line whose places are all empty is left out.\n\n"
        f"An example under a picture, {found.used} of {found.most} {found.unit}:\n{_set_off(text)}"
    )


def _set_off(text: str) -> str:
    return "".join(f"  | {line}".rstrip() + "\n" for line in text.splitlines())
