"""The suite of faults for a channel that can look up what it does not know: it is not sent again instead."""

import pytest

from tests.integration.channels.counterpart import Counterpart
from tests.integration.channels.faults import Breaking, fresh, to_the_end
from tests.integration.channels.worker import Delivery
from tests.support.faulty_proxy import Fault


@pytest.mark.parametrize("fault", ["swallow", "never"])
@pytest.mark.parametrize("doing", ["publish", "edit"])
async def test_after_a_time_out_it_is_looked_up_and_not_sent_twice(
    there: Counterpart, doing: str, fault: Fault
) -> None:
    delivery = await fresh(there, doing)
    steps = Breaking(there, fault, delivery)
    await delivery.step(there.channel(), steps)
    there.proxy.heal()
    assert delivery.state == "unconfirmed", delivery.ends
    await delivery.step(there.channel())
    assert delivery.state == ("live" if fault == "swallow" else "waiting"), delivery.ends
    await to_the_end(there, delivery)


async def test_access_that_ends_while_it_is_looked_up_says_nothing_about_the_post(there: Counterpart) -> None:
    delivery = Delivery(there.post())
    await delivery.step(there.channel(), Breaking(there, "swallow", delivery))
    there.proxy.heal()
    await there.break_("access")
    await delivery.step(there.channel())
    assert delivery.state == "unconfirmed"
    await there.restore()
    await to_the_end(there, delivery)
