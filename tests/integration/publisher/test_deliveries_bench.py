"""The benchmark of deliveries, in its short form: the service makes the very calls of its floor, and loses none."""

import json

import pytest

from deploy.bench.deliveries import CHANNELS, measure, print_told
from tests.support.stack import needed


@pytest.mark.timeout(240)
async def test_deliveries_are_measured_beside_a_bare_client_that_makes_the_same_calls() -> None:
    needed("TEST_POSTGRES")
    said = list[str]()
    found = await measure(4, CHANNELS, 1, 8, said.append)
    assert (found.deliveries, len(said)) == (20, 1)
    assert sum(found.service[0].calls.values()) == 4 * (3 + 5 + 2 + 6 + 1)
    told = list[str]()
    print_told(found, told.append, as_json=True)
    figures = json.loads(told[0])
    assert 0 < figures["ratio_floor"] < 2
    assert all(figures[name] > 0 for name in ("deliveries_per_s", "floor_per_s", "processor_ms", "floor_processor_ms"))
    print_told(found, told.append, as_json=False)
    assert "deliveries/s" in told[1]
