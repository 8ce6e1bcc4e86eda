"""docs/states.md: each state machine as a diagram and as a table, from the declared transitions."""

from collections.abc import Iterator
from itertools import groupby

from deploy.states.declared import Declared, declared

HEAD = """# What can become of each item
Made from the tables that the code itself moves by (`alurwarta states write`); `alurwarta states --json` prints the
same. An action without a role follows from an event of another service or is the system's own.
"""


def document() -> str:
    """The whole page."""
    return "\n".join((HEAD, *_sections()))


def _sections() -> Iterator[str]:
    for service, of_service in groupby(declared(), key=lambda d: d.service):
        yield f"## {service.capitalize()}\n"
        for item, rows in groupby(sorted(of_service, key=lambda d: d.item), key=lambda d: d.item):
            yield _section(item, list(rows))


def _section(item: str, rows: list[Declared]) -> str:
    arrows: dict[tuple[str | None, str], list[str]] = {}
    for d in rows:
        arrows.setdefault((d.before, d.after), []).append(d.action)
    drawn = [
        f"    {_node(before) if before else '[*]'} --> {_node(after)}: {', '.join(dict.fromkeys(actions))}"
        for (before, after), actions in arrows.items()
    ]
    names = dict.fromkeys(state for d in rows for state in (d.before, d.after) if state and "-" in state)
    named = [f'    state "{state}" as {_node(state)}' for state in names]
    table = [f"| {d.before or ''} | {d.action} | {d.after} | {', '.join(d.roles)} |" for d in rows]
    return "\n".join((
        f"### {item}\n", "```mermaid", "stateDiagram-v2", *named, *drawn, "```\n", "| from | action | to | roles |",
        "|---|---|---|---|", *table, "",
    ))  # fmt: skip


def _node(state: str) -> str:
    """Mermaid takes a hyphen for an arrow's."""
    return state.replace("-", "_")
