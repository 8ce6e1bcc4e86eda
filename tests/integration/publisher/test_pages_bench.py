"""The benchmark of the public's pages, in its short form: it measures what it says, beside its floor."""

import json

import pytest

from deploy.bench.pages import FLOORS, measure, print_told
from tests.support.stack import needed


@pytest.mark.timeout(240)
async def test_pages_are_measured_beside_a_server_of_the_same_bytes_from_files() -> None:
    needed("TEST_POSTGRES")
    found = await measure(stories=600, seconds=0.4, rounds=1, clients=4)
    told = list[str]()
    print_told(found, told.append, as_json=True)
    lines = {line["pages"]: line for line in json.loads(told[0])}
    assert {"a story that is read", "a story, made anew", "list /", "search", FLOORS[1]} <= lines.keys()
    assert all(line["per_s"] > 0 and line["p99_ms"] >= line["p50_ms"] > 0 and line["ratio"] for line in lines.values())
    read, floor = (next(line for line in found if line.name == name) for name in ("a story that is read", FLOORS[1]))
    assert read.rounds[0].bytes / len(read.rounds[0].answers) == pytest.approx(
        floor.rounds[0].bytes / len(floor.rounds[0].answers), rel=0.1
    )
    print_told(found, told.append, as_json=False)
    assert "pages/s" in told[-1]
