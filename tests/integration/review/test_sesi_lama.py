"""A decision that was written before its person logged in again is not lost, and not taken by itself."""

import httpx

from shared.accounts import sessions
from tests.integration.review.desk import Office
from tests.integration.review.test_putusan import exact, waiting, way

HTML = {"Accept": "text/html"}


async def sent(desk: Office, old: str, origin: str) -> httpx.Response:
    """A leader's note, from a page of their earlier session."""
    event = await waiting(desk)
    path = way(event.story)
    token = await sessions.begin(desk.owner, "bambang")
    fields = {name: str(value) for name, value in exact(event, "returned", note="PENTING-catatan").items()}
    headers = HTML | {"Origin": origin, "Referer": f"http://kantor/saring/{event.story}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(desk.app), base_url="http://kantor", cookies={"alurwarta": token}
    ) as client:
        answer = await client.post(path, data={"csrf": old, **fields}, headers=headers)
    if answer.is_redirect:
        assert answer.headers["location"] == f"/masuk/lanjut?ke={path}&dari=/saring/{event.story}"
    assert await desk.rows("SELECT type FROM review.outbox WHERE type LIKE '%returned%'") == []
    return answer


async def test_a_decision_of_an_earlier_session_goes_to_where_it_is_shown_again(desk: Office) -> None:
    old = await desk.csrf("bambang")
    assert (await sent(desk, old, "http://kantor")).status_code == 307


async def test_a_decision_that_another_site_sent_is_refused_and_not_kept(desk: Office) -> None:
    old = await desk.csrf("bambang")
    answer = await sent(desk, old, "https://jahat.id")
    assert answer.status_code == 403
    assert "PENTING" not in answer.text
