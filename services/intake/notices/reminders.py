"""Whom a person may remind of what waits, and at which address: for the links through WhatsApp."""

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.intake.notices import letters, rules, store, store_own, store_waiting
from services.intake.notices.waiting import Waiting

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk

AT_MOST = 3


class Reminder(NamedTuple):
    """One link; `number` and `name` are empty where no colleague gave a number: then the sender chooses."""

    address: str
    number: str = ""
    name: str = ""


async def reminders(
    conn: "Connection", desk: "Desk", person: "Person", reports: Collection[UUID], *, site: str
) -> dict[str, list[Reminder]]:
    """By Report, the reminders of its own steps and of its Stories', of those that wait on somebody else."""
    found = await store_waiting.of_reports(conn, reports)
    if not found:
        return {}
    today = desk.today()
    people, numbers = await store.colleagues(conn, today), await store_own.numbers(conn)
    made: dict[str, list[Reminder]] = defaultdict(list)
    for report, waiting in found:
        others = [who.account for who in rules.addressees(waiting, people) if who.account != person.account]
        if others and not waiting.practice:
            made[str(report)] += _of_one(waiting, others, numbers, site)
    return made


def _of_one(waiting: Waiting, others: list[str], numbers: dict[str, tuple[str, str]], site: str) -> list[Reminder]:
    address = letters.address_of(waiting.clock.stage, waiting.about, waiting.clock.item, site=site)
    known = [Reminder(address, *numbers[account]) for account in others if account in numbers]
    return known[:AT_MOST] or [Reminder(address)]
