"""A stand-in takes a page down in the capacity that the letter gives, and the audit says so."""

from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest

from tests.integration.publisher.office import Office


@pytest.fixture(autouse=True)
async def everybody_comes_back(desk: Office) -> AsyncGenerator[None]:
    yield
    await desk.owner.execute("UPDATE accounts.absences SET cancelled_at = now() WHERE cancelled_at IS NULL")


async def test_a_stand_in_takes_a_page_down_as_plh(desk: Office) -> None:
    for who in ("dewi", "bambang"):
        await desk.session(who)
    await desk.owner.execute(
        """INSERT INTO accounts.absences (id, account, stand_in, kind, first, last, letter_number, letter_date,
               added_by, added_at)
           VALUES ($1, 'bambang', 'dewi', 'plh', '2020-01-01', '2035-01-01', '800/7', '2020-01-01', 'tono', now())""",
        uuid4(),
    )
    event = await desk.approve()
    await desk.publish(event)
    done = await desk.call("dewi", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Keliru."})
    assert done.status_code < 300, done.text
    rows = await desk.owner.fetch("SELECT DISTINCT capacity FROM publisher.audit WHERE actor = 'dewi'")
    assert [row["capacity"] for row in rows] == ["Plh. Sekretaris"]
