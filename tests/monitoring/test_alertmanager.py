"""Who is told what: both configurations route alike, and a real Alertmanager holds back what says nothing new."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.embedded.house import free_port
from deploy.embedded.staff import until
from tests.monitoring.tools import ALERTMANAGER, alerts, said, tool
from tests.support.alertmanager import Alertmanager, alertmanager

CONFIG, EXAMPLE = ALERTMANAGER / "alertmanager.yml", ALERTMANAGER / "example.yml"
RECEIVERS = {"pimpinan", "pengelola", "penjaga"}


def alert(name: str, **labels: str) -> dict[str, Any]:
    (rule,) = [rule for rule in alerts() if rule.name == name]
    given = {k: v for k, v in rule.body["labels"].items() if "{{" not in v}
    words = {"summary": f"Ringkasan {name}", "description": f"Uraian {name}", "runbook_url": f"{name}.md"}
    return {"labels": {"alertname": name, "office": "a", **given, **labels}, "annotations": words}


def test_alertmanager_accepts_both_configurations() -> None:
    for config in (CONFIG, EXAMPLE):
        well, words = said(tool("amtool"), "check-config", config)
        assert well, words


def test_the_example_differs_from_what_is_delivered_in_its_receivers_alone() -> None:
    delivered, example = yaml.safe_load(CONFIG.read_text()), yaml.safe_load(EXAMPLE.read_text())
    for part in ("route", "inhibit_rules"):
        assert delivered[part] == example[part]
    assert [r["name"] for r in delivered["receivers"]] == [r["name"] for r in example["receivers"]]


def test_as_delivered_nobody_is_written_to() -> None:
    delivered = yaml.safe_load(CONFIG.read_text())
    assert all(set(receiver) == {"name"} for receiver in delivered["receivers"])
    assert "global" not in delivered


def test_in_the_example_every_secret_is_a_file() -> None:
    text = EXAMPLE.read_text()
    for word in ("password:", "credentials:", "api_key:", "token:"):
        assert word not in text


@pytest.mark.parametrize("config", [CONFIG, EXAMPLE], ids=lambda path: path.stem)
def test_every_alert_gets_to_the_one_who_acts_on_it(config: Path) -> None:
    assert {rule.body["labels"]["audience"] for rule in alerts()} == RECEIVERS
    for rule in alerts():
        for lane in ("regular", "immediate"):
            labels = {"alertname": rule.name, "lane": lane, "audience": rule.body["labels"]["audience"]}
            told = [f"{k}={v}" for k, v in labels.items()]
            well, words = said(tool("amtool"), "config", "routes", "test", f"--config.file={config}", *told)
            assert well, words
            assert words.splitlines()[-1] == labels["audience"]


async def test_what_a_louder_alert_says_already_is_held_back(tmp_path: Path) -> None:
    fired = {
        "down": alert("ServiceDown", service="review", stage="review"),
        "its items": alert("Breached", stage="review", lane="regular"),
        "its machinery": alert("ConsumerLag", service="review", consumer="stories"),
        "late": alert("Breached", stage="editing", lane="regular"),
        "soon of the same": alert("DueSoon", stage="editing", lane="regular"),
        "soon of another lane": alert("DueSoon", stage="editing", lane="immediate"),
        "soon of another stage": alert("DueSoon", stage="publisher", lane="regular"),
        "another service": alert("ConsumerLag", service="editing", consumer="reports"),
        "refused": alert("OutboxSetAside", service="publisher"),
        "Kafka away too": alert("OutboxNotDraining", service="publisher"),
        "old elsewhere": alert("OutboxNotDraining", service="editing"),
        "stalled": alert("StageStalled", stage="intake", lane="regular"),
        "late too": alert("Breached", stage="intake", lane="regular"),
    }
    async with alertmanager(CONFIG, tmp_path) as running:
        await running.fire(*fired.values())

        async def held() -> set[str] | None:
            known = await running.known()
            found = {
                n for a in known if a["status"]["inhibitedBy"] for n, f in fired.items() if f["labels"] == a["labels"]
            }
            return found if len(known) == len(fired) and found else None

        assert await until("all alerts", held) == {
            "its items",
            "its machinery",
            "soon of the same",
            "late too",
        }
        receivers = {a["labels"]["audience"]: a["receivers"][0]["name"] for a in await running.known()}
        assert all(audience == receiver for audience, receiver in receivers.items())


async def test_leaders_get_one_readable_mail_of_a_stage_at_once_when_minutes_count(tmp_path: Path) -> None:
    async with mailbox() as (port, letters), alertmanager(posting_to(port, tmp_path), tmp_path) as running:
        await fire_urgent(running)
        letter = await until("a letter", lambda: _first(letters))
    assert "Subject: Ringkasan Breached" in letter
    assert "Uraian Breached" in letter
    assert "runbook" not in letter
    assert "Breached.md" not in letter


async def fire_urgent(running: Alertmanager) -> None:
    await running.fire(alert("Breached", stage="publisher", lane="immediate"))


async def _first(letters: list[str]) -> str | None:
    return letters[0] if letters else None


def posting_to(port: int, directory: Path) -> Path:
    """The example, its mail going to a server on this machine that asks for no password."""
    made = yaml.safe_load(EXAMPLE.read_text())
    made["global"] = {"smtp_smarthost": f"127.0.0.1:{port}", "smtp_from": "a@example.go.id", "smtp_require_tls": False}
    made["templates"] = [str(ALERTMANAGER / "pesan.tmpl")]
    made["receivers"][-1] = {"name": "penjaga"}
    path = directory / "alertmanager.yml"
    path.write_text(yaml.safe_dump(made))
    return path


class mailbox:  # noqa: N801  (used as a function is)
    """As much of an SMTP server as takes letters."""

    async def __aenter__(self) -> tuple[int, list[str]]:
        self.letters: list[str] = []
        port = free_port()
        self.server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        return port, self.letters

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
        writer.close()
