"""Whatever breaks on the way to a social channel: one post in the end, and what is told of it is the truth."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal

import httpx
import pytest

from services.publisher.channels.known import KNOWN
from tests.integration.channels.medsos_counterpart import CHANNELS, STEPS, Counterpart
from tests.integration.channels.medsos_samples import a_correction
from tests.integration.channels.medsos_worker import Worker
from tests.support.faulty import How, Kind

CLEAR: tuple[How, ...] = ("limited", "expired")
BREAKS: tuple[How, ...] = (
    "silent-before", "silent-after", "limited", "error", "error-after", "expired", "malformed", "cut", "cut-after",
)  # fmt: skip


AT_EACH_STEP = pytest.mark.parametrize(
    ("there", "kind"), [(name, kind) for name in sorted(CHANNELS) for kind in STEPS[name]], indirect=["there"]
)


@pytest.fixture(params=sorted(CHANNELS))
async def there(request: pytest.FixtureRequest) -> AsyncGenerator[Counterpart]:
    async with CHANNELS[request.param]() as counterpart:
        yield counterpart


def worker(there: Counterpart) -> Worker:
    return Worker(there.made, there.post, there.clock, there.public)


def ended_well(there: Counterpart, found: Worker) -> None:
    assert there.public() == 1, found.outcomes
    assert found.receipt is not None
    assert found.receipt.way == there.made.capabilities.way
    assert found.receipt.url in there.urls()
    assert there.texts() == [found.post.text]


async def test_nothing_breaks(there: Counterpart) -> None:
    found = worker(there)
    assert await found.run() == "live"
    assert found.outcomes[0] in ("live", "unseen")
    ended_well(there, found)


@AT_EACH_STEP
@pytest.mark.parametrize("how", BREAKS)
async def test_a_call_that_breaks_leaves_one_post(there: Counterpart, how: How, kind: Kind) -> None:
    there.http.timeout = httpx.Timeout(10, read=1.0 if "silent" in how else 10)
    there.faulty.break_next(how, kind)
    found = worker(there)
    ended = await found.run()
    assert there.faulty.broken == 1
    if ended == "rejected":
        assert how == "expired"
        assert "sudah tidak berlaku. Minta pengelola sistem menyambungkan lagi kanal ini." in found.reasons[0]
        found.notes.facts.clear()  # a person asks again: services/publisher/delivery.py, `retry`
        ended = await found.run()
    if ended == "live":
        ended_well(there, found)
    else:
        assert not there.made.capabilities.lookup
        assert there.public() <= 1


@pytest.mark.parametrize("how", ["silent-after", "cut-after", "error-after", "malformed"])
async def test_what_arrived_without_an_answer_is_told_as_unknown(there: Counterpart, how: How) -> None:
    there.http.timeout = httpx.Timeout(10, read=1.0 if "silent" in how else 10)
    there.faulty.break_next(how, "publish")
    found = worker(there)
    assert await found.send() == "unknown"


async def test_a_limit_is_told_with_its_time_and_nothing_is_called_before(there: Counterpart) -> None:
    there.faulty.break_next("limited", "publish")
    found = worker(there)
    assert await found.send() == "limited"
    assert all(rest.until > there.clock() for rest in found.rests)
    names = {there.made.name, *there.made.capabilities.limits}
    assert {rest.limit for rest in found.rests} <= names


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("step", range(8))
async def test_a_process_that_dies_at_a_step_leaves_one_post(
    there: Counterpart, step: int, side: Literal["before", "after"]
) -> None:
    found = worker(there)
    found.crash_at = (step, side)
    assert await found.run() == "live"
    ended_well(there, found)


@pytest.mark.parametrize("there", [name for name in sorted(CHANNELS) if KNOWN[name].edit], indirect=True)
@pytest.mark.parametrize("how", BREAKS)
async def test_a_correction_that_breaks_leaves_one_post_with_the_new_words(there: Counterpart, how: How) -> None:
    first = worker(there)
    assert await first.run() == "live"
    assert first.receipt is not None
    words = f"41 rumah selesai\n\n{there.post.link}"
    new = a_correction(there.post, words, external_id=first.receipt.external_id, url=first.receipt.url)
    there.http.timeout = httpx.Timeout(10, read=1.0 if "silent" in how else 10)
    there.faulty.break_next(how, "publish")
    found = Worker(there.made, new, there.clock)
    ended = await found.run()
    if ended == "rejected":
        assert how == "expired"
        ended = await found.run()
    assert ended == "live"
    ended_well(there, found)
    assert there.texts() == [words]


@AT_EACH_STEP
async def test_a_task_that_is_cancelled_in_a_call_leaves_one_post(there: Counterpart, kind: Kind) -> None:
    there.http.timeout = httpx.Timeout(10)
    there.faulty.break_next("silent-after", kind)
    found = worker(there)
    sending = asyncio.create_task(found.send())
    while not there.faulty.broken:
        await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.wait([sending])
    there.clock.pass_(minutes=1)
    ended = await found.look()
    if ended in ("there-not", "unknown", "unseen"):
        ended = await found.run()
    if ended == "live":
        ended_well(there, found)
    else:
        assert not there.made.capabilities.lookup
        assert there.public() <= 1


async def test_no_secret_is_shown_of_an_adapter(there: Counterpart) -> None:
    shown = repr(there.made)
    assert "token" not in shown.lower()
    assert "secret" not in shown.lower()
