"""API keys of other systems: over after their time, replaced without a gap, and seldom written about."""

from datetime import timedelta
from typing import Any

from services.intake import sources
from shared.caller import WrongOnes
from tests.integration.intake.desk import Office

NAME = "sim-rutilahu"


async def ask(desk: Office, key: str) -> int:
    async with desk.client() as http:
        return (await http.get("/api/v1/requests/x", headers={"Authorization": f"Bearer {key}"})).status_code


async def listed(desk: Office) -> dict[str, Any]:
    (row,) = await sources.list_all(desk.owner, now=desk.at)
    return row


async def test_a_key_opens_nothing_after_its_time(desk: Office) -> None:
    key = await sources.add(desk.owner, NAME, ["perumahan"], now=desk.at, expires_at=desk.at + timedelta(days=1))
    assert await ask(desk, key) == 404
    desk.later(hours=24.1)
    assert await ask(desk, key) == 401
    assert (await listed(desk))["keys"] == 0


async def test_the_old_and_the_new_key_are_good_together_and_then_the_new_alone(desk: Office) -> None:
    old = await desk.source(NAME)
    new = await sources.rotate(desk.owner, NAME, overlap=timedelta(days=7), now=desk.at)
    assert new != old
    assert [await ask(desk, key) for key in (old, new)] == [404, 404]
    desk.later(hours=7 * 24 + 1)
    assert [await ask(desk, key) for key in (old, new)] == [401, 404]
    assert [action for action, _ in await desk.audited()] == ["source.added", "source.key-rotated"]


async def test_rotating_does_not_make_an_older_key_live_longer(desk: Office) -> None:
    key = await sources.add(desk.owner, NAME, ["perumahan"], now=desk.at, expires_at=desk.at + timedelta(days=1))
    await sources.rotate(desk.owner, NAME, overlap=timedelta(days=7), now=desk.at)
    desk.later(hours=25)
    assert await ask(desk, key) == 401


async def test_the_last_use_is_told_and_not_written_each_time(desk: Office) -> None:
    key, first = await desk.source(NAME), desk.at
    assert (await listed(desk))["last_used_at"] is None
    await ask(desk, key)
    desk.at += timedelta(minutes=1)
    await ask(desk, key)
    assert (await listed(desk))["last_used_at"] == first
    desk.at += timedelta(minutes=10)
    await ask(desk, key)
    assert (await listed(desk))["last_used_at"] == desk.at


async def test_an_address_with_many_wrong_keys_is_not_listened_to(desk: Office) -> None:
    desk.app.state.wrong_keys = WrongOnes("3 per minute")
    key = await desk.source(NAME)
    assert [await ask(desk, f"aw_{n}") for n in range(4)] == [401, 401, 401, 429]
    assert await ask(desk, key) == 429
