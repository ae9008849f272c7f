"""The search for a tipping point: sizes, what became of them, and the two between which the answer changes; plays nothing."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from poolcast.summary import Row

_INNER = 3  # sizes looked at between two bounds that answer alike: a cliff and its way back up may lie between them
_MOST_STEPS = 40  # of one bisection, whatever the precision
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}
_AMOUNT = re.compile(r"\s*([0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)\s*(us|ms|s|min|h|day|%)?\s*")


@dataclass(frozen=True)
class Tried:
    """One size of the trigger, and what became of its replications."""

    size: float
    comes_back: int
    does_not_come_back: int
    not_decided: int
    after: Row | None  # time back after the trigger: p5_s, p50_s, p95_s, reached, asked
    reason: str
    answers: tuple[str, ...] = field(repr=False, default=())  # by replication

    @property
    def answer(self) -> str:
        """What more than half of the replications say, else not_decided."""
        total = self.comes_back + self.does_not_come_back + self.not_decided
        for name in ("comes_back", "does_not_come_back"):
            if 2 * getattr(self, name) > total:
                return name
        return "not_decided"

    @property
    def share_back(self) -> float:
        """Share of the replications that came back."""
        return self.comes_back / (self.comes_back + self.does_not_come_back + self.not_decided)


def amount(text: str | float) -> tuple[float, str]:
    """Value and unit ("s", "%" or "") of 90s, 1h, 20%, 80_000; ValueError when it is none of these."""
    found = _AMOUNT.fullmatch(str(text))
    if found is None:
        raise ValueError(f"found {text}; expected a number with a unit, such as 90s, 1h, 20% or 80_000")
    value, unit = float(found[1].replace("_", "")), found[2] or ""
    return (value * _UNITS[unit], "s") if unit in _UNITS else (value, unit)


def rounded(value: float, resolution: float) -> float:
    """To as many digits as tell sizes apart that lie `resolution` from each other, three at least; sizes are read by people."""
    digits = 1 + math.ceil(math.log10(value / resolution)) if value > resolution else 1
    return float(f"{value:.{max(3, digits)}g}")


def search(
    tried: Callable[[float], Tried], low: float, high: float, *, precision: float, whole: bool = False
) -> tuple[Tried, Tried] | None:
    """The two sizes next to the cliff: the last that answers like `low` and the first that answers like `high`.

    Each is no further than `precision` of the larger one from its neighbour, which is the other one or a size that is not
    decided. None when every size that was looked at answers alike. Halved is the logarithm when that spreads sizes better.
    """
    by_ratio = low > 0 and high / low > 4

    def between(one: float, two: float, share: float) -> float:
        size = one * (two / one) ** share if by_ratio else one + share * (two - one)
        # Half of what may be left between two sizes, or between those looked at inside two bounds that answer alike.
        resolution = min(precision * size, (high - low) / (_INNER + 1)) / 2
        return min(high, max(low, rounded(float(round(size)) if whole else size, resolution)))

    def edge(one: Tried, two: Tried, like_one: Callable[[Tried], bool]) -> tuple[Tried, Tried]:
        for _ in range(_MOST_STEPS):
            middle = between(one.size, two.size, 0.5)
            if two.size - one.size <= precision * two.size or not one.size < middle < two.size:
                break
            half = tried(middle)
            one, two = (half, two) if like_one(half) else (one, half)
        return one, two

    first, last = tried(low), tried(high)
    if first.answer == last.answer:
        inner = [tried(between(low, high, step / (_INNER + 1))) for step in range(1, _INNER + 1)]
        pair = next(((one, two) for one, two in pairwise([first, *inner, last]) if one.answer != two.answer), None)
        if pair is None:
            return None
        first, last = pair
    one, two = edge(first, last, lambda half: half.answer == first.answer)
    if two.answer != last.answer:  # sizes that are not decided lie between the two sides
        two = edge(two, last, lambda half: half.answer != last.answer)[1]
    return one, two


def beside(tried: list[Tried], size: float) -> list[Tried]:
    """The nearest sizes with an answer, at most one on each side: up to `size`, and above it."""
    below = [one for one in tried if one.size <= size and one.answer != "not_decided"]
    above = [one for one in tried if one.size > size and one.answer != "not_decided"]
    return below[-1:] + above[:1]


def not_monotone(tried: list[Tried]) -> list[str]:
    """Where a replication came back, tipped over and came back again as the size grows (or the other way round)."""
    found = []
    for number in range(len(tried[0].answers) if tried else 0):
        steps = [(one.size, one.answers[number]) for one in tried if one.answers[number] != "not_decided"]
        changes = [size for (_, before), (size, now) in pairwise(steps) if before != now]
        if len(changes) > 1:
            found.append(
                f"replication {number} changes its answer more than once as the size grows: the cliff is no single point"
            )
    return found
