"""What is committed of the metrics' catalogue and of the dashboards is what the code says; every alert has its page."""

import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from deploy.cli import dashboards, main, metrics
from deploy.cli.main import app
from deploy.metrics.catalogue import catalogue
from deploy.prepare import HOUSE
from shared.metrics import ITEMS
from tests.monitoring.tools import RUNBOOKS, alerts, rules

run = CliRunner().invoke


def test_the_committed_catalogue_and_dashboards_are_what_the_code_says() -> None:
    for command in (["metrics", "check", "--page", str(HOUSE / metrics.PAGE)],
                    ["dashboards", "check", "--home", str(HOUSE / dashboards.HOME)]):  # fmt: skip
        result = run(main.app, command)
        assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("group", "option", "stale"), [(metrics, "--page", "metrics.md"), (dashboards, "--home", "pimpinan.json")]
)
def test_what_is_stale_fails_the_check_by_its_name_and_write_mends_it(
    group: ModuleType, option: str, stale: str, tmp_path: Path
) -> None:
    place = str(tmp_path / stale if option == "--page" else tmp_path)
    assert run(group.app, ["write", option, place]).exit_code == 0
    (tmp_path / stale).write_text("older")
    result = run(group.app, ["check", option, place])
    assert result.exit_code == 1
    assert stale in result.output
    assert "written" in run(group.app, ["write", option, place]).output
    assert run(group.app, ["check", option, place]).exit_code == 0


def test_the_catalogue_tells_every_metric_with_its_labels() -> None:
    page = catalogue()
    for family in ITEMS:
        (line,) = [row for row in page.splitlines() if row.startswith(f"| `{family.full_name}` |")]
        assert all(f"`{label}`" in line for label in family.labels)


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == {rule.page for rule in alerts()}
    for rule in alerts():
        assert rule.body["annotations"]["runbook_url"] == f"deploy/runbooks/{rule.page}.md"
        assert (RUNBOOKS / f"{rule.page}.md").read_text().startswith(f"# {rule.name}\n")


def test_every_command_of_a_runbook_exists() -> None:
    told = {
        match
        for path in RUNBOOKS.glob("*.md")
        for match in re.findall(r"`alurwarta ([a-z-]+(?: [a-z]+)?)", path.read_text())
    }
    assert told
    for command in told:
        words = command.split()
        known = run(app, [*words[:2], "--help"])
        assert known.exit_code == 0, command


def test_a_link_of_a_runbook_leads_somewhere() -> None:
    for path in RUNBOOKS.glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_no_rule_holds_a_number_of_the_sop() -> None:
    targets = {"1800", "7200", "27000", "23400", "900", "0.75"}
    for rule in rules():
        assert not targets & set(re.findall(r"[\d.]+", str(rule.body["expr"]))), rule.name


def test_a_dashboard_asks_only_what_is_declared_or_recorded() -> None:
    declared = {f.full_name for f in ITEMS} | {rule.name for rule in rules()}
    declared |= set(re.findall(r"`(alurwarta_\w+)`", catalogue()))
    for path in (HOUSE / dashboards.HOME).glob("*.json"):
        board = json.loads(path.read_text())
        for expr in (t["expr"] for panel in board["panels"] for t in panel.get("targets", ())):
            for name in re.findall(r"\b(?:\w+:)?alurwarta_[\w:]+", expr):
                assert name.removesuffix("_bucket") in declared or name in declared, name
