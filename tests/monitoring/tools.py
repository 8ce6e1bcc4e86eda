"""Prometheus' own tools, and the rules as they lie in the repository."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.prepare import HOUSE

PROMETHEUS = HOUSE / "deploy" / "prometheus"
ALERTMANAGER = HOUSE / "deploy" / "alertmanager"
RUNBOOKS = HOUSE / "deploy" / "runbooks"
RULES = PROMETHEUS / "rules"
RULE_TESTS = PROMETHEUS / "tests"


def tool(name: str) -> str:
    """A program's path. In CI its absence is a failure, elsewhere a skip that says how to get it."""
    found = shutil.which(name)
    if found is None:
        how = f"no {name}: apt-get install prometheus prometheus-alertmanager"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(how)
    assert found is not None
    return found


def said(*command: str | Path) -> tuple[bool, str]:
    """Whether a command succeeded, and all its words in the order in which it said them."""
    words = [str(c) for c in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode == 0, done.stdout


@dataclass(frozen=True)
class Rule:
    """One rule, where it stands, and the file that tests it."""

    file: str
    group: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.body.get("alert") or self.body["record"])

    @property
    def is_alert(self) -> bool:
        return "alert" in self.body

    @property
    def page(self) -> str:
        """The alert's name as its test, its runbook and its path have it: `DueSoon` is `due-soon`."""
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in self.name).lstrip("-")

    @property
    def test(self) -> Path:
        return RULE_TESTS / f"{self.page if self.is_alert else self.file.removesuffix('.yml')}.yml"


def rules() -> list[Rule]:
    """Every recording rule and every alert of the repository."""
    return [
        Rule(path.name, group["name"], body)
        for path in sorted(RULES.glob("*.yml"))
        for group in yaml.safe_load(path.read_text())["groups"]
        for body in group["rules"]
    ]


def alerts() -> list[Rule]:
    return [rule for rule in rules() if rule.is_alert]
