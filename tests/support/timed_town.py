"""The four services at work in a time that the test sets: for measuring to the second."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from deploy.embedded.demo import add_accounts, password
from deploy.embedded.house import House, furnish
from deploy.embedded.staff import Staff, StepFailed, until
from shared.topics import SERVICES
from tests.support.pipeline import until_applied
from tests.support.stack import Stack
from tests.unit.shared.offices import wib

T = TypeVar("T")


@dataclass(frozen=True)
class TimedHouse(House):
    """A house whose services ask a file for the time."""

    moment: Path = field(default=Path())

    def command(self, name: str) -> list[str]:
        if name == "gateway":
            return super().command(name)
        return ["tests.support.timed_service", name, self.service_urls[name].rpartition(":")[2], str(self.moment)]


@dataclass(frozen=True)
class TimedTown:
    """The house, its people, and the hand on the clock."""

    stack: Stack
    house: TimedHouse
    people: dict[str, Staff]

    def at(self, text: str) -> datetime:
        """Set what all services take for now, in Jakarta."""
        now = wib(text)
        set_time(self.house.moment, now)
        return now

    async def settle(self) -> None:
        """Let every event that was sent be applied."""
        await until_applied(self.stack)

    async def post(self, who: str, path: str, body: Any) -> Any:
        """One step of a person, after which all events are applied."""
        answer = await self.people[who].post(f"/api/v1{path}", body)
        await self.settle()
        return answer

    async def get(self, who: str, path: str) -> Any:
        return await self.people[who].get(f"/api/v1{path}")

    async def until(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Look again until there is something."""
        return await until(what, look)


def set_time(file: Path, now: datetime) -> None:
    """Write the time whole, so that no service reads half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(now.isoformat())
    fresh.replace(file)


@asynccontextmanager
async def timed_town(stack: Stack, directory: Path, at: str) -> AsyncGenerator[TimedTown]:
    """Four services, the demo's people logged in, and the clock standing at `at`."""
    given = {service: stack.environment(service) for service in SERVICES}
    laid = furnish(given, directory, owner_dsn=stack.owner_dsn)
    house = TimedHouse(**{name: getattr(laid, name) for name in House.__dataclass_fields__}, moment=directory / "now")
    set_time(house.moment, wib(at))
    async with house.living():
        secret = password()
        await add_accounts(house, secret)
        people = {
            name: await Staff.log_in(house.staff_url, name, secret)
            for name in ("bidang.perumahan", "admin", "sekretaris")
        }
        try:
            yield TimedTown(stack, house, people)
        finally:
            for person in people.values():
                await person.close()


__all__ = ["StepFailed", "TimedTown", "timed_town"]
