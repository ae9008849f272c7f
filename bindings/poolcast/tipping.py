"""The smallest trigger that tips a system over: found by bisection, each size played with the same random numbers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import _core, failures, units
from poolcast.bisection import Tried, amount, beside, not_monotone, search
from poolcast.errors import RunError
from poolcast.scenario import Scenario, load

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    import pandas as pd

    from poolcast.figures import Picture
    from poolcast.runner import Progress
FORMAT = "poolcast-tipping-point/1"


class TippingPoint:
    """The answer: the sizes that were played, and between which two of them the system tips over."""

    def __init__(self, data: dict[str, Any]) -> None:
        if data.get("format") != FORMAT:
            raise ValueError(f"not a tipping point of a format known here: {data.get('format')!r}")
        self.data = data

    @property
    def tried(self) -> list[Tried]:
        """The sizes that were played, in rising order."""
        return [Tried(**{**entry, "answers": tuple(entry["answers"])}) for entry in self.data["sizes"]]

    @property
    def came_back(self) -> float | None:
        """The size next to the cliff that still came back; None when none did or none tips it over."""
        value = self.data["came_back"]
        return None if value is None else float(value)

    @property
    def tipped(self) -> float | None:
        """The size next to the cliff that did not come back; None when all did."""
        value = self.data["tipped"]
        return None if value is None else float(value)

    @property
    def tips_over(self) -> bool:
        """Whether some size within the bounds tips the system over."""
        return any(one.answer == "does_not_come_back" for one in self.tried)

    @property
    def sizes(self) -> pd.DataFrame:
        """One row per size: size, answer, how many replications said what, and the time back after the trigger in seconds."""
        import pandas as pd

        rows = []
        for one in self.tried:
            after = one.after or {}
            times = {f"after_{name}": after.get(name) for name in ("p5_s", "p50_s", "p95_s")}
            counts = {name: getattr(one, name) for name in ("comes_back", "does_not_come_back", "not_decided")}
            rows.append({"size": one.size, "answer": one.answer, **counts, **times, "reason": one.reason})
        return pd.DataFrame(rows)

    def text(self, size: float) -> str:
        """A size as people read it."""
        unit = self.data["unit"]
        return f"{size:g} %" if unit == "%" else units.quantity(size, unit)

    def sentence(self) -> str:
        """The answer in a sentence."""
        what, tried = self.data["what"], self.tried
        if not tried:
            return "Nothing was played to its end."
        if self.came_back is not None and self.tipped is not None:
            one, two = (next(entry for entry in tried if entry.size == size) for size in (self.came_back, self.tipped))
            return (
                f"The tipping point of {what} lies between {self.text(min(one.size, two.size))} and "
                f"{self.text(max(one.size, two.size))}: at {self.text(one.size)} {_in_how_many(one, 'comes_back')} "
                f"back, at {self.text(two.size)} {_in_how_many(two, 'does_not_come_back')} not."
            )
        span = f"from {self.text(tried[0].size)} to {self.text(tried[-1].size)}"
        if self.came_back is not None or self.tipped is not None:
            known = self.came_back if self.came_back is not None else self.tipped
            verb = "comes back by itself" if self.came_back is not None else "does not come back"
            return f"The system {verb} at {self.text(known or 0)} of {what}; what lies beyond, {span}, is not decided."
        answers = {one.answer for one in tried}
        if answers == {"comes_back"}:
            return f"The system comes back by itself, whatever {what}, {span}."
        if answers == {"does_not_come_back"}:
            return f"The system does not come back, whatever {what}, {span}."
        return f"Not decided for {what} {span}: a longer horizon would say more."

    def remarks(self) -> list[str]:
        """What weakens the answer."""
        found = list(self.data["not_monotone"])
        undecided = [self.text(one.size) for one in self.tried if one.not_decided]
        if undecided:
            found.append(f"not decided in every replication at {', '.join(undecided)}: a longer horizon would say more")
        if self.data["interrupted"]:
            found.append("stopped before the search was through")
        return found

    def plot(self) -> Picture:
        """Time back against the size of the trigger, and the share of replications that came back."""
        from poolcast.cliff import cliff_figure

        return cliff_figure(self)

    def to_json(self) -> str:
        """The documented JSON object."""
        return json.dumps(self.data, ensure_ascii=False) + "\n"

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write tipping-point.png and tipping-point.json into `folder`; returns the picture's path."""
        from poolcast.figures import png

        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / "tipping-point.json").write_text(self.to_json(), encoding="utf-8")
        picture = path / "tipping-point.png"
        picture.write_bytes(png(self.plot()))
        return picture

    def __repr__(self) -> str:
        return f"TippingPoint({self.data['scenario']['name']!r}, {self.sentence()!r})"

    def _repr_html_(self) -> str:
        return f"<strong>{escape(self.data['scenario']['name'])}</strong><p>{escape(self.sentence())}</p>{self.sizes.to_html()}"


def _in_how_many(one: Tried, answer: str) -> str:
    total = one.comes_back + one.does_not_come_back + one.not_decided
    return f"{getattr(one, answer)} of {units.plural(total, 'replication')} {'came' if answer == 'comes_back' else 'did'}"


@dataclass(frozen=True)
class Varied:
    """What is varied: a key, perhaps with the size inside its value, or how long a fault lasts."""

    what: str
    settings: tuple[str, ...]  # `{}` is the size
    unit: str
    whole: bool
    fault: int | None = None

    def changes(self, size: float, scenario: Scenario) -> list[str]:
        """As for `--set`. A longer fault makes the run longer: it looks as long after the fault as the scenario does."""
        number = f"{round(size)}" if self.whole else f"{size:.10g}{self.unit}"
        changes = [setting.replace("{}", number) for setting in self.settings]
        if self.fault is not None:
            longer = size - (scenario.faults[self.fault].for_s or 0)
            changes.append(f"horizon={scenario.horizon_s + longer:.10g}s")
        return changes


def varied(scenario: Scenario, *, vary: str | None, fault: str | None, unit: str, whole: bool) -> Varied:
    """What is varied; ValueError when that is not to be found in the scenario."""
    if vary is not None:
        if fault is not None:
            raise ValueError("vary and fault exclude each other: a fault is varied in how long it lasts")
        key, equals, template = vary.partition("=")
        if equals and "{}" not in template:
            raise ValueError(f"vary: found {vary}; expected {{}} where the size goes, such as {key}=0s..{{}}")
        return Varied(key, (f"{key}={template if equals else '{}'}",), unit, whole)
    labels = [one.label for one in scenario.faults]
    timed = [number for number, one in enumerate(scenario.faults) if one.about_every is None]
    if fault is None:
        timed = [number for number in timed if scenario.faults[number].for_s is not None]
        if not timed:
            raise ValueError("the scenario has no fault with `for`: say which to vary, or which key")
        number = timed[0]
    elif fault in labels:
        number = labels.index(fault)
    else:
        raise ValueError(f"fault: found {fault}; expected one of {', '.join(labels) or 'none: the scenario has no faults'}")
    if unit != "s":
        raise ValueError(f"how long {labels[number]} lasts needs durations as bounds, such as 1s and 1h")
    return Varied(f"the duration of {labels[number]}", (f"faults[{number}].for={{}}",), "s", False, number)


def tipping_point(
    scenario: Scenario | str | os.PathLike[str],
    *,
    vary: str | None = None,
    fault: str | None = None,
    low: str | float | None = None,
    high: str | float | None = None,
    precision: float | str = 0.1,
    replications: int = 4,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = True,
    allow_unsupported: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> TippingPoint:
    """The smallest trigger that tips a system over, by bisection.

    vary          The key to vary, as with `with_` (`workload.users`), or with the size inside its value
                  (`workload.client.first_wait=0s..{}`). Without it, how long a fault lasts.
    fault         The fault whose duration is varied (`lose chat`); the first with a duration when None.
    low, high     The bounds: 1 s and 1 h for a duration; numbers with a unit, as in a file, or plain seconds.
                  Plain numbers without a point are whole numbers.
    precision     How far apart the two sizes next to the cliff may be, as a share of the larger one.
    replications  Of every size, on the same random numbers; more than half of them decide.

    Each size is played once, without the scenario's variants and objectives. Ctrl-C returns what was found until then
    (`data["interrupted"]`). Raises ValueError, ConfigError, UnsupportedScenarioError and RunError as `run` does.
    """
    from poolcast.runner import _bar, precision_share, refuse_unsupported

    share = precision_share(precision)
    question = (scenario if isinstance(scenario, Scenario) else load(scenario)).checked()
    if not allow_unsupported:
        refuse_unsupported(question)
    (least, most), unit, whole = _bounds(low, high, is_duration=vary is None)
    what = varied(question, vary=vary, fault=fault, unit=unit, whole=whole)
    options = ["--seed", str(seed), "--replications", str(replications), "--no-variants"]
    options += ["--workers", str(workers)] if workers is not None else []
    options += ["--allow-unsupported"] if allow_unsupported else []
    expected = 2 + math.ceil(max(1.0, math.log2(max(2.0, _steps(least, most, share)))))
    with _bar(question.name, progress and on_progress is None) as bar:
        player = _Player(question, what, options, on_progress or bar, expected)
        pair, interrupted = None, False
        try:
            pair = search(player.tried, least, most, precision=share, whole=whole)
        except KeyboardInterrupt:
            interrupted = True
    if interrupted and not player.done:
        raise KeyboardInterrupt
    return _answer(question, what, player, pair, seed=seed, replications=replications, interrupted=interrupted)


def _steps(low: float, high: float, precision: float) -> float:
    return math.log(high / low) / math.log1p(precision) if low > 0 and high / low > 4 else (high - low) / (precision * high)


def _bounds(low: str | float | None, high: str | float | None, *, is_duration: bool) -> tuple[tuple[float, float], str, bool]:
    if not is_duration and (low is None or high is None):
        raise ValueError("a key that is varied needs both bounds, low and high")
    given = ("1s" if low is None else low, "1h" if high is None else high)
    (one, unit_one), (two, unit_two) = (amount(value) for value in given)
    if is_duration:  # plain numbers are seconds, as `_s` says elsewhere
        unit_one, unit_two = unit_one or "s", unit_two or "s"
    if unit_one != unit_two and 0 not in (one, two):
        raise ValueError(f"low and high have different units: {given[0]} and {given[1]}")
    if not one < two:
        raise ValueError(f"low and high: found {given[0]} and {given[1]}; expected the smaller one first")
    unit = unit_two or unit_one
    whole = not unit and all("." not in str(value) for value in given)
    return (one, two), unit, whole


class _Player:
    """Plays sizes, each once."""

    def __init__(
        self,
        scenario: Scenario,
        what: Varied,
        options: list[str],
        show: Callable[[Progress], None] | None,
        expected: int,
    ) -> None:
        self._scenario = scenario
        self._what = what
        self._options = options
        self._show = show
        self._expected = expected
        self.done: dict[float, Tried] = {}

    def tried(self, size: float) -> Tried:
        if size not in self.done:
            self.done[size] = self._play(size)
        return self.done[size]

    def _play(self, size: float) -> Tried:
        from poolcast import runner

        text = f"{size:g} %" if self._what.unit == "%" else units.quantity(size, self._what.unit)

        def show(step: Progress) -> None:
            if self._show is not None:
                share = min(0.99, (len(self.done) + step.share) / max(self._expected, len(self.done) + 1))
                self._show(runner.Progress(share, step.finished, step.wanted, text))

        changed = self._scenario.with_(*self._what.changes(size, self._scenario), "objectives=[]", "variants=[]")
        finished = runner.execute(changed, self._options, show)
        if finished.interrupted:
            raise KeyboardInterrupt
        result = runner.result_of(finished, changed)
        answer = result.comes_back
        if answer is None:
            raise RunError("the run does not say whether the system comes back: the scenario has no faults", result)
        counts = {name: int(answer["counts"][name]) for name in failures.ANSWERS}
        answers = tuple(one["answer"] for one in answer["replications"])
        majority = max(counts, key=lambda name: counts[name])
        reason = next(str(one["reason"]) for one in answer["replications"] if one["answer"] == majority)
        return Tried(size, **counts, after=answer["after"], reason=reason, answers=answers)


def _answer(scenario: Scenario, what: Varied, player: _Player, pair: tuple[Tried, Tried] | None, **given: Any) -> TippingPoint:
    tried = [player.done[size] for size in sorted(player.done)]
    sides = beside(tried, pair[0].size) if pair else ()
    back = next((one.size for one in sides if one.answer == "comes_back"), None)
    over = next((one.size for one in sides if one.answer == "does_not_come_back"), None)
    return TippingPoint(
        {
            "format": FORMAT,
            "version": _core.__version__,
            "scenario": {"name": scenario.name, "digest": scenario.digest()},
            "what": what.what,
            "settings": list(what.settings),
            "unit": what.unit,
            **given,
            "came_back": back,
            "tipped": over,
            "not_monotone": not_monotone(tried),
            "sizes": [{**vars(one), "answers": list(one.answers)} for one in tried],
        }
    )
