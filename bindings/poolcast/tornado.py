"""The picture of an availability: minutes a year by cause, and what each assumption moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib

from poolcast import units
from poolcast.figures import _COLOURS, _LOST, Picture, Theme
from poolcast.nines import MOST_MINUTES, minutes_interval, minutes_of_end, minutes_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poolcast.nines import Availability, Swing
    from poolcast.summary import Row

_ENDS = ((_COLOURS[0], "at the low end of the assumption"), (_COLOURS[1], "at the high end"))
_SCALES = (
    (2.0, 1 / 60, "seconds"),
    (MOST_MINUTES, 1.0, "minutes"),
    (float("inf"), 60.0, "hours"),
)  # up to so many minutes a year
_CAUSE_INCHES, _SWING_INCHES = 0.34, 0.52
MOST_SWINGS = 12  # the widest; the rest moves hardly anything


def availability_figure(answer: Availability) -> Picture:
    """The whole picture: above the causes, below, when it was asked for, the sensitivity as a tornado."""
    with matplotlib.rc_context({"text.parse_math": False}):  # a dollar in a name is a dollar
        theme = Theme()
        swings = _shown(answer)
        heights = [_causes_inches(answer), *([_tornado_inches(swings)] if swings else [])]
        figure, axes = _figure(heights, theme, head_inches=1.0)
        _causes(axes[0], answer, theme)
        _title(axes[0], "What takes users' time", theme)
        if swings:
            _tornado(axes[1], answer, swings, theme)
            _title(axes[1], "What matters most: one assumption at a time at the ends of its interval", theme)
        figure.suptitle(f"{answer.name}\n{answer.sentence()}\n", fontsize=12, color=theme.ink, x=0.01, ha="left")
        cycles = f"{units.events(answer['cycles'])} cycles · scenario {answer['scenario']['digest'][:12]}"
        text = f"seed {answer['seed']} · {cycles} · whiskers are 95 % confidence intervals"
        figure.supxlabel(text, fontsize=8, color=theme.muted, x=0.99, ha="right")
        return figure


def causes_figure(answer: Availability, theme: Theme) -> Picture:
    """The causes alone, without a head; for the page."""
    with matplotlib.rc_context({"text.parse_math": False}):
        figure, axes = _figure([_causes_inches(answer)], theme)
        _causes(axes[0], answer, theme)
        return figure


def tornado_figure(answer: Availability, theme: Theme) -> Picture:
    """The sensitivity alone, without a head; for the page."""
    with matplotlib.rc_context({"text.parse_math": False}):
        swings = _shown(answer)
        figure, axes = _figure([_tornado_inches(swings)], theme)
        _tornado(axes[0], answer, swings, theme)
        return figure


def _figure(heights: list[float], theme: Theme, head_inches: float = 0.0) -> tuple[Picture, list[Axes]]:
    figure = Picture(figsize=(10.5, head_inches + sum(heights)), facecolor=theme.paper, layout="constrained")
    return figure, list(figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])


def _shown(answer: Availability) -> list[Swing]:
    return answer.swings()[:MOST_SWINGS]


def _present(answer: Availability) -> list[tuple[str, Row]]:
    return [cause for cause in answer.by_cause() if cause[1]["minutes_per_year"] > 0]


def _causes_inches(answer: Availability) -> float:
    return 1.0 + _CAUSE_INCHES * max(1, len(_present(answer)))


def _tornado_inches(swings: list[Swing]) -> float:
    return 1.2 + _SWING_INCHES * len(swings)


def _scale(most: float) -> tuple[float, str]:
    return next((size, name) for limit, size, name in _SCALES if most <= limit)


def _causes(axis: Axes, answer: Availability, theme: Theme) -> None:
    causes = _present(answer)
    size, name = _scale(max((minutes["high"] for _, minutes in causes), default=0))
    for row, (_, minutes) in enumerate(causes):
        value, low, high = (minutes[key] / size for key in ("minutes_per_year", "low", "high"))
        axis.barh(row, value, height=0.62, color=_LOST)
        axis.plot([low, high], [row, row], color=theme.ink, linewidth=1.2, marker="|", markersize=6)
        text = f"{minutes_text(minutes)} {minutes_interval(minutes)}".rstrip()
        axis.annotate(text, (high, row), (7, 0), textcoords="offset points", va="center", fontsize=8.5, color=theme.muted)
    axis.set_yticks(range(len(causes)), [cause for cause, _ in causes])
    axis.set_ylim(max(1, len(causes)) - 0.4, -0.6)
    most = max((minutes["high"] / size for _, minutes in causes), default=1.0)
    axis.set_xlim(0, 1.35 * most)  # beside the longest bar there is room for its number
    axis.set_xlabel(f"{name} a year that a user is away", color=theme.muted)
    _frame(axis, theme)


def _tornado(axis: Axes, answer: Availability, swings: list[Swing], theme: Theme) -> None:
    values = [end["minutes_per_year"] for swing in swings for end in swing.ends if end["minutes_per_year"] is not None]
    base = answer["unavailable"]["minutes_per_year"]
    least, most = min([base, *values]), max([base, *values])
    size, name = _scale(most)
    for row, swing in enumerate(swings):
        _swing(axis, row, swing, base, size, theme)
    axis.axvline(base / size, color=theme.ink, linewidth=1)
    for colour, label in _ENDS:
        axis.barh(0, 0, color=colour, label=label)
    axis.set_yticks(range(len(swings)), [f"{swing.subject}\n{swing.bounds}" for swing in swings])
    axis.set_ylim(len(swings) - 0.4, -0.6)
    room = 0.12 * (most - least) or 0.12 * most or 1.0  # for the numbers on both sides
    axis.set_xlim((least - room) / size, (most + room) / size)
    axis.set_xticks([tick for tick in axis.get_xticks() if 0 <= tick <= (most + room) / size])
    axis.set_xlabel(f"{name} a year that a user is away; the line: as assumed", color=theme.muted)
    axis.legend(loc="lower right", frameon=False, fontsize=8.5, labelcolor=theme.ink)
    _frame(axis, theme)


def _swing(axis: Axes, row: int, swing: Swing, base: float, size: float, theme: Theme) -> None:
    """A bar from the answer to what it becomes at either end; the smaller number stands on the left, the larger on the right."""
    values = [end["minutes_per_year"] for end in swing.ends]
    left = 0 if _or(values[0], base) <= _or(values[1], base) else 1
    for number, (end, (colour, _)) in enumerate(zip(swing.ends, _ENDS, strict=True)):
        value = _or(values[number], base)
        axis.barh(row, (value - base) / size, left=base / size, height=0.56, color=colour)
        text = "not worked out" if values[number] is None else minutes_of_end(end)
        side, at = (-1, min(value, base)) if number == left else (1, max(value, base))
        label = axis.annotate(text, (at / size, row), (5 * side, 0), textcoords="offset points", va="center", fontsize=8.5)
        label.set(color=theme.muted, ha="left" if side > 0 else "right")


def _or(value: float | None, base: float) -> float:
    return base if value is None else value


def _title(axis: Axes, text: str, theme: Theme) -> None:
    axis.set_title(text, loc="left", color=theme.ink, fontsize=11, fontweight="bold")


def _frame(axis: Axes, theme: Theme) -> None:
    axis.set_facecolor("none")
    axis.grid(visible=True, axis="x", color=theme.grid, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=theme.muted, labelsize=9, which="both")
    axis.tick_params(axis="y", length=0)
    for name, spine in axis.spines.items():
        spine.set_visible(name in {"left", "bottom"})
        spine.set_color(theme.grid)
