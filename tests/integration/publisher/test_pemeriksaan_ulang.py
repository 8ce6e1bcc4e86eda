"""What is live is looked at again: what vanished is told of, and never sent again by itself."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content

HOUR, DAY = 3600, 86400
LINK = "https://medsos.test/p/1"


@pytest.fixture
def medsos(desk: Office) -> Medsos:
    channel = Medsos(lookup_there=True)
    desk.connect(channel, required=False)
    return channel


async def live(desk: Office) -> UUID:
    whole = content("Berita", body=(), media=(), channels=("site", "medsos"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story)
    await desk.work()
    assert await desk.delivery(event.story, channel="medsos") == "live"
    return event.story


async def check(desk: Office, *, later: float) -> int:
    await desk.work(later=later)
    return await desk.checks.round()


async def test_a_post_that_stands_is_looked_at_three_times(desk: Office, medsos: Medsos) -> None:
    story = await live(desk)
    assert await check(desk, later=HOUR - 60) == 0
    assert await check(desk, later=61) == 2
    assert await check(desk, later=DAY) == 2
    assert await check(desk, later=7 * DAY) == 2
    assert await check(desk, later=70 * DAY) == 0
    assert await desk.delivery(story, channel="medsos") == "live"
    assert medsos.looks == 3


async def test_a_post_that_vanished_is_told_of_and_a_person_may_send_it_again(desk: Office, medsos: Medsos) -> None:
    story = await live(desk)
    medsos.posts.clear()
    await check(desk, later=HOUR + 1)
    assert await desk.delivery(story, channel="medsos") == "failed"
    assert (await desk.told())[-1] == "delivery.failed"
    assert await desk.work(later=DAY) == 0
    page = await desk.page("tono", f"/terbit/{story}")
    assert "tidak ada lagi di kanalnya" in page
    answer = await desk.call("tono", "POST", f"/api/v1/publications/{story}/channels/medsos/retry", json={})
    assert answer.status_code == 202
    await desk.work()
    assert (await desk.delivery(story, channel="medsos"), len(medsos.posts)) == ("live", 1)


async def test_a_channel_that_does_not_answer_says_nothing_and_is_asked_again(desk: Office, medsos: Medsos) -> None:
    story = await live(desk)
    medsos.mood = "look-limited"
    assert await check(desk, later=HOUR + 1) == 2
    assert await desk.delivery(story, channel="medsos") == "live"
    medsos.mood = "well"
    assert await check(desk, later=601) == 1


@pytest.mark.parametrize(
    ("status", "state"), [(200, "live"), (302, "live"), (404, "failed"), (410, "failed"), (500, "live")]
)
async def test_the_link_that_a_person_gave_is_looked_at_as_a_stranger_would(
    desk: Office, status: int, state: str
) -> None:
    """A log-in wall says nothing: only what the site itself calls gone is gone."""
    desk.leave_to_people("medsos")
    whole = content("Berita", body=(), media=(), channels=("site", "medsos"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story)
    await desk.work()
    path = f"/api/v1/publications/{event.story}/channels/medsos/confirm"
    assert (await desk.call("tono", "POST", path, json={"version": 1, "url": LINK})).status_code == 200
    desk.checks.stranger = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda r: httpx.Response(status if str(r.url) == LINK else 200))
    )
    await check(desk, later=HOUR + 1)
    assert await desk.delivery(event.story, channel="medsos") == state
