"""Pictures of a run, drawn with matplotlib."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from poolcast import logbook, summary, units
from poolcast.labels import stagger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from poolcast.result import Result
    from poolcast.summary import Row

# Okabe and Ito's palette: told apart by people who see colours differently, on white and on black.
_COLOURS = ("#2483c5", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c7ae6", "#7f8c2d")
_LOST = "#d1495b"
_MARKED_FAILURES = 2
_CLOCKS = ((300, 1, "seconds"), (4 * 3600, 60, "minutes"), (float("inf"), 3600, "hours"))  # up to a horizon of so many seconds


@dataclass(frozen=True)
class Theme:
    """Colours of what is not data."""

    ink: str = "#1f2a37"
    muted: str = "#5b6876"
    grid: str = "#e3e8ee"
    paper: str = "#ffffff"


# Colours that stand for the page's variables; page_svg() puts the variables in their place.
_VARIABLES = Theme(ink="#010203", muted="#010204", grid="#010205", paper="none")


class Picture(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_png_(self) -> bytes:
        return png(self, dots_per_inch=96)


def timeline_figure(result: Result, theme: Theme = Theme()) -> Figure:
    """Users connected, delivery latency and utilisation on one time axis, with the fault shaded."""
    with matplotlib.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar; texts keep the setting
        return _timeline(result, theme)


def _timeline(result: Result, theme: Theme) -> Figure:
    steps = logbook.steps(result.data)
    bars_inches = 0.6 + 0.2 * len(steps) if steps else 0.0
    figure = Picture(figsize=(10.5, 8.4 + bars_inches), facecolor=theme.paper, layout="constrained")
    heights = (1, 1.15, 1.15, *([bars_inches / 2.5] if steps else []))
    axes: Sequence[Axes] = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    _users(axes[0], result)
    _latency(axes[1], result)
    _utilisation(axes[2], result)
    if steps:
        _steps(axes[3], steps, result)
    for axis in axes:
        _frame(axis, result, theme)
    labels = [*_fault_labels(axes[0], result, theme), *_recovery_marks(axes[0], result, theme)]
    scenario = result.data["scenario"]
    axes[-1].set_xlim(0, scenario["horizon_s"])
    _time_axis(axes[-1], scenario["horizon_s"], theme)
    run = f"seed {result.data['seed']} · {units.plural(result.replications, 'replication')} · scenario {scenario['digest'][:12]}"
    figure.supxlabel(f"{run} · bands are 95 % confidence intervals", fontsize=8, color=theme.muted, x=0.99, ha="right")
    stagger(figure, axes[0], labels)
    return figure


def _time_axis(axis: Axes, horizon_s: float, theme: Theme) -> None:
    scale, name = next((size, unit) for most, size, unit in _CLOCKS if horizon_s <= most)
    ticks = [scale * tick for tick in MaxNLocator(8, steps=[1, 2, 3, 5, 6, 10]).tick_values(0, horizon_s / scale)]
    axis.set_xticks([tick for tick in ticks if 0 <= tick <= horizon_s])
    axis.xaxis.set_major_formatter(lambda value, _: f"{value / scale:g}")
    axis.set_xlabel(f"{name} from the scenario's start", color=theme.muted)


def _series(rows: Iterable[Row], column: str) -> tuple[list[float], list[float]]:
    points = [(row["window_start_s"] + row["window_s"] / 2, row[column]) for row in rows if row.get(column) is not None]
    return [time for time, _ in points], [value for _, value in points]


def _draw(
    axis: Axes, rows: list[Row], column: str, band: tuple[str, str] | None = None, floor: float = 0.0, **style: Any
) -> None:
    times, values = _series(rows, column)
    (line,) = axis.plot(times, values, **{"linewidth": 1.8, **style})
    if band is not None:
        banded = [row for row in rows if row.get(band[0]) is not None and row.get(band[1]) is not None]
        middle, low = _series(banded, band[0])
        _, high = _series(banded, band[1])
        # No figure here can be negative, and a logarithmic axis has no zero either: there a band that reaches it ends at the
        # least value drawn in its colour, and not in a block down to the axis' floor.
        low = [max(value, floor) for value in low]
        high = [max(value, floor) for value in high]
        axis.fill_between(middle, low, high, color=line.get_color(), alpha=0.15, linewidth=0)


def _users(axis: Axes, result: Result) -> None:
    connected = _overall(summary.windows(result.data["rows"], "users_connected"))
    waiting = _overall(summary.windows(result.data["rows"], "users_waiting"))
    _draw(axis, connected, "mean", ("mean_low", "mean_high"), color=_COLOURS[0], label="connected")
    by_time = {row["window_start_s"]: row["mean"] or 0 for row in connected}
    lost = [row for row in waiting if row["window_start_s"] in by_time and row["mean"] is not None]
    most = max(by_time.values(), default=0)
    if any(row["mean"] > 0 for row in lost):
        times, gone = _series(lost, "mean")
        base = [by_time[row["window_start_s"]] for row in lost]
        top = [below + more for below, more in zip(base, gone, strict=True)]
        axis.fill_between(times, base, top, color=_LOST, alpha=0.28, linewidth=0, label="without service")
        most = max(most, *top)
    # Users are as many as there are: the band of few replications, which may reach far above, must not set the scale.
    axis.set_ylim(0, 1.06 * most if most > 0 else 1)
    axis.set_title("Users connected")
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _overall(rows: list[Row]) -> list[Row]:
    """One row per window: the one over everything, else the sum over pools or servers (without an interval)."""
    kinds: list[Callable[[Row], bool]] = [
        lambda row: not row.get("node") and not row.get("pool"),
        lambda row: bool(row.get("pool")) and not row.get("node"),
        lambda row: bool(row.get("node")),
    ]
    for fits in kinds:
        found = [row for row in rows if fits(row) and not row.get("part")]
        if not found:
            continue
        if len({summary.place_of(row) for row in found}) == 1:
            return found
        sums: dict[float, Row] = {}
        for row in found:
            start = row["window_start_s"]
            sums.setdefault(start, {"window_start_s": start, "window_s": row["window_s"], "mean": 0})["mean"] += row["mean"] or 0
        return list(sums.values())
    return []


def _latency(axis: Axes, result: Result) -> None:
    rows = [row for row in summary.windows(result.data["rows"], "delivery_latency") if not row.get("node")]
    groups = dict.fromkeys((row.get("pool") or "", row.get("part") or "") for row in rows)
    several = len({pool for pool, _ in groups}) > 1
    shown = [group for group in groups if group[1]] or list(groups)
    colours = {}
    for number, (pool, part) in enumerate(shown[: len(_COLOURS)]):
        own = [row for row in rows if (row.get("pool") or "", row.get("part") or "") == (pool, part)]
        colours[part] = _COLOURS[number]
        floor = min((row["p50"] for row in own if (row.get("p50") or 0) > 0), default=0.0)
        name = f"{part or 'all'} rooms" + (f", {pool}" if several and pool else "")
        _draw(axis, own, "p50", color=_COLOURS[number], linestyle=(0, (1, 1.5)), linewidth=1.2)
        _draw(axis, own, "p95", ("p95_low", "p95_high"), floor, color=_COLOURS[number], label=_label(name))
        _draw(axis, own, "p99", color=_COLOURS[number], linestyle=(0, (5, 2)), linewidth=1.0)
    bounds: dict[tuple[float, str], list[str]] = {}
    for verdict in result.data["verdicts"]:
        if verdict["metric"] == "delivery_latency" and verdict["bound"]:
            words = f"{verdict['statistic']} {summary.words(verdict['bound_kind'])} {units.duration(verdict['bound'])}"
            bounds.setdefault((verdict["bound"], words), []).append(verdict.get("place") or "")
    for (bound, words), places in bounds.items():
        colour = colours.get(places[0], _LOST) if len(places) == 1 else _LOST
        axis.axhline(bound, color=colour, linewidth=1, linestyle=(0, (7, 2, 1, 2)), alpha=0.8)
        text = f"{' and '.join(places)} {words}".strip()
        where = axis.get_yaxis_transform()
        axis.annotate(text, (0.008, bound), (0, 2), where, "offset points", color=colour, fontsize=8)
    axis.set_yscale("log")
    axis.set_title("Delivery latency: p95, with p50 dotted and p99 dashed" + _cut(min(len(shown), len(_COLOURS)), len(shown)))
    axis.yaxis.set_major_formatter(lambda value, _: units.duration(value))
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axis.yaxis.set_minor_locator(NullLocator())


def _steps(axis: Axes, steps: list[Row], result: Result) -> None:
    """What operators did, a bar for each step of their runbooks; red what was refused."""
    for row, step in enumerate(steps):
        colour = _LOST if step["kind"] == "refused" else _COLOURS[0]
        axis.barh(row, step["ends_s"] - step["begins_s"], left=step["begins_s"], height=0.6, color=colour)
        refused = " refused" if step["kind"] == "refused" else ""
        text = f"{step['what']}{refused}"
        axis.annotate(text, (step["ends_s"], row), (4, 0), textcoords="offset points", va="center", fontsize=7.5, color=colour)
    axis.set_ylim(len(steps) - 0.4, -0.6)
    axis.set_yticks([])
    runbooks = ", ".join(dict.fromkeys(step["runbook"] for step in steps))
    axis.set_title(f"Operators: {runbooks}" + (", mean over replications" if result.replications > 1 else ""))


def _label(name: str) -> str:
    """A name for the legend, which leaves out names that begin with a line below: a blank of no width goes before it."""
    return f"\u200b{name}" if name.startswith("_") else name


def _cut(drawn: int, count: int) -> str:
    """What a title says when there are more lines than are drawn."""
    return f"; {drawn} of {count} shown" if drawn < count else ""


def _utilisation(axis: Axes, result: Result) -> None:
    rows = [row for row in summary.windows(result.data["rows"], "utilisation") if not row.get("part")]
    nodes = dict.fromkeys(summary.place_of(row) for row in rows)
    most = {node: max(row["mean"] or 0 for row in rows if summary.place_of(row) == node) for node in nodes}
    chat = {summary.place_of(row) for row in result.data["rows"] if row["metric"] == "users_connected" and row.get("node")}
    shown = [node for node in nodes if node in chat and most[node] > 0] or [node for node in nodes if most[node] > 0]
    hit = {word for fault in result.data["scenario"]["faults"] for word in fault["label"].replace(",", " ").split()}
    for number, node in enumerate(shown[: len(_COLOURS)]):
        own = [row for row in rows if summary.place_of(row) == node]
        dashes: Any = (0, (5, 2)) if node in hit else "solid"
        _draw(axis, own, "mean", ("mean_low", "mean_high"), color=_COLOURS[number], label=_label(node), linestyle=dashes)
    others = [node for node in nodes if node not in chat and node not in shown and most[node] > 0]
    for number, node in enumerate(others[:2]):
        own = [row for row in rows if summary.place_of(row) == node]
        dotted: Any = (0, (1, 1 + number))
        _draw(axis, own, "mean", color="#8a8f98", linewidth=1.4, linestyle=dotted, label=_label(node))
    axis.set_ylim(0, 1.02)
    drawn = min(len(shown), len(_COLOURS)) + min(len(others), 2)
    axis.set_title("Utilisation of the processors" + _cut(drawn, len(shown) + len(others)))
    axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")


def _frame(axis: Axes, result: Result, theme: Theme) -> None:
    scenario = result.data["scenario"]
    horizon = scenario["horizon_s"]
    for fault in scenario["faults"]:
        end = fault["at_s"] + (fault["for_s"] or horizon)
        axis.axvspan(fault["at_s"], min(end, horizon), color=_LOST, alpha=0.10, linewidth=0)
        axis.axvline(fault["at_s"], color=_LOST, linewidth=1)
    if scenario["warm_up_s"]:
        axis.axvspan(0, scenario["warm_up_s"], color="#8a8f98", alpha=0.14, linewidth=0)
    axis.set_facecolor("none")
    axis.title.set(color=theme.ink, fontsize=11, fontweight="bold")
    axis.title.set_horizontalalignment("left")
    axis.title.set_x(0)
    axis.grid(visible=True, color=theme.grid, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=theme.muted, labelsize=9, which="both")
    for name, spine in axis.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set_color(theme.grid)
    handles, labels = axis.get_legend_handles_labels()
    if handles:
        legend = axis.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(1.0, 1.02), frameon=False, fontsize=8.5, handlelength=1.8
        )  # beside the axes, where any number of servers finds room
        for text in legend.get_texts():
            text.set_color(theme.ink)


def _fault_labels(axis: Axes, result: Result, theme: Theme) -> list[Text]:
    scenario = result.data["scenario"]
    where = axis.get_xaxis_transform()
    found = []
    if scenario["warm_up_s"]:
        found.append(axis.text(0, 0, " warm-up ", transform=where, color=theme.muted, fontsize=8.5))
    for fault in sorted(scenario["faults"], key=lambda fault: fault["at_s"]):
        text = f"  {fault['label']}  "
        found.append(axis.text(fault["at_s"], 0, text, transform=where, color=_LOST, fontsize=9, fontweight="bold"))
    return found


def _recovery_marks(axis: Axes, result: Result, theme: Theme) -> list[Text]:
    """Lines where the median replication is back, of the failures that cost most users, or the database."""
    entries = result.data.get("recovery") or []
    entries = sorted(entries, key=lambda entry: -(entry["users_affected"] or {"mean": 0})["mean"])[:_MARKED_FAILURES]
    where = axis.get_xaxis_transform()
    found = []
    for entry in entries:
        for column, text in (("half_back", "50 % back"), ("most_back", "95 % back"), ("database_back", "database back")):
            middle = (entry[column] or {}).get("p50_s")
            if middle is None:
                continue
            at = entry["at_s"] + middle
            axis.axvline(at, color=_COLOURS[2], linewidth=0.9, linestyle=(0, (2, 2)))
            found.append(axis.text(at, 0, f" {text} ", transform=where, color=theme.muted, fontsize=7.5, rotation=90))
    return found


def png(figure: Figure, *, dots_per_inch: int = 160) -> bytes:
    """The figure as PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()


def page_svg(result: Result) -> str:
    """The timeline as an SVG element whose text and grid follow the page's light or dark theme."""
    return svg_of(lambda theme: timeline_figure(result, theme), "Users, latency and utilisation through the fault")


def svg_of(draw: Callable[[Theme], Figure], label: str) -> str:
    """A figure as an SVG element whose text and grid follow the page's light or dark theme; `label` is for who cannot see it."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "poolcast", "font.family": "sans-serif"}):
        buffer = io.StringIO()
        draw(_VARIABLES).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    for colour, variable in ((_VARIABLES.ink, "ink"), (_VARIABLES.muted, "muted"), (_VARIABLES.grid, "line")):
        text = text.replace(colour, f"var(--{variable})")
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    head = rf'<svg class="figure" role="img" aria-label="{escape(label)}" viewBox="\1">'
    return re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', head, text, count=1)
