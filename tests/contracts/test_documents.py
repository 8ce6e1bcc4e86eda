"""What is committed under docs/contracts is what the code says, and the command keeps it so."""

import json
import shutil
from pathlib import Path
from typing import Literal

import pytest
from pydantic import create_model
from typer.testing import CliRunner

from deploy.cli.contracts import app
from deploy.contracts import documents
from shared.events import CATALOGUE, ReportReceived

HOME = Path(__file__).parents[2] / documents.HOME
run = CliRunner().invoke


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    documents.write(home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def broken_code(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`home` as the released contracts, and code that has since narrowed one of their fields."""
    narrowed = create_model("ReportReceived", __base__=ReportReceived, urgency=(Literal["regular"], "regular"))
    monkeypatch.setitem(CATALOGUE, "report.received", narrowed)
    return home


def test_the_committed_contracts_are_what_the_code_says_and_break_nobody() -> None:
    result = run(app, ["check", "--home", str(HOME)])
    assert result.exit_code == 0, result.output


def test_a_stale_file_fails_the_check_by_its_name_and_write_mends_it(home: Path) -> None:
    (home / "catalogue.md").write_text("older")
    result = run(app, ["check", "--home", str(home)])
    assert result.exit_code == 1
    assert "catalogue.md" in result.output
    assert run(app, ["write", "--home", str(home)]).output == "1 files written.\n"
    assert run(app, ["check", "--home", str(home)]).exit_code == 0


def test_a_breaking_change_fails_the_check_and_is_not_written(broken_code: Path) -> None:
    before = (broken_code / "schemas/report.received.v1.write.json").read_text()
    for command in ("check", "write"):
        result = run(app, [command, "--home", str(broken_code)])
        assert result.exit_code == 1
        assert "report.received.v1: urgency: no longer allows immediate" in result.output
    assert (broken_code / "schemas/report.received.v1.write.json").read_text() == before


def test_before_the_first_release_a_breaking_change_can_be_written_on_purpose(broken_code: Path) -> None:
    assert run(app, ["write", "--home", str(broken_code), "--before-release"]).exit_code == 0
    assert run(app, ["check", "--home", str(broken_code)]).exit_code == 0


def test_a_break_that_was_written_all_the_same_fails_against_the_released_contracts(
    broken_code: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("now")
    documents.write(here)
    result = run(app, ["check", "--home", str(here), "--against", str(broken_code)])
    assert result.exit_code == 1
    assert "report.received.v1: urgency" in result.output


def test_an_empty_baseline_is_no_baseline(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = str(tmp_path_factory.mktemp("empty"))
    assert run(app, ["check", "--home", str(home), "--against", empty]).exit_code == 2


def test_the_catalogue_shows_every_event_and_every_link_leads_somewhere(home: Path) -> None:
    page = (home / "catalogue.md").read_text()
    headings = {line[4:].lower().replace(".", "") for line in page.splitlines() if line.startswith("### ")}
    links = {part.partition(")")[0] for part in page.split("](#")[1:]}
    files = {part.partition(")")[0] for part in page.split("](")[1:] if not part.startswith("#")}
    assert {name.replace(".", "") for name in CATALOGUE} <= headings
    assert links <= headings
    assert all((home / file).is_file() for file in files)


def test_no_contract_names_a_machine(home: Path) -> None:
    for path in home.rglob("*.json"):
        assert "localhost" not in path.read_text()
        assert json.loads(path.read_text())
