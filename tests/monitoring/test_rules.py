"""The rules are well formed, do what their tests say, and no rule can be broken without one of those tests failing."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.monitoring.broken import lay_out
from tests.monitoring.mutations import Body, mutants
from tests.monitoring.tools import PROMETHEUS, RULE_TESTS, RULES, Rule, alerts, rules, said, tool

TESTS = sorted(RULE_TESTS.glob("*.yml"))


def test_prometheus_accepts_the_configuration_and_every_rule_file() -> None:
    for command in (["config", PROMETHEUS / "prometheus.yml"], ["rules", *sorted(RULES.glob("*.yml"))]):
        well, words = said(tool("promtool"), "check", *command)
        assert well, words


def test_every_rule_has_its_tests_and_every_test_its_rules() -> None:
    assert {rule.test for rule in rules()} == set(TESTS)


def test_an_alert_exists_once() -> None:
    names = [rule.name for rule in alerts()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(file: Path) -> None:
    well, words = said(tool("promtool"), "test", "rules", file)
    assert well, words


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_no_way_of_breaking_a_rule_passes_its_tests(rule: Rule, tmp_path: Path) -> None:
    broken = list(mutants(rule.body))
    assert len(broken) >= 3
    assert _passing(tmp_path / "whole", rule, [rule.body]) == [0], "the unbroken rule must pass in the same way"
    halves = [broken[::2], broken[1::2]]

    def survivors_of(half: int) -> list[int]:
        return _passing(tmp_path / str(half), rule, [body for _, body in halves[half]])

    with ThreadPoolExecutor(2) as pool:
        survivors = [halves[n][i] for n, found in enumerate(pool.map(survivors_of, range(2))) for i in found]
    assert not survivors, "\n".join(f"{what}: {body}" for what, body in survivors)


def _passing(home: Path, rule: Rule, bodies: list[Body]) -> list[int]:
    """Which of the bodies, in the rule's place, pass all of its tests."""
    files = [lay_out(home / str(n), rule, body) for n, body in enumerate(bodies)]
    _, words = said(tool("promtool"), "test", "rules", *files)
    results = re.findall(r"^\s+(SUCCESS|FAILED)", words, re.MULTILINE)
    assert len(results) == len(bodies), words
    return [n for n, result in enumerate(results) if result == "SUCCESS"]
