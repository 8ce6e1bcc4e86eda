"""Ways to break one rule on purpose, each of which a test of that rule has to see. Pure."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Body = dict[str, Any]

FLIPPED = {">": "<", ">=": "<", "<": ">", "==": "!=", "!=": "=="}
SWAPPED = {" and ": " or ", " unless ": " or ", " or ": " and "}
AGGREGATED = {"max": "sum", "sum": "max"}
NUMBER = r"\d+(?:\.\d+)?"


Become = Callable[[re.Match[str]], str]
# What is found in an expression, what becomes of it, and how that is called.
EDITS: tuple[tuple[str, Become, str], ...] = (
    (r" (>=|<=|==|!=|>|<) ", lambda m: f" {FLIPPED[m[1]]} ", "comparison flipped"),
    (rf" (?:>=|<=|==|!=|>|<) {NUMBER}", lambda _: "", "threshold removed"),
    (rf"(?<= [<>] )({NUMBER})", lambda m: str(float(m[1]) * 4 + 100), "threshold raised"),
    (rf"(?<= >= )({NUMBER})", lambda m: str(float(m[1]) + 1), "threshold raised"),
    (r"(?<= > )([1-9]\d*)", lambda m: str(float(m[1]) / 4 - 1), "threshold lowered"),
    (r"(?<= >= )([1-9]\d*)", lambda m: str(float(m[1]) - 1), "threshold lowered"),
    (rf"\b({NUMBER}) \* ", lambda m: f"{float(m[1]) / 3} * ", "factor changed"),
    (r"(?: (?:and|unless|or) |\n(?:and|unless|or) )", lambda m: _swap(m[0]), "set operator changed"),
    (r"\b(max|sum)(?= by )", lambda m: AGGREGATED[m[1]], "aggregation changed"),
    (r"\[(\d+)([mhd])\]", lambda m: f"[{int(m[1]) * 3}{m[2]}]", "range longer"),
    (r"\[(\d+)m\]", lambda m: f"[{int(m[1]) // 3}m]", "range shorter"),
    (r"\[(\d+)h\]", lambda m: f"[{int(m[1]) * 20}m]", "range shorter"),
    (r"\[(\d+)d\]", lambda m: f"[{int(m[1]) * 5}h]", "range shorter"),
    (r"\b((?:\w+:)?alurwarta_[\w:]+|up)\b", lambda m: f"{m[1]}_x", "metric renamed"),
    (r"\{[^}]+\}", lambda _: "", "matchers dropped"),
    (r"\b(round|clamp_min|changes|increase)\(", lambda m: _idle(m[1]), "function taken away"),
)


def mutants(body: Body) -> Iterator[tuple[str, Body]]:
    """Each broken rule with what was done to it."""
    for what, expr in _expressions(str(body["expr"])):
        if " ".join(expr.split()) != " ".join(str(body["expr"]).split()):
            yield what, {**body, "expr": expr}
    if "alert" in body:
        yield from _alerts(body)


def _alerts(body: Body) -> Iterator[tuple[str, Body]]:
    if "for" in body:
        yield "`for` dropped", {k: v for k, v in body.items() if k != "for"}
    yield "`for` longer", {**body, "for": _doubled(body.get("for", "10m"))}
    if "keep_firing_for" in body:
        yield "`keep_firing_for` dropped", {k: v for k, v in body.items() if k != "keep_firing_for"}
        yield "`keep_firing_for` longer", {**body, "keep_firing_for": "3h"}
    for part in ("labels", "annotations"):
        for name in body[part]:
            without = deepcopy(body)
            del without[part][name]
            yield f"{part}: {name} dropped", without


def _doubled(duration: str) -> str:
    return f"{int(duration[:-1]) * 2}{duration[-1]}"


def _expressions(expr: str) -> Iterator[tuple[str, str]]:
    for pattern, become, what in EDITS:
        yield from _each(pattern, become, what, _one_line(expr))
    yield from _labels(_one_line(expr))


def _one_line(expr: str) -> str:
    return re.sub(r"\s+", " ", expr).strip()


def _swap(operator: str) -> str:
    return SWAPPED[f" {operator.strip()} "]


def _idle(function: str) -> str:
    """A function of the same shape that does something else."""
    return {"round": "ceil(0.4 + ", "clamp_min": "clamp_max(", "changes": "count_over_time(", "increase": "rate("}[
        function
    ]


def _each(pattern: str, become: Become, what: str, expr: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(pattern, expr):
        mutant = expr[: found.start()] + become(found) + expr[found.end() :]
        yield f"{what} at {found.start()} ({found[0].strip()})", mutant


def _labels(expr: str) -> Iterator[tuple[str, str]]:
    """One label dropped from one `by (…)` or `on (…)`."""
    for found in re.finditer(r"\b(by|on) \(([^)]+)\)", expr):
        names = found[2].split(", ")
        for name in names:
            kept = ", ".join(n for n in names if n != name)
            yield (
                f"label {name} dropped at {found.start()}",
                f"{expr[: found.start()]}{found[1]} ({kept}){expr[found.end() :]}",
            )
