"""A part of the rules and of their tests, with one rule in it replaced: small, so that hundreds of them run quickly."""

import re
from pathlib import Path
from typing import Any

import yaml

from tests.monitoring.mutations import Body
from tests.monitoring.tools import Rule, rules

RECORDED = re.compile(r"\b[a-z_]+:alurwarta_\w+:\w+")


def needed(rule: Rule) -> list[Rule]:
    """The rule, with all recording rules that it reads, and they read."""
    everything = {r.name: r for r in rules() if not r.is_alert}
    found, names = [rule], [rule.name]
    for one in found:
        for name in RECORDED.findall(str({k: v for k, v in one.body.items() if k != "record"})):
            if name not in names:
                names.append(name)
                found.append(everything[name])
    return found


def lay_out(home: Path, rule: Rule, body: Body) -> Path:
    """Write `rule` as `body`, what it reads, and its own tests into `home`; returns the file of the tests."""
    # What is read stands first, in one group: promtool evaluates it in this order.
    bodies = [body if r.name == rule.name else r.body for r in reversed(needed(rule))]
    group = {"name": "all", "rules": [b for b in bodies if b is not body] + [body]}
    (home / "rules").mkdir(parents=True)
    (home / "tests").mkdir()
    (home / "rules" / "all.yml").write_text(yaml.safe_dump({"groups": [group]}))
    told = yaml.safe_load(rule.test.read_text()) | {"group_eval_order": ["all"]}
    told["tests"] = [t for test in told["tests"] if (t := _only(test, rule))]
    path = home / "tests" / rule.test.name
    path.write_text(yaml.safe_dump(told))
    return path


def _only(test: dict[str, Any], rule: Rule) -> dict[str, Any] | None:
    """The part of a test that is about this rule; an alert's file is about nothing else."""
    if rule.is_alert:
        return test
    asked = [t for t in test["promql_expr_test"] if rule.name in RECORDED.findall(t["expr"])]
    return {**test, "promql_expr_test": asked} if asked else None
