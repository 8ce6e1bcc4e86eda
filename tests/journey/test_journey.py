"""The SOP end to end, on real Kafka, PostgreSQL and object store, through the four services' own processes."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.embedded.demo import STAGES, Walk, add_accounts, password, walk_all
from deploy.embedded.house import House
from tests.support.pipeline import dead_letters, history, until_quiet
from tests.support.stack import Stack, stack
from tests.support.town import town

Journey = tuple[Stack, House, list[Walk]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def journey(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Journey]:
    directory: Path = tmp_path_factory.mktemp("journey")
    async with stack() as servers, town(servers, directory) as running:
        secret = password()
        await add_accounts(running, secret)
        walks = await walk_all(running, secret, lambda _: None)
        await until_quiet(servers)
        yield servers, running, walks


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_report_becomes_a_page_that_the_public_can_read(journey: Journey) -> None:
    _, _, walks = journey
    assert len(walks) == 4
    assert all(walk.readable for walk in walks)


async def test_each_stage_was_measured_against_its_target(journey: Journey) -> None:
    _, _, walks = journey
    for walk in walks:
        assert set(walk.clocks) == set(STAGES)
        targets = {stage: clock["target_seconds"] for stage, clock in walk.clocks.items()}
        assert (targets["editing"], targets["review"], targets["publisher"]) == (7200, 7200, 1800)


async def test_the_events_of_each_story_are_the_sop_in_order(journey: Journey) -> None:
    servers, _, walks = journey
    told = await history(servers, "reports", "stories", "decisions", "publications")
    for walk in walks:
        assert told.types("reports", walk.report)[0] == "alurwarta.report.received.v1"
        assert told.types("stories", walk.story) == ["alurwarta.story.submitted.v1"]
        assert told.types("decisions", walk.story) == ["alurwarta.story.approved.v1"]
        assert told.types("publications", walk.story) == ["alurwarta.delivery.live.v1", "alurwarta.story.published.v1"]


async def test_no_event_was_dead_lettered(journey: Journey) -> None:
    servers, _, _ = journey
    assert not any((await dead_letters(servers)).values())


async def test_each_stages_time_is_on_its_metrics(journey: Journey) -> None:
    _, running, walks = journey
    async with httpx.AsyncClient() as client:
        for stage in STAGES:
            text = (await client.get(f"{running.service_urls[stage]}/metrics")).text
            closed = re.findall(
                rf'alurwarta_closed_total{{[^}}]*outcome="completed"[^}}]*stage="{stage}"[^}}]*}} (\S+)', text
            )
            assert sum(map(float, closed)) == len(walks), stage


async def test_a_stranger_sees_pages_and_pictures_and_nothing_of_the_staffs_site(journey: Journey) -> None:
    _, running, walks = journey
    async with httpx.AsyncClient() as stranger:
        page = (await stranger.get(walks[0].url)).text
        pictures = re.findall(r'<img[^>]+src="(http[^"]+)"', page)
        assert pictures
        picture = await stranger.get(pictures[0])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
        assert b"Exif" not in picture.content
        for path in ("/terbit", "/metrics", "/health/ready", "/api/v1/publications", "/meja", "/masuk"):
            assert (await stranger.get(f"{running.public_url}{path}")).status_code == 404, path


async def test_a_stranger_gets_nothing_from_the_private_buckets(journey: Journey) -> None:
    servers, _, _ = journey
    store = servers.store()
    async with httpx.AsyncClient() as stranger:
        for bucket in (servers.buckets.incoming, servers.buckets.originals, servers.buckets.renditions):
            keys = await store.keys(bucket)
            assert bool(keys) == (bucket != servers.buckets.incoming), "what was carried over is gone from there"
            for place in (*keys[:1], ""):
                assert (await stranger.get(f"{servers.s3_endpoint}/{bucket}/{place}")).status_code == 403
    store.close()
