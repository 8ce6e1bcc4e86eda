"""Random people do random things at once, on the real PostgreSQL, and what the SOP promises holds all the same.

Hypothesis draws schedules: rounds of two to six acts that are begun together, while events travel between the four
services in any order and some twice. After each round, and at rest, tests/faults/invariants.py is looked at. The short
form (six schedules) runs in CI; `ALURWARTA_LONG=1` draws 400, and `ALURWARTA_FUZZ_EXAMPLES=N` any number of them. A
failure prints its schedule; what is at once is not repeated exactly, so it may take some runs to see it again.
"""

import asyncio
import os
import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared import consume
from shared.topics import SERVICES
from tests.faults.invariants import Watch
from tests.faults.random_people import EVERYBODY, VERBS, Act, People, Round, told
from tests.faults.whole_office import WholeOffice, whole_office
from tests.support.stack import stack

LONG = bool(os.environ.get("ALURWARTA_LONG"))
EXAMPLES = int(os.environ.get("ALURWARTA_FUZZ_EXAMPLES", "400" if LONG else "6"))
ROUNDS = 16 if LONG else 8
# What the office has done before the first round, so that there is something for everybody.
MORNING = (
    [Act("send", "dewi", 0, 1), Act("send", "agus", 0, 2), Act("send", "dewi", 0, 7), Act("send", "agus", 0, 0)],
    [Act("compile", "tono", 0, 0), Act("compile", "rina", 0, 0), Act("compile", "tono", 0, 0)],
    [Act("save", "tono", 0, 0), Act("save", "rina", 1, 0), Act("save", "tono", 2, 0)],
    [Act("submit", "tono", 0, 0), Act("submit", "tono", 0, 0), Act("submit", "rina", 0, 0)],
    [Act("approve", "bambang", 0, 0), Act("propose", "kadis", 0, 0)],
)


@st.composite
def schedules(draw: st.DrawFn) -> list[Round]:
    """One number decides the whole schedule: drawn act by act, they would be mostly the same small ones."""
    return list(_rounds(random.Random(draw(st.integers(0, 2**64)))))


def _rounds(rng: random.Random) -> Iterator[Round]:
    for _ in range(ROUNDS):
        at_once = tuple(_act(rng) for _ in range(rng.randint(2, 6)))
        yield Round(at_once, rng.choice((0, 1, 20, 90, 400)), rng.randrange(2**16), away=rng.random() < 0.15)


def _act(rng: random.Random) -> Act:
    """Mostly of somebody whose work it is, now and then of anybody."""
    (verb,) = rng.choices(list(VERBS), [weight for _, weight in VERBS.values()])
    who = rng.choice(EVERYBODY if rng.random() < 0.1 else VERBS[verb][0])
    return Act(verb, who, rng.randint(0, 7), rng.randint(0, 7))


@dataclass(frozen=True, repr=False)
class House:
    """One office for all schedules, and the loop in which it lives."""

    loop: asyncio.AbstractEventLoop
    office: WholeOffice


@pytest.fixture(scope="module")
def house() -> Generator[House]:
    """In a loop of its own, for Hypothesis knows none."""
    loop = asyncio.new_event_loop()
    patch = pytest.MonkeyPatch()
    patch.setattr(consume, "backoff", _at_once)
    servers: Any = stack(kafka=False)
    made = loop.run_until_complete(servers.__aenter__())
    opened: Any = whole_office(made)
    office = loop.run_until_complete(opened.__aenter__())
    yield House(loop, office)
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.run_until_complete(servers.__aexit__(None, None, None))
    loop.close()
    patch.undo()


def _at_once(*_: object, **__: object) -> float:
    return 0.001


@settings(
    max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.generate), print_blob=True,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)  # fmt: skip
@given(schedule=schedules())
@pytest.mark.timeout(6_000 if LONG else 300)
def test_whatever_people_do_at_once_the_sop_holds(house: House, schedule: list[Round]) -> None:
    house.loop.run_until_complete(play(house.office, schedule))


async def play(office: WholeOffice, schedule: list[Round]) -> None:
    """One schedule, looked at after each round and at rest."""
    await office.begin()
    people, watch, rng = People(office), Watch(office), random.Random(0)
    for step in MORNING:
        for act in step:
            await people.do(act)
        await office.all(rng)
    for number, at_once in enumerate(schedule, 1):
        await one_round(office, people, at_once)
        hold(await watch.look(), f"after round {number}", schedule, people)
    await office.settle(random.Random(len(schedule)))
    hold(await watch.look_at_rest(), "at rest", schedule, people)


async def one_round(office: WholeOffice, people: People, at_once: Round) -> None:
    """People act while events travel, the publisher works and the audit is sealed."""
    rng = random.Random(at_once.chance)
    office.at, office.road.away = office.later(at_once.minutes), at_once.away
    others = [office.some(rng), office.work(), office.seal(rng.choice(SERVICES)), office.some(rng)]
    await asyncio.gather(*(people.do(act, after=rng.random() / 50) for act in at_once.acts), *others)
    if rng.random() < 0.8:
        await office.all(rng)


def hold(found: list[str], when: str, schedule: list[Round], people: People) -> None:
    if found:
        wrong = "\n".join(f"  {sentence}" for sentence in dict.fromkeys(found))
        raise AssertionError(f"{when}:\n{wrong}\n{told(schedule, people.done)}")
