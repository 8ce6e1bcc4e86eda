"""The suite of faults for a channel that can edit and take down, on any counterpart: one post, and the truth about it.

A test module of a channel has a fixture `there` (its Counterpart) and takes these tests in by name. Each call of a
whole delivery is broken in turn, in each way.
"""

import pytest

from services.publisher.channels import Former, Post
from tests.integration.channels.counterpart import NOTHING, Counterpart, Seen
from tests.integration.channels.worker import A_PERSON_SAYS_NO, Delivery, Steps
from tests.support.faulty_proxy import Fault

# Those that need no waiting: the server heard nothing, or it acted and nobody learns how. Each call is broken in one
# way of each, in turn; the one call that makes a post public in all of them.
UNHEARD: tuple[Fault, ...] = ("refuse", "limit", "error", "cut-request")
ACTED: tuple[Fault, ...] = ("hang-up", "error-after", "malformed")
WAYS = {"unheard": UNHEARD, "acted": ACTED}
MOST = 8


class Breaking(Steps):
    """Its next call after `submit`, the one that makes the post public, breaks."""

    def __init__(self, there: Counterpart, fault: Fault, delivery: Delivery) -> None:
        super().__init__(delivery)
        self.there = there
        self.fault: Fault = fault

    async def submit(self) -> None:
        await super().submit()
        self.there.proxy.fail(self.fault, times=1)


async def tell(there: Counterpart, delivery: Delivery) -> None:
    """What is written down is so: what is said not to be there is not."""
    seen = await there.look(delivery.post)
    is_known = delivery.ends and delivery.ends[-1] != A_PERSON_SAYS_NO
    if delivery.state in ("waiting", "failed") and is_known:
        assert seen.version != delivery.post.version, (delivery.ends, seen)


async def to_the_end(there: Counterpart, delivery: Delivery) -> None:
    """Go on as the worker would, each time after a restart, until it is live: there, once, and nothing beside it."""
    for _ in range(MOST):
        if delivery.state in ("live", "failed"):
            break
        if delivery.ends:
            await tell(there, delivery)
        await delivery.step(there.channel())
    if delivery.state != "live":
        await tell(there, delivery)
    assert delivery.state == "live", (delivery.ends, delivery.reason)
    assert await there.look(delivery.post) == Seen(1, delivery.post.version, 0), delivery.ends


async def live(there: Counterpart, post: Post) -> Delivery:
    delivery = Delivery(post)
    await to_the_end(there, delivery)
    return delivery


async def next_version(there: Counterpart, older: Delivery | None = None) -> Delivery:
    """A delivery of the Version after the one that is live."""
    older = older or await live(there, there.post())
    former = Former(older.post.version, older.external_id, older.url)
    return Delivery(there.post(older.post.version + 1, of=older.post, former=former))


async def fresh(there: Counterpart, doing: str, older: Delivery | None = None) -> Delivery:
    """What is to be delivered next: a new Story, or the next Version of the one that is live."""
    return Delivery(there.post()) if doing == "publish" else await next_version(there, older)


async def calls_of(there: Counterpart, doing: str) -> tuple[int, Delivery]:
    """How many calls a delivery makes when all is well, and that delivery."""
    delivery = await fresh(there, doing)
    there.proxy.calls.clear()
    await delivery.step(there.channel())
    assert delivery.state == "live", (delivery.ends, delivery.reason)
    return len(there.proxy.calls), delivery


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("doing", ["publish", "edit"])
async def test_whichever_call_breaks_there_is_one_post_and_the_truth(there: Counterpart, doing: str, ways: str) -> None:
    count, delivery = await calls_of(there, doing)
    for broken in range(count):
        delivery = await fresh(there, doing, delivery)
        there.proxy.fail(WAYS[ways][broken % len(WAYS[ways])], skip=broken, times=1)
        await delivery.step(there.channel())
        there.proxy.heal()
        assert delivery.state != "failed", (broken, delivery.reason)
        await to_the_end(there, delivery)


@pytest.mark.parametrize("fault", (*UNHEARD, *ACTED))
@pytest.mark.parametrize("doing", ["publish", "edit"])
async def test_however_the_call_breaks_that_makes_it_public_there_is_one_post_and_the_truth(
    there: Counterpart, doing: str, fault: Fault
) -> None:
    delivery = await fresh(there, doing)
    await delivery.step(there.channel(), Breaking(there, fault, delivery))
    there.proxy.heal()
    assert delivery.submitted
    await to_the_end(there, delivery)


async def test_whenever_the_process_dies_between_a_call_and_its_answer_there_is_one_post(there: Counterpart) -> None:
    for broken in range((await calls_of(there, "publish"))[0]):
        delivery = Delivery(there.post())
        there.proxy.fail("hang-up", skip=broken, times=1)
        await delivery.step(there.channel(), dies=True)
        there.proxy.heal()
        await to_the_end(there, delivery)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("doing", ["publish", "edit"])
async def test_whenever_the_process_dies_between_its_steps_there_is_one_post(
    there: Counterpart, doing: str, written: bool
) -> None:
    delivery: Delivery | None = None
    for at in range(1, 20):
        delivery = await fresh(there, doing, delivery)
        steps = Steps(delivery, dies_at=at, written=written)
        await delivery.step(there.channel(), steps)
        await to_the_end(there, delivery)
        if steps.calls < at:
            return
    pytest.fail("a delivery of so many steps was not expected")


async def test_while_it_asks_for_a_pause_nothing_is_sent_and_the_pause_is_known(there: Counterpart) -> None:
    delivery = Delivery(there.post())
    there.proxy.fail("limit")
    await delivery.step(there.channel())
    assert delivery.ends == ["limited"]
    assert [rest.limit for rest in delivery.rests[0].rest] == list(there.channel().capabilities.limits)
    there.proxy.heal()
    await to_the_end(there, delivery)


async def test_without_access_a_person_is_told_what_to_do_and_nothing_is_there(there: Counterpart) -> None:
    delivery = Delivery(there.post())
    await there.break_("access")
    await delivery.step(there.channel())
    assert (delivery.state, (await there.look(delivery.post)).version) == ("failed", None)
    assert delivery.reason.endswith("kirim ulang.")
    await there.restore()
    delivery.state = "waiting"
    await to_the_end(there, delivery)


async def test_what_is_no_longer_approved_is_not_shown(there: Counterpart) -> None:
    for at in range(1, 20):
        delivery = Delivery(there.post())
        steps = Steps(delivery, gone_at=at)
        await delivery.step(there.channel(), steps)
        if steps.calls < at:
            assert delivery.state == "live"
            return
        assert (await there.look(delivery.post)).version is None
        await there.channel().take_down(delivery.known)
        assert await there.look(delivery.post) == NOTHING


@pytest.mark.parametrize("ways", WAYS)
async def test_whichever_call_of_a_take_down_breaks_it_is_gone_in_the_end(there: Counterpart, ways: str) -> None:
    for broken in range(30):
        delivery = await live(there, there.post())
        there.proxy.calls.clear()
        there.proxy.fail(WAYS[ways][broken % len(WAYS[ways])], skip=broken, times=1)
        try:
            await there.channel().take_down(delivery.known)
        except Exception:
            there.proxy.heal()
            await there.channel().take_down(delivery.known)
        there.proxy.heal()
        assert await there.look(delivery.post) == NOTHING
        if len(there.proxy.calls) <= broken:
            return
    pytest.fail("a take-down of so many calls was not expected")
