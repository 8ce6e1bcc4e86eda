"""Every panel, recording rule and alert asked of a real Prometheus that scraped the real services through a whole run.

No Grafana is there to draw the panels: what is shown here is that each query answers, with figures.
"""

import asyncio
import json
import math
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from deploy.embedded.demo import SAMPLES
from deploy.embedded.staff import until
from deploy.prepare import HOUSE
from tests.journey.test_measured import run
from tests.monitoring.tools import ALERTMANAGER, alerts, rules, tool
from tests.support.alertmanager import Alertmanager, alertmanager
from tests.support.prometheus import Prometheus, Result, prometheus
from tests.support.stack import stack
from tests.support.timed_town import TimedTown, timed_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

DASHBOARDS = HOUSE / "deploy" / "grafana" / "dashboards"
VARIABLES = {"$__rate_interval": "2m", "$office": ".*", "$stage": ".*", "$service": ".*"}
# What has no series before there is something to tell: a failure, a channel whose secret ends.
UNBORN = {
    "alurwarta_worker_failures_total",
    "alurwarta_channel_secret_left_seconds",
    "alurwarta_channel_removal_waiting_seconds",
}


@dataclass(frozen=True)
class Asked:
    """One query of one panel, its variables filled in."""

    where: str
    expr: str
    instant: bool


def queries() -> list[Asked]:
    found: list[Asked] = []
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                expr = target["expr"]
                for name, value in VARIABLES.items():
                    expr = expr.replace(name, value)
                assert "$" not in expr, f"a variable that this test does not know: {expr}"
                found.append(Asked(f"{path.stem}: {panel['title']}: {target['refId']}", expr, target["instant"]))
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[Prometheus, Alertmanager]]:
    tool("prometheus")
    directory = tmp_path_factory.mktemp("panels")
    async with (
        stack() as made,
        timed_town(made, directory, "2026-07-06T09:00") as town,
        alertmanager(ALERTMANAGER / "alertmanager.yml", directory) as hearing,
        prometheus(directory, town.house.service_urls, hearing.url.removeprefix("http://")) as watching,
    ):
        # A rate needs a look before, and one after.
        await _seen(watching, 'count(up{job="alurwarta"} == 1) == 4')
        await run(town)
        await _seen(watching, 'alurwarta_closed_total{stage="publisher",outcome="completed",punctuality="in_time"} > 0')
        await _leave_one_late(town)
        await _seen(watching, 'ALERTS{alertname="Breached",alertstate="firing"}')
        # Three rounds more, so that rules upon rules have seen the last figures too.
        await asyncio.sleep(6)
        yield watching, hearing


@pytest.fixture(scope="module")
def watched(running: tuple[Prometheus, Alertmanager]) -> Prometheus:
    return running[0]


@pytest.fixture(scope="module")
def hearing(running: tuple[Prometheus, Alertmanager]) -> Alertmanager:
    return running[1]


async def _leave_one_late(town: TimedTown) -> None:
    """A second Report, with a picture, that nobody edits until its time is over."""
    town.at("2026-07-07T10:00")
    bidang = town.people["bidang.perumahan"]
    picture = await bidang.upload(SAMPLES / "rumah.jpg")
    rights = {
        "alt": "Rumah yang selesai",
        "credit": "Bidang Perumahan",
        "licence": "milik kantor",
        "consent": "official-duty",
    }
    media = [{**picture, "name": "rumah.jpg", **rights}]
    told = {"title": "Rumah ke-41", "text": "Selesai.", "happened_at": "2026-07-07T09:30+07:00", "media": media}
    report = (await town.post("bidang.perumahan", "/reports", told))["report"]
    await until("the checked picture", lambda: _checked(town, report))
    town.at("2026-07-07T14:30")


async def _checked(town: TimedTown, report: str) -> bool | None:
    rows = await town.get("admin", "/inbox")
    if not any(r["report"] == report for r in rows["reports"]):
        return None
    row = await town.get("admin", f"/inbox/{report}")
    return all(m["state"] == "accepted" for m in row["media"]) or None


async def _seen(watching: Prometheus, expr: str) -> None:
    async def there() -> Result | None:
        return await watching.now(expr) or None

    await until(expr, there)


def figures(result: Result) -> list[float]:
    """All values that are numbers."""
    pairs: list[Any] = [pair for series in result for pair in series.get("values", [series.get("value")])]
    return [value for _, text in pairs if not math.isnan(value := float(text))]


@pytest.mark.parametrize("asked", queries(), ids=lambda asked: asked.where)
async def test_every_panel_has_figures(watched: Prometheus, asked: Asked) -> None:
    result = await (watched.now(asked.expr) if asked.instant else watched.course(asked.expr))
    assert figures(result), f"{asked.where} is empty: {asked.expr}"


@pytest.mark.parametrize("name", sorted({rule.name for rule in rules() if not rule.is_alert}))
async def test_every_recording_rule_has_figures(watched: Prometheus, name: str) -> None:
    assert figures(await watched.now(name)), f"{name} is empty"


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule.name)
async def test_every_alert_asks_for_metrics_that_are_there(watched: Prometheus, rule: Any) -> None:
    await watched.now(rule.body["expr"])
    for metric in set(re.findall(r"\b(?:\w+:)?alurwarta_[\w:]+", rule.body["expr"])) - UNBORN:
        assert figures(await watched.now(f"count({metric})")), metric


async def test_prometheus_evaluates_every_rule_without_complaint(watched: Prometheus) -> None:
    groups = (await watched.ask("rules"))["groups"]
    complaints = [(r["name"], r["lastError"]) for g in groups for r in g["rules"] if r["health"] != "ok"]
    assert not complaints
    assert sum(len(g["rules"]) for g in groups) == len(rules())


async def test_the_late_item_is_told_and_nothing_is_wrong_with_the_machinery(watched: Prometheus) -> None:
    firing = [a["metric"] for a in await watched.now('ALERTS{alertstate="firing"}')]
    assert ("Breached", "editing") in {(a["alertname"], a.get("stage")) for a in firing}
    # Of the hours that the run passed through others may still be held: all are about items.
    assert {a["alertname"] for a in firing if a["audience"] != "pimpinan"} == {"Watchdog"}


async def test_alertmanager_hears_of_it_and_knows_whom_to_tell(hearing: Alertmanager) -> None:
    async def told() -> bool | None:
        known = {(a["labels"]["alertname"], a["receivers"][0]["name"]) for a in await hearing.known()}
        return {("Breached", "pimpinan"), ("Watchdog", "penjaga")} <= known or None

    # What Prometheus said before it had found Alertmanager, it says again after a minute.
    await until("both in Alertmanager", told, 120)


async def test_compliance_in_prometheus_is_that_of_the_run(watched: Prometheus) -> None:
    # One of the two reviews was late; intake has the second Report too.
    window = '{window="7d"}'
    ratio = {
        s["metric"]["stage"]: s["value"][1]
        for s in await watched.now(f"stage_window:alurwarta_compliance:ratio{window}")
    }
    assert ratio == {"intake": "1", "editing": "1", "review": "0.5", "publisher": "1"}
    (whole,) = await watched.now(f"window:alurwarta_compliance:ratio{window}")
    assert float(whole["value"][1]) == pytest.approx(6 / 7)
    seconds = await watched.now('sum by (stage) (alurwarta_working_seconds_total{kind="regular"})')
    assert {s["metric"]["stage"]: float(s["value"][1]) for s in seconds} == {
        "intake": 5_400 + 1_800,
        "editing": 3_600 + 7_200,
        "review": 5_400 + 7_260,
        "publisher": 1_140,
    }
