"""Runbooks: how long users are away while people work through the steps after a disaster."""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import _core
from poolcast.scenario import library_folders

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from poolcast.figures import Picture

_SPREAD = ("mean_s", "p5_s", "p50_s", "p95_s", "max_s")
_RUN = ("outage_s", "done_s", "lost_s", "to_copy_bytes", "to_apply_bytes")


class Recovery:
    """The answer to a runbook: recovery time as a distribution, step by step, and its critical path."""

    def __init__(self, runbook: _core.Runbook, *, seed: int, samples: int) -> None:
        self.runbook = runbook
        self.seed = seed
        self.samples = samples
        self.core = _core.answer_runbook(runbook, seed=seed, samples=samples)

    @property
    def loses_data(self) -> bool:
        """Whether the runbook begins with a loss; a planned one begins with a step and loses nothing."""
        return self.runbook.out_of_service_from is None

    def figures(self) -> dict[str, _core.Spread]:
        """What is spread over the runs, by what it is called in reports."""
        spreads = {"users away": self.core.outage, "last step done": self.core.done}
        return {**spreads, "posts lost, the last": self.core.lost} if self.loses_data else spreads

    @property
    def summary(self) -> pd.DataFrame:
        """Users away, last step done and posts lost: figure, mean_s, p5_s, p50_s, p95_s, max_s."""
        import pandas as pd

        rows = [[name, *(getattr(spread, column) for column in _SPREAD)] for name, spread in self.figures().items()]
        return pd.DataFrame(rows, columns=["figure", *_SPREAD])

    @property
    def steps(self) -> pd.DataFrame:
        """One row per step: who, how long, how long it waited for somebody, how often it was on the critical path, its source."""
        import pandas as pd

        return pd.DataFrame(self._step_rows())

    @property
    def runs(self) -> pd.DataFrame:
        """One row per run: outage_s, done_s, lost_s, and the log that had to be copied and applied."""
        import pandas as pd

        rows = [[getattr(run, column) for column in _RUN] for run in self.core.runs]
        return pd.DataFrame(rows, columns=list(_RUN))

    @property
    def median_run(self) -> pd.DataFrame:
        """The run whose outage is the median, one row per step: ready_s, start_s, end_s, critical."""
        import pandas as pd

        return pd.DataFrame(self._median_rows())

    def critical_path(self) -> list[str]:
        """The steps that made the median run as long as it was, first to last."""
        return [self.runbook.steps[number].name for number in self.core.median_schedule.critical]

    def people(self) -> str:
        """Who is on shift, as a line."""
        if self.runbook.shift is not None:
            return f"{self.runbook.shift} on shift, each for everything"
        return ", ".join(f"{role.on_shift} {role.name}" for role in self.runbook.people) or "nobody on shift"

    def to_json(self) -> str:
        """Everything but the single runs, as one JSON object; the same runbook, seed and samples give the same text."""
        data = {
            "format": "poolcast-runbook/1",
            "runbook": self.runbook.name,
            "version": _core.__version__,
            "seed": self.seed,
            "samples": self.samples,
            "shift": self.runbook.shift,
            "outage": _spread(self.core.outage),
            "done": _spread(self.core.done),
            "lost": _spread(self.core.lost) if self.loses_data else None,
            "steps": self._step_rows(),
            "critical_path": self.critical_path(),
            "median_run": self._median_rows(),
        }
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def plot(self) -> Picture:
        """The median run as bars, its critical path marked, above the distribution of the outage."""
        from poolcast.gantt import recovery_figure

        return recovery_figure(self)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write runbook.png, runbook.json, runs.csv and the runbook itself into `folder`; returns the picture's path."""
        from poolcast.figures import png

        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / "runbook.yaml").write_text(_core.print_runbook(self.runbook), encoding="utf-8")
        (path / "runbook.json").write_text(self.to_json(), encoding="utf-8")
        self.runs.to_csv(path / "runs.csv", index_label="run")
        picture = path / "runbook.png"
        picture.write_bytes(png(self.plot()))
        return picture

    def __repr__(self) -> str:
        from poolcast import units

        outage = self.core.outage
        low, middle, high = (units.duration(value) for value in (outage.p5_s, outage.p50_s, outage.p95_s))
        return f"Recovery({self.runbook.name!r}, users away {middle}, {low} to {high})"

    def _repr_html_(self) -> str:
        return f"<strong>{escape(self.runbook.name)}</strong>{self.summary.to_html()}{self.steps.to_html()}"

    def _step_rows(self) -> list[dict[str, Any]]:
        rows = []
        for step, answer in zip(self.runbook.steps, self.core.steps, strict=True):
            rows.append(
                {
                    "step": step.name,
                    "who": step.who,
                    **_spread(answer.duration),
                    "waiting_mean_s": answer.waiting.mean_s,
                    "critical_share": answer.critical_share,
                    "does": step.does,
                    "source": step.source,
                }
            )
        return rows

    def _median_rows(self) -> list[dict[str, Any]]:
        schedule = self.core.median_schedule
        rows = []
        for number, (step, when) in enumerate(zip(self.runbook.steps, schedule.steps, strict=True)):
            times = {"ready_s": when.ready_s, "start_s": when.start_s, "end_s": when.end_s}
            rows.append({"step": step.name, "who": step.who, **times, "critical": number in schedule.critical})
        return rows


def _spread(spread: _core.Spread) -> dict[str, float]:
    return {column: getattr(spread, column) for column in _SPREAD}


def load_runbook(name_or_path: str | os.PathLike[str], *, set: Iterable[str] = ()) -> _core.Runbook:  # noqa: A002 - as on the command line
    """A runbook by name (`site-failover`) or from a file; `set` has changes as on the command line."""
    return _core.load_runbook(os.fspath(name_or_path), library=library_folders(), overrides=list(set))


def runbook(
    runbook: str | os.PathLike[str] | _core.Runbook,
    *,
    set: Iterable[str] = (),  # noqa: A002 - as on the command line
    samples: int = 10_000,
    seed: int = 1,
    shift: int | None = None,
) -> Recovery:
    """How long users are away when people work through a runbook.

    >>> recovery = runbook("site-failover", set=["situation.log_rate=200 KB/s"], shift=1)
    >>> recovery.summary, recovery.steps, recovery.runs, recovery.plot()

    `shift` people can do everything and count instead of the runbook's roles. Raises ConfigError, whose text names file, line
    and column of every problem.
    """
    if not 1 <= samples <= 1_000_000:
        raise ValueError(f"samples: found {samples}; expected 1 to 1,000,000")
    changes = [*set, *([] if shift is None else [f"shift={shift}"])]
    if isinstance(runbook, _core.Runbook):
        found = _core.read_runbook(_core.print_runbook(runbook), file_name="<runbook>", overrides=changes)
    else:
        found = load_runbook(runbook, set=changes)
    return Recovery(found, seed=seed, samples=samples)
