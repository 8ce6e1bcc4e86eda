"""`docs/metrics.md`: every metric with its type, labels, unit and meaning, and how replicas are put together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.metrics.meanings import LABELS, unit_of
from shared.metrics import ITEMS, PREFIX, TECHNICAL

INTRODUCTION = """# The metrics
Made by `alurwarta metrics write` from `shared/metrics.py`; do not edit. Every service tells them on `/metrics`.

Those **about items** are read from the database at each scrape: right after a restart, equal in every replica of a
service, so replicas are put together with `max` (e.g. `max by (office, stage, lane) (alurwarta_open_items)`), and only
then may stages be added up. The **technical** ones count in one process: replicas are put together with `sum`, and
counters are read with `rate()` or `increase()`. Never `rate()` on items: an office has 10 to 100 a day, so compare
counts. The rules under `deploy/prometheus/rules` do all this once; dashboards and alerts read those.

Compliance counts regular clocks that the stage's own work closed. Weekend work that used no working time is apart:
`closed` = in time + late + outside hours, and ratio = in time / (in time + late)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One metric as the page tells it."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]
    unit: str


def catalogue() -> str:
    """The page, in Markdown."""
    items = [Told(f.full_name, f.kind, f.help, f.labels, unit_of(f.name)) for f in ITEMS]
    parts = [INTRODUCTION, f"## About items: `max` over replicas\n{_table(items)}"]
    parts += [f"## Technical: `sum` over replicas\n{_table(technical())}"]
    used = sorted({label for told in (*items, *technical()) for label in told.labels} | {"office", "le"})
    rows = "\n".join(f"| `{label}` | {LABELS[label]} |" for label in used)
    return "\n\n".join([*parts, f"## Labels\n| label | values |\n| --- | --- |\n{rows}"]) + "\n"


def technical() -> list[Told]:
    """Those that the process counts."""
    found: list[Told] = []
    for metric in TECHNICAL:
        (described,) = metric.describe()
        bare = described.name.removeprefix(PREFIX)
        name = f"{described.name}_total" if described.type == "counter" else described.name
        labels = tuple(metric._labelnames)
        found.append(Told(name, described.type, described.documentation, labels, unit_of(bare)))
    return found


def _table(metrics: Iterable[Told]) -> str:
    head = "| metric | type | labels | unit | meaning |\n| --- | --- | --- | --- | --- |"
    rows = (
        f"| `{m.name}` | {m.kind} | {', '.join(f'`{label}`' for label in m.labels) or '–'} | {m.unit} | {m.help} |"
        for m in metrics
    )
    return "\n".join([head, *rows])
