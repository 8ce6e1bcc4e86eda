"""An operator connects a channel: it is used within seconds, its secret is sealed, and what is wrong is said."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from typer.testing import CliRunner

from deploy.bench.installation import CHANNEL_KEY
from deploy.cli.main import app
from services.publisher.channels import connecting
from services.publisher.channels.connecting import Tools
from services.publisher.objects import PublicObject
from shared import metrics
from tests.integration.publisher.office import Office
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver
from tests.unit.publisher.samples import approved, content


@pytest.fixture
def run(desk: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator's command, beside the publisher."""
    for name, value in desk.stack.environment("publisher").items():
        monkeypatch.setenv(name, value)

    async def command(*words: str, given: str = "") -> tuple[int, str]:
        answer = await asyncio.to_thread(CliRunner().invoke, app, ["channels", *words], given)
        return answer.exit_code, answer.output

    return command


def listening(desk: Office, *, key: str = CHANNEL_KEY) -> None:
    """Let the publisher connect what it finds."""

    def fetch(found: PublicObject) -> AsyncIterator[bytes]:
        return desk.store.stream(found.bucket, found.source_key)

    def download(found: PublicObject, to: Path) -> Awaitable[str]:
        return desk.store.download(found.bucket, found.source_key, to)

    client = httpx.AsyncClient()
    tools = Tools(client, client, fetch, download, lambda: datetime.now(UTC), "Dinas")
    desk.board.connect = lambda account: connecting.opened(account, key, tools)


def connect(receiver: WebhookReceiver) -> Sequence[str]:
    return "connect", "webhook", "--set", f"url=http://127.0.0.1:{receiver.port}/", "--expires", "2099-01-01"


async def begun(desk: Office) -> UUID:
    whole = content("Rumah selesai", body=(), media=(await desk.photo(),), channels=("site", "webhook"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    assert (await desk.start(event.story)).status_code == 202
    await desk.work()
    await desk.work(later=2)  # when the site shows its pictures
    return event.story


async def test_what_is_connected_is_published_to_and_taken_down_from(desk: Office, run: Any) -> None:
    with webhook_receiver() as receiver:
        exit_code, said = await run(*connect(receiver), given=f"secret={receiver.secret}\n")
        assert (exit_code, "webhook is connected" in said) == (0, True), said
        listening(desk)
        await desk.board.refresh(desk.desk.db, desk.at)
        story = await begun(desk)
        assert await desk.delivery(story, channel="webhook") == "live"
        assert receiver.shown[str(story)]["title"] == "Rumah selesai"
        await desk.call("tono", "POST", f"/api/v1/publications/{story}/take-down", json={"reason": "Salah foto."})
        await desk.clear()
        assert str(story) not in receiver.shown
        assert await desk.delivery(story, channel="webhook") == "taken-down"


async def test_the_secret_is_sealed_and_no_row_or_page_shows_it(desk: Office, run: Any) -> None:
    with webhook_receiver() as receiver:
        await run(*connect(receiver), given=f"secret={receiver.secret}\n")
    (row,) = await desk.rows("SELECT * FROM publisher.channel_accounts")
    assert receiver.secret.encode() not in row["secret"]
    assert receiver.secret not in json.dumps({k: str(v) for k, v in row.items()})
    exit_code, said = await run("status", "--json")
    told = {one["channel"]: one for one in json.loads(said)}
    assert (exit_code, told["webhook"]["mode"], told["instagram"]["mode"]) == (0, "connected", "assisted")
    assert receiver.secret not in said
    assert [r["action"] for r in await desk.rows("SELECT action FROM publisher.audit")] == ["channel.connected"]


async def test_what_another_key_sealed_is_not_connected_and_keeps_nothing_else_back(desk: Office, run: Any) -> None:
    with webhook_receiver() as receiver:
        await run(*connect(receiver), given=f"secret={receiver.secret}\n")
    listening(desk, key="0123456789abcdef" * 4)
    await desk.board.refresh(desk.desk.db, desk.at)
    assert "webhook" not in desk.board.channels
    story = await begun(desk)
    assert (await desk.delivery(story), await desk.delivery(story, channel="webhook")) == ("live", "waiting")
    assert "belum dapat dibuka oleh sistem" in await desk.page("tono", f"/terbit/{story}")


async def test_how_long_a_secret_is_good_is_a_metric_and_gone_when_nobody_uses_it(desk: Office, run: Any) -> None:
    def left() -> list[float]:
        samples = (s for m in metrics.CHANNEL_SECRET_LEFT.collect() for s in m.samples)
        return [s.value for s in samples if s.labels["channel"] == "webhook"]

    with webhook_receiver() as receiver:
        await run(*connect(receiver), given=f"secret={receiver.secret}\n")
    listening(desk)
    await desk.board.refresh(desk.desk.db, desk.at)
    assert left()[0] > 86_400
    assert (await run("mode", "webhook", "off"))[0] == 0
    await desk.board.refresh(desk.desk.db, desk.at)
    assert left() == []
    assert "webhook" not in desk.board.channels


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("connect", "webhook"), "secret=whsec_c2VjcmV0c2VjcmV0\n", "the setting 'url' is missing"),
        (("connect", "webhook", "--set", "url=https://x.test"), "", "the secret 'secret' is missing"),
        (("connect", "telegram", "--set", "channel=x"), "token=1\n", "the setting 'channel' is not right"),
        (("connect", "whatsapp"), "token=12345678\n", "no program posts there"),
        (("connect", "webhook", "--set", "url"), "", "each is name=value"),
        (("mode", "webhook", "connected"), "", "has no secret yet"),
        (("mode", "webhook", "assisted"), "", "nobody posts there by hand"),
        (("mode", "site", "off"), "", "one of"),
    ],
)
async def test_what_is_missing_or_wrong_is_named_and_nothing_is_saved(
    desk: Office, run: Any, words: tuple[str, ...], given: str, said: str
) -> None:
    exit_code, told = await run(*words, given=given)
    assert exit_code == 2
    assert said in " ".join(told.replace("│", " ").split())
    assert await desk.rows("SELECT FROM publisher.channel_accounts") == []


async def test_a_channel_is_left_to_people_and_given_back(desk: Office, run: Any) -> None:
    token = "token=123456:abcdefghij\n"
    await run("connect", "telegram", "--set", "channel=disperkimtan", given=token)
    listening(desk)
    await desk.board.refresh(desk.desk.db, desk.at)
    assert "telegram" in desk.board.channels
    await run("mode", "telegram", "assisted")
    await desk.board.refresh(desk.desk.db, desk.at)
    assert ("telegram" in desk.board.channels, "telegram" in desk.board.by_hand) == (False, True)
    await run("mode", "telegram", "connected")
    await desk.board.refresh(desk.desk.db, desk.at)
    assert "telegram" in desk.board.channels
