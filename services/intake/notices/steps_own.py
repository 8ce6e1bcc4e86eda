"""The steps of a person on how they are told: lock, take the rule's word, save, audit. Codes go out by the queue."""

import secrets
from collections.abc import Collection, Iterable

from services.intake.notices import own, store_dispatches, store_own
from services.intake.notices.rules import Channel
from services.intake.notices.store_own import Choice
from shared import audit
from shared.accounts import Person
from shared.audit import Entry
from shared.desk import Desk


async def choose(desk: Desk, person: Person, *, ticked: Iterable[str], whatsapp: str) -> None:
    chosen = Choice(frozenset(own.wants(ticked)), own.whatsapp(whatsapp))
    async with desk.db.transaction() as conn:
        await store_own.save_choice(conn, person.account, chosen)


async def set_address(desk: Desk, person: Person, channel: str, typed: str, *, ours: Collection[Channel]) -> None:
    """Take an address and send a code to it; an empty one is forgotten."""
    which, now = own.channel_of(channel, ours), desk.now()
    async with desk.db.transaction() as conn:
        await store_own.lock_account(conn, person.account)
        if typed.strip():
            code = f"{secrets.randbelow(1_000_000):06}"
            asked = own.address(person.account, which, typed, code=code, at=now)
            sent = await store_dispatches.codes_since(conn, person.account, now - own.A_DAY)
            own.expect_patience(sent, at=now)
            await store_own.save_address(conn, asked)
            await store_dispatches.add_code(conn, desk.new_id(), person.account, which, at=now)
        else:
            await store_own.forget(conn, person.account, which)
        await audit.append(conn, [Entry("notice-address.set", person.account, person.official)], at=now)


async def confirm(desk: Desk, person: Person, channel: str, typed: str, *, ours: Collection[Channel]) -> None:
    """Prove an address by its code. Raises Refused, after a wrong code was counted."""
    which, now = own.channel_of(channel, ours), desk.now()
    async with desk.db.transaction() as conn:
        after, no = own.confirm(await store_own.lock(conn, person.account, which), typed, at=now)
        await store_own.save_address(conn, after)
        if no is None:
            await audit.append(conn, [Entry("notice-address.confirmed", person.account, person.official)], at=now)
    if no is not None:
        raise no
