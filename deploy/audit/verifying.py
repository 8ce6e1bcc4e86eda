"""All four chains walked, each against what the three other services were told of it."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from shared import audit_anchors, audit_verify
from shared.audit_verify import Anchor, Checked
from shared.topics import SERVICES

if TYPE_CHECKING:
    import asyncpg

    Reach = Callable[[str], AbstractAsyncContextManager["asyncpg.Connection[asyncpg.Record]"]]


async def walk(reach: "Reach", services: Sequence[str] = SERVICES) -> AsyncGenerator[Checked]:
    """Check one service after the other; `reach` gives the owner's connection to a schema."""
    for service in services:
        anchors = await _anchors_of(reach, service)  # before the chain, which is never behind what it told
        async with reach(service) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            yield await audit_verify.check(conn, service, anchors)


async def _anchors_of(reach: "Reach", service: str) -> list[Anchor]:
    found: list[Anchor] = []
    for holder in SERVICES:
        if holder != service:
            async with reach(holder) as conn:
                found += await audit_anchors.held(conn, service, holder=holder)
    return found


def told(checked: Checked) -> str:
    """One line for a terminal."""
    state = f"{len(checked.findings)} findings" if checked.findings else "whole"
    return f"{checked.service}: {checked.rows} rows sealed, {state}; {_anchor_words(checked)}"


def _anchor_words(checked: Checked) -> str:
    last = checked.last_anchor
    if last is None:
        return "no other service was told of it yet"
    at = last.at.isoformat(timespec="seconds")
    return f"last anchor: seal {last.sealed} on {at}, held by {', '.join(_holders(checked, last))}"


def _holders(checked: Checked, last: Anchor) -> list[str]:
    return [a.holder for a in checked.anchors if a.sealed == last.sealed]


def as_json(checked: Checked) -> dict[str, Any]:
    """The same for other programs; the keys are in docs/audit.md."""
    last = checked.last_anchor
    return {
        "service": checked.service,
        "sealed": checked.rows,
        "newest_seal": checked.newest,
        "whole": not checked.findings,
        "findings": list(checked.findings),
        "last_anchor": last
        and {
            "seal": last.sealed,
            "hash": last.hash,
            "at": last.at.isoformat(),
            "held_by": _holders(checked, last),
        },
    }
