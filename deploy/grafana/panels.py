"""The kinds of panels that the dashboards are made of, each with the queries it asks."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders import prometheus as prometheus_builders
from grafana_foundation_sdk.models import common, dashboard, prometheus

SOURCE = dashboard.DataSourceRef(type_val="prometheus", uid="alurwarta-prometheus")
GOOD, NEAR, BAD = "green", "orange", "red"
WHOLE_ROW = 24


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression; `name` is its legend in a graph (may hold {{label}}s), its column in a table."""

    expr: str
    name: str = ""

    @property
    def one_line(self) -> str:
        return " ".join(self.expr.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """How values read: unit as Grafana names it, decimals, the values from which they are near their limit and bad."""

    unit: str = "short"
    decimals: int = 0
    near: float | None = None
    bad: float | None = None


COUNT, WARN, STOP = Kind(), Kind(near=1), Kind(bad=1)
SHARE, SECONDS = Kind("percentunit", 1), Kind("s")


def _ask(query: Query, ref: str) -> prometheus_builders.Dataquery:
    return prometheus_builders.Dataquery().expr(query.one_line).legend_format(query.name).ref_id(ref).datasource(SOURCE)


def _thresholds(kind: Kind) -> builders.ThresholdsConfig:
    steps = [dashboard.Threshold(color=GOOD)]
    steps += [dashboard.Threshold(at, colour) for at, colour in ((kind.near, NEAR), (kind.bad, BAD)) if at is not None]
    return builders.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps)


def _refs(queries: tuple[Query, ...]) -> list[tuple[str, Query]]:
    return [(chr(ord("A") + n), query) for n, query in enumerate(queries)]


def numbers(title: str, about: str, *queries: Query, kind: Kind = COUNT, span: int = 6) -> stat.Panel:
    """A few large numbers as they are now."""
    panel = stat.Panel().title(title).description(about).span(span).height(5).datasource(SOURCE)
    panel.unit(kind.unit).decimals(kind.decimals).thresholds(_thresholds(kind)).no_value("–")
    panel.color_mode(common.BigValueColorMode.VALUE).graph_mode(common.BigValueGraphMode.NONE)
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
    for ref, query in _refs(queries):
        panel.with_target(_ask(query, ref).instant())
    return panel


def switch(title: str, about: str, query: Query, *, on: str, off: str, span: int = 6) -> stat.Panel:
    """A 0 or 1 in words."""
    words = {"1": dashboard.ValueMappingResult(text=on), "0": dashboard.ValueMappingResult(text=off)}
    return numbers(title, about, query, span=span).mappings([dashboard.ValueMap(options=words)])


def lines(
    title: str, about: str, *queries: Query, kind: Kind = COUNT, span: int = 12, dashed: str = "", bars: bool = False
) -> timeseries.Panel:
    """A course over time; series whose name matches `dashed` (a regular expression) are drawn as a limit."""
    panel = timeseries.Panel().title(title).description(about).span(span).height(9).datasource(SOURCE)
    panel.unit(kind.unit).decimals(kind.decimals).min(0).fill_opacity(60 if bars else 5)
    if kind.unit == "percentunit":
        panel.max(1)
    panel.draw_style(common.GraphDrawStyle.BARS if bars else common.GraphDrawStyle.LINE)
    panel.legend(
        common_builders.VizLegendOptions()
        .show_legend(True)
        .display_mode(common.LegendDisplayMode.LIST)
        .placement(common.LegendPlacement.BOTTOM)
    )
    if dashed:
        style = dashboard.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 10]})
        panel.override_by_regexp(dashed, [style])
    for ref, query in _refs(queries):
        panel.with_target(_ask(query, ref).range())
    return panel


def rows(
    title: str, about: str, *queries: Query, names: dict[str, str], kinds: dict[str, Kind] | None = None, span: int = 12
) -> table.Panel:
    """A table as of now: one row per set of labels, one column per label in `names` and per query."""
    panel = table.Panel().title(title).description(about).span(span).height(9).datasource(SOURCE)
    panel.with_transformation(dashboard.DataTransformerConfig(id_val="merge", options={}))
    alone = len(queries) == 1
    columns = {"Value" if alone else f"Value #{ref}": query.name for ref, query in _refs(queries)}
    order = {name: n for n, name in enumerate([*names, *columns])}
    options = {"excludeByName": {"Time": True}, "renameByName": names | columns, "indexByName": order}
    panel.with_transformation(dashboard.DataTransformerConfig(id_val="organize", options=options))
    for column, kind in (kinds or {}).items():
        shown = [("unit", kind.unit), ("decimals", kind.decimals)]
        panel.override_by_name(column, [dashboard.DynamicConfigValue(name, value) for name, value in shown])
    for ref, query in _refs(queries):
        panel.with_target(_ask(query, ref).instant().format(prometheus.PromQueryFormat.TABLE))
    return panel


def spread(title: str, about: str, query: Query, *, span: int = 12) -> bargauge.Panel:
    """How many fall into each bucket of a histogram, now."""
    panel = bargauge.Panel().title(title).description(about).span(span).height(9).datasource(SOURCE)
    panel.unit("short").decimals(0).min(0).orientation(common.VizOrientation.HORIZONTAL)
    panel.reduce_options(common_builders.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel.with_target(_ask(query, "A").instant().format(prometheus.PromQueryFormat.HEATMAP))


def choice(name: str, label: str, values: str) -> builders.QueryVariable:
    """A variable of which several values may be chosen; all at first."""
    variable = builders.QueryVariable(name).label(label).datasource(SOURCE).query(values)
    variable.refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    everything = dashboard.VariableOption(selected=True, text="All", value="$__all")
    return variable.multi(True).include_all(True).all_value(".*").current(everything)


def page(uid: str, title: str, about: str, *, since: str) -> builders.Dashboard:
    """An empty dashboard in the viewer's own zone; `since` is what it shows at first, e.g. `now-30d`."""
    made = builders.Dashboard(title).uid(uid).description(about).tags(["alurwarta"]).readonly()
    return made.time(since, "now").refresh("1m").timezone("browser").tooltip(dashboard.DashboardCursorSync.CROSSHAIR)


def row(title: str) -> builders.Row:
    return builders.Row(title)
