"""Access that ends by itself is renewed before it does: once, sealed, and never over what an operator saved."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.bench.installation import CHANNEL_KEY
from services.publisher import store_accounts
from services.publisher.channels import connecting
from services.publisher.store_accounts import Account
from services.publisher.workers_renewals import Renewals
from shared import metrics
from tests.integration.publisher.office import Office
from tests.support import fake_instagram, fake_tiktok
from tests.support.fake_instagram import FakeInstagram
from tests.support.fake_tiktok import FakeTikTok, error
from tests.support.faulty import Faulty, listening

OLD = "act.uji-lama"


@dataclass
class There:
    office: Office
    fake: FakeTikTok
    faulty: Faulty
    address: str
    http: httpx.AsyncClient
    work: Renewals

    async def connect(self, **more: str) -> None:
        """As an operator does."""
        secret = {**fake_tiktok.KEYS, "access_token": OLD, **more}
        await self.save("tiktok", {"username": fake_tiktok.NAME, "api": self.address}, secret)

    async def save(
        self, channel: str, settings: dict[str, str], secret: Mapping[str, str], ends: datetime | None = None
    ) -> None:
        sealed = connecting.sealed(CHANNEL_KEY, channel, secret)
        account = Account(channel, "connected", settings, sealed, ends, "operator", self.office.at)
        async with self.office.desk.db.transaction() as conn:
            await store_accounts.save(conn, account)

    async def account(self) -> Account:
        async with self.office.desk.db.connection() as conn:
            (found,) = await store_accounts.every(conn)
        return found

    async def secret(self) -> dict[str, str]:
        return connecting.unsealed(await self.account(), CHANNEL_KEY)


@pytest.fixture
async def there(desk: Office) -> AsyncGenerator[There]:
    fake = FakeTikTok()
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        yield There(desk, fake, faulty, address, http, Renewals(desk.desk, http, CHANNEL_KEY))


async def test_new_tokens_are_kept_sealed_with_their_ends(there: There) -> None:
    await there.connect()
    assert await there.work.round() == 1
    assert await there.secret() == {
        **fake_tiktok.KEYS, "access_token": fake_tiktok.TOKEN, "refresh_token": "rft.uji-2",
    }  # fmt: skip
    account = await there.account()
    assert account.access_ends_at == there.office.at + timedelta(hours=2)
    assert account.secret_expires_at == there.office.at + timedelta(days=365)
    assert (account.changed_by, account.changed_at) == ("operator", there.office.at)
    assert account.secret is not None
    assert b"rft." not in account.secret


async def test_it_is_renewed_again_an_hour_before_it_ends_with_the_newest_token(there: There) -> None:
    await there.connect()
    assert [await there.work.round() for _ in range(2)] == [1, 0]
    there.office.at += timedelta(minutes=59)
    assert await there.work.round() == 0
    there.office.at += timedelta(minutes=2)
    assert await there.work.round() == 1
    assert (await there.secret())["refresh_token"] == "rft.uji-3"


async def test_the_channel_goes_on_with_the_new_token(there: There) -> None:
    await there.connect()
    board, made = there.office.board, list[str]()
    board.connect = lambda account: made.append(connecting.unsealed(account, CHANNEL_KEY)["access_token"]) or _nothing()
    await board.refresh(there.office.desk.db, there.office.at)
    await there.work.round()
    await board.refresh(there.office.desk.db, there.office.at)
    assert made == [OLD, fake_tiktok.TOKEN]


async def test_a_token_that_is_refused_is_told_of_without_itself_and_tried_in_an_hour(there: There) -> None:
    await there.connect(refresh_token="rft.uji-dicabut")
    with capture_logs() as told:
        assert await there.work.round() == 0
    assert [(t["event"], t["channel"], t["error"]) for t in told] == [
        ("access could not be renewed", "tiktok", "Disconnected")
    ]
    assert "rft." not in json.dumps(told, default=str)
    there.fake.refresh = "rft.uji-dicabut"
    there.office.at += timedelta(minutes=59)
    assert await there.work.round() == 0
    there.office.at += timedelta(minutes=2)
    assert await there.work.round() == 1


async def test_what_is_connected_anew_after_a_refusal_is_renewed_at_once(there: There) -> None:
    await there.connect(refresh_token="rft.uji-dicabut")
    assert await there.work.round() == 0
    await there.connect()
    assert await there.work.round() == 1


@pytest.mark.parametrize("answer", [error(500, "internal_error"), error(429, "rate_limit_exceeded")])
async def test_a_platform_that_is_away_is_asked_again_in_a_minute(
    there: There, answer: tuple[int, dict[str, str], object]
) -> None:
    await there.connect()
    there.fake.said = [answer]
    assert await there.work.round() == 0
    assert await there.work.round() == 0
    there.office.at += timedelta(minutes=1)
    assert await there.work.round() == 1


async def test_an_account_that_was_connected_anew_meanwhile_is_not_overwritten(there: There) -> None:
    await there.connect()
    was = await there.account()
    await there.connect(access_token="act.uji-operator")
    async with there.office.desk.db.transaction() as conn:
        at = there.office.at
        assert not await store_accounts.renew(conn, was, secret=b"late", access_ends_at=at, expires_at=None)
    assert (await there.secret())["access_token"] == "act.uji-operator"


async def test_the_token_is_written_down_though_the_database_was_away(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    await there.connect()
    monkeypatch.setattr("services.publisher.workers_renewals.SAVE_SECONDS", 0.01)
    real, calls = store_accounts.renew, list[int]()

    async def away(*given: object, **more: object) -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise OSError("away")
        return await real(*given, **more)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(store_accounts, "renew", away)
    assert await there.work.round() == 1
    assert (await there.secret())["refresh_token"] == "rft.uji-2"


async def test_a_process_that_is_told_to_end_writes_the_new_token_down_first(
    there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    await there.connect()
    real, begun = store_accounts.renew, asyncio.Event()

    async def slow(*given: object, **more: object) -> bool:
        begun.set()
        await asyncio.sleep(0.2)
        return await real(*given, **more)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(store_accounts, "renew", slow)
    ending = asyncio.create_task(there.work.round())
    await begun.wait()
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert (await there.secret())["refresh_token"] == "rft.uji-2"


async def test_two_processes_use_a_refresh_token_once(there: There) -> None:
    await there.connect()
    both = [Renewals(there.office.desk, there.http, CHANNEL_KEY) for _ in range(2)]
    running = [asyncio.create_task(one.run()) for one in both]
    try:
        async with asyncio.timeout(20):
            while (await there.account()).access_ends_at is None:
                await asyncio.sleep(0.05)
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
    assert there.fake.renewed == 1
    assert (await there.secret())["refresh_token"] == "rft.uji-2"


async def test_without_what_it_takes_nothing_is_renewed(there: There) -> None:
    settings = {"username": fake_tiktok.NAME, "api": there.address}
    await there.save("tiktok", settings, {"access_token": OLD})
    assert (await there.work.round(), there.fake.renewed) == (0, 0)


async def test_a_token_of_instagrams_own_log_in_is_renewed(there: There) -> None:
    async with listening(FakeInstagram()) as (address, _):
        settings = {
            "user": fake_instagram.USER, "api": f"{address}/v23.0", "tokens": f"{address}/refresh_access_token",
        }  # fmt: skip
        await there.save("instagram", settings, {"token": fake_instagram.TOKEN}, there.office.at + timedelta(days=60))
        assert await there.work.round() == 1
    assert await there.secret() == {"token": fake_instagram.NEXT_TOKEN}
    account = await there.account()
    assert account.access_ends_at == account.secret_expires_at == there.office.at + timedelta(days=60)


async def test_access_that_should_have_been_renewed_is_told_of_and_the_usual_end_is_not(there: There) -> None:
    def left() -> list[float]:
        return [s.value for m in metrics.CHANNEL_SECRET_LEFT.collect() for s in m.samples if s.labels]

    await there.connect()
    await there.work.round()
    board = there.office.board
    await board.refresh(there.office.desk.db, there.office.at)
    assert left() == [365 * 86_400]
    await board.refresh(there.office.desk.db, there.office.at + timedelta(minutes=95))
    assert left() == [25 * 60]


def _nothing() -> connecting.Channel:
    raise connecting.NotConnected("not needed")
