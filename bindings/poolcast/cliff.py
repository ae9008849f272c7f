"""The picture of a tipping point: time back against the size of the trigger, and where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib

from poolcast import units
from poolcast.figures import _COLOURS, _LOST, Picture, Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolcast.bisection import Tried
    from poolcast.tipping import TippingPoint

_MARKS = {  # of an answer: marker, colour, name
    "comes_back": ("o", _COLOURS[0], "comes back"),
    "not_decided": ("s", _COLOURS[1], "not decided"),
    "does_not_come_back": ("X", _LOST, "does not come back"),
}


def cliff_figure(answer: TippingPoint) -> Picture:
    """Above how long the system takes, with sizes that never do at the top; below the share of replications that come back."""
    theme = Theme()
    with matplotlib.rc_context({"text.parse_math": False}):
        figure = Picture(figsize=(9, 5.6), facecolor=theme.paper, layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1))
        tried = answer.tried
        _times(above, tried)
        below.plot([one.size for one in tried], [100 * one.share_back for one in tried], "o-", color=_COLOURS[2], linewidth=1.4)
        below.set_ylim(-6, 106)
        below.set_ylabel("% come back", color=theme.muted)
        for axis in (above, below):
            _frame(axis, answer, theme)
        above.set_title(f"{answer.data['scenario']['name']}: {answer.data['what']}", color=theme.ink, fontsize=11)
        run = f"seed {answer.data['seed']} · {units.plural(answer.data['replications'], 'replication')} of every size"
        figure.supxlabel(run, fontsize=8, color=theme.muted, x=0.99, ha="right")
    return figure


def _times(axis: Axes, tried: list[Tried]) -> None:
    minutes = [one.after["p50_s"] / 60 for one in tried if one.after and one.after["p50_s"] is not None]
    top = 1.25 * max([*minutes, 1.0])
    for name, (marker, colour, label) in _MARKS.items():
        own = [one for one in tried if one.answer == name]
        heights = []
        for one in own:
            after = one.after or {}
            middle = after.get("p50_s") if name == "comes_back" else None
            heights.append(top if middle is None else middle / 60)
            if middle is not None and after.get("p5_s") is not None and after.get("p95_s") is not None:
                axis.plot([one.size] * 2, [after["p5_s"] / 60, after["p95_s"] / 60], color=colour, linewidth=1)
        if own:
            axis.plot([one.size for one in own], heights, marker, color=colour, label=label, linestyle="none", markersize=8)
    axis.set_ylim(-0.04 * top, 1.1 * top)
    axis.set_ylabel("minutes until it is as before")
    axis.legend(frameon=False, fontsize=9)


def _frame(axis: Axes, answer: TippingPoint, theme: Theme) -> None:
    sizes = [one.size for one in answer.tried]
    if min(sizes) > 0 and max(sizes) / min(sizes) > 4:
        axis.set_xscale("log")
    axis.minorticks_off()
    axis.xaxis.set_major_formatter(lambda value, _: answer.text(value))
    if answer.came_back is not None and answer.tipped is not None:
        axis.axvspan(answer.came_back, answer.tipped, color=_LOST, alpha=0.2, linewidth=0)
    axis.grid(color=theme.grid, linewidth=0.7)
    axis.set_facecolor(theme.paper)
    axis.tick_params(colors=theme.muted, labelsize=9)
    axis.yaxis.label.set_color(theme.muted)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axis.spines[side].set_color(theme.grid)
