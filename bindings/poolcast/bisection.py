"""The search for a tipping point: sizes, what became of them, and the two between which the answer changes; plays nothing."""

from __future__ import annotations

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


def three_digits(value: float) -> float:
    """As precise as a size is asked for, so that the same size is not played twice."""
    return float(f"{value:.3g}")


def search(
    tried: Callable[[float], Tried], low: float, high: float, *, precision: float, whole: bool = False
) -> tuple[Tried, Tried] | None:
    """Two neighbouring sizes of which one comes back and one does not, no further apart than `precision` of the larger one.

    None when every size that was looked at answers alike. Sizes are halved by their logarithm when that spreads them better.
    """
    by_ratio = low > 0 and high / low > 4

    def between(one: float, two: float, share: float) -> float:
        size = one * (two / one) ** share if by_ratio else one + share * (two - one)
        return float(round(size)) if whole else three_digits(size)

    ends = [tried(low), tried(high)]
    if ends[0].answer == ends[1].answer:
        inner = [tried(between(low, high, step / (_INNER + 1))) for step in range(1, _INNER + 1)]
        row = [ends[0], *inner, ends[1]]
        pair = next(((one, two) for one, two in pairwise(row) if one.answer != two.answer), None)
        if pair is None:
            return None
        ends = list(pair)
    for _ in range(_MOST_STEPS):
        one, two = ends
        middle = between(one.size, two.size, 0.5)
        if two.size - one.size <= precision * two.size or not one.size < middle < two.size:
            break
        half = tried(middle)
        ends = [half, two] if half.answer == one.answer else [one, half]
    return ends[0], ends[1]


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
