"""The picture of a runbook: who did what when in the median run, and how long users are away in all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import numpy as np

from poolcast import units
from poolcast.figures import Picture, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolcast.recovery import Recovery

_THEME = Theme()
_CRITICAL = "#d1495b"
_BESIDE = "#2483c5"
_WAITING = "#c9d1da"
_LONGEST_AXIS = 4 * 3600  # up to here an axis counts minutes, above it hours


def recovery_figure(recovery: Recovery) -> Picture:
    """The median run as bars, its critical path marked, above the distribution of the outage."""
    with matplotlib.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar
        rows = len(recovery.runbook.steps)
        figure = Picture(figsize=(10.5, 3.6 + 0.34 * rows), facecolor=_THEME.paper, layout="constrained")
        bars, spread = figure.subplots(2, 1, height_ratios=(0.34 * rows + 0.8, 2.4))
        _bars(bars, recovery)
        _distribution(spread, recovery)
        for axis in (bars, spread):
            _frame(axis)
        text = f"{recovery.runbook.name} · {recovery.samples:,} runs · seed {recovery.seed} · {recovery.people()}"
        figure.supxlabel(text, fontsize=8, color=_THEME.muted, x=0.99, ha="right")
        return figure


def _bars(axis: Axes, recovery: Recovery) -> None:
    schedule = recovery.core.median_schedule
    steps = recovery.runbook.steps
    axis.axvspan(schedule.out_of_service_s, schedule.back_in_service_s, color=_CRITICAL, alpha=0.07, linewidth=0)
    axis.axvline(schedule.back_in_service_s, color=_CRITICAL, linewidth=1)
    for row, when in enumerate(schedule.steps):
        colour = _CRITICAL if row in schedule.critical else _BESIDE
        axis.barh(row, when.start_s - when.ready_s, left=when.ready_s, height=0.22, color=_WAITING)
        axis.barh(row, when.end_s - when.start_s, left=when.start_s, height=0.62, color=colour)
        text = units.duration(when.end_s - when.start_s)
        label = axis.annotate(text, (when.end_s, row), (4, 0), textcoords="offset points", va="center", fontsize=8)
        label.set(color=_THEME.muted, bbox={"facecolor": _THEME.paper, "edgecolor": "none", "pad": 0.8})
    axis.set_yticks(range(len(steps)), [f"{step.name}  ({step.who or 'by itself'})" for step in steps])
    axis.set_ylim(len(steps) - 0.4, -0.6)
    axis.set_xlim(0, 1.09 * schedule.done_s if schedule.done_s > 0 else 1)
    _time_axis(axis, schedule.done_s)
    away = units.duration(schedule.back_in_service_s - schedule.out_of_service_s)
    axis.set_title(f"The median run: users away {away}. Critical path red, waiting for somebody grey")


def _distribution(axis: Axes, recovery: Recovery) -> None:
    outage = np.array([run.outage_s for run in recovery.core.runs])
    spread = recovery.core.outage
    most = max(float(np.quantile(outage, 0.995)), 1.0)
    axis.hist(outage, bins=60, range=(min(float(outage.min()), most), most), color=_BESIDE, alpha=0.75)
    axis.set_ylim(0, 1.22 * axis.get_ylim()[1])
    where = axis.get_xaxis_transform()
    # Beside their lines at three heights, so that they do not meet when the quantiles lie close together.
    for name, value, height, side in (
        ("p5", spread.p5_s, 0.97, "right"),
        ("p50", spread.p50_s, 0.97, "left"),
        ("p95", spread.p95_s, 0.85, "left"),
    ):
        axis.axvline(value, color=_THEME.ink, linewidth=1, linestyle=(0, (4, 2)))
        text = f"{name} {units.duration(value)}"
        offset = (3 if side == "left" else -3, 0)
        axis.annotate(text, (value, height), offset, where, "offset points", ha=side, va="top", fontsize=8.5, color=_THEME.ink)
    axis.set_yticks([])
    axis.set_xlim(0, most)
    _time_axis(axis, most)
    axis.set_title("How long users are away, over all runs")


def _time_axis(axis: Axes, longest_s: float) -> None:
    scale, name = (60, "minutes") if longest_s <= _LONGEST_AXIS else (3600, "hours")
    span = max(longest_s / scale, 1e-9)
    step = next((size for size in (1, 2, 5, 10, 15, 20, 30, 60, 120) if span / size <= 12), span / 8)
    axis.set_xticks(np.arange(0, span + 1e-9, step) * scale)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value / scale:g}")
    axis.set_xlabel(name, color=_THEME.muted)


def _frame(axis: Axes) -> None:
    axis.set_facecolor("none")
    axis.title.set(color=_THEME.ink, fontsize=11, fontweight="bold")
    axis.title.set_horizontalalignment("left")
    axis.title.set_x(0)
    axis.grid(visible=True, axis="x", color=_THEME.grid, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=_THEME.muted, labelsize=9, which="both")
    for name, spine in axis.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set_color(_THEME.grid)
