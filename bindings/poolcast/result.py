"""What a run found, as tables, pictures and a page."""

from __future__ import annotations

import csv
import json
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import _core, failures, logbook, summary, units

if TYPE_CHECKING:
    import os

    import pandas as pd
    from matplotlib.figure import Figure

    from poolcast.scenario import Scenario

_PLACE = ["site", "pool", "node", "part"]
_FIGURES = ["count", "mean", "p50", "p95", "p99", "p99_9", "max"]
_INTERVALS = {"mean_low": "ci_low", "mean_high": "ci_high", "p95_low": "p95_ci_low", "p95_high": "p95_ci_high"}
_SHARED = ("format", "source", "method", "version", "seed", "options", "interrupted", "failure")


class Result:
    """A run's answer. DataFrames are in base units: the column's name or the `unit` column says which."""

    def __init__(self, data: dict[str, Any], scenario: Scenario | None = None) -> None:
        if data.get("format") != "poolcast-run/1":
            raise ValueError(f"not a run of a format known here: {data.get('format')!r}")
        self.data = data
        self.scenario = scenario

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.data["scenario"]["name"])

    @property
    def method(self) -> str | None:
        """How a scenario was answered: simulate, analytic or fluid; None of a real run."""
        if self.data.get("source") != "sim":
            return None
        return str(self.data.get("method") or "simulate")

    @property
    def replications(self) -> int:
        """Replications that were finished."""
        return int(self.data["replications"])

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped before it had all replications."""
        return bool(self.data.get("interrupted"))

    @property
    def failure(self) -> str | None:
        """How a worker died, or None."""
        failure = self.data.get("failure")
        return None if failure is None else str(failure)

    @property
    def invalid(self) -> str | None:
        """Why the figures of a real run say nothing about the server, or None."""
        invalid = self.data.get("invalid")
        return None if invalid is None else str(invalid)

    @property
    def holds(self) -> bool:
        """Whether every objective holds; an unknown one does not."""
        return all(verdict["verdict"] == "holds" for verdict in self.data["verdicts"])

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """One row per metric, place, part and window; values in `unit`, times in seconds from the scenario's start.

        Columns: metric, unit, place, site, pool, node, part, window_start_s, window_s, whole_run, count, mean, p50, p95, p99,
        p99_9, max, and 95 % confidence intervals: ci_low and ci_high of the mean, p95_ci_low and p95_ci_high.
        """
        import pandas as pd

        source = [*_PLACE, "window_start_s", "window_s", "whole_run", *_FIGURES, *_INTERVALS]
        rows = [
            [row["metric"], row["unit"], summary.place_of(row), *(row.get(column) for column in source)]
            for row in self.data["rows"]
        ]
        frame = pd.DataFrame(rows, columns=["metric", "unit", "place", *source]).rename(columns=_INTERVALS)
        for column in _PLACE:
            frame[column] = frame[column].fillna("")
        for column in [*_FIGURES, *_INTERVALS.values()]:
            frame[column] = frame[column].astype("float64")
        return frame

    @cached_property
    def users_back(self) -> pd.DataFrame:
        """When displaced users were back, per replication and loss: seconds after the loss, NaN when not within the horizon."""
        import pandas as pd

        columns = ["replication", "after", "displaced_users", "t50_s", "t95_s", "t100_s"]
        frame = pd.DataFrame(self.data["users_back"], columns=columns)
        return frame.astype(dict.fromkeys(columns[2:], "float64"))

    @cached_property
    def recovery(self) -> pd.DataFrame:
        """What each failure cost, one row per failure; times in seconds after it.

        Of times (half_back, most_back: 95 %, all_back, database_back, recovery_point: the age of the oldest acknowledged post
        that was lost) the median over replications, `_p5_s`, `_p95_s`, and `_never`: in how many it was not within the horizon,
        which count as longer than all others. Of users_affected, messages_lost, messages_in_doubt and user_minutes_lost the
        mean with `_ci_low` and `_ci_high`.
        """
        import pandas as pd

        return pd.DataFrame(failures.table(self.data.get("recovery") or []))

    @property
    def comes_back(self) -> dict[str, Any] | None:
        """Whether the system is as before once the trigger is gone: `answer` (comes_back, does_not_come_back or not_decided) and
        `reason`, and by replication; docs/run-format.md. None without faults.
        """
        answer: dict[str, Any] | None = self.data.get("comes_back")
        return answer

    @cached_property
    def logbook(self) -> pd.DataFrame:
        """What operators did, was refused or is lost: replication, begins_s, ends_s, kind, what, runbook, who, why.

        `kind` is done, refused, not_begun (it waits for what was refused), unfinished (at the horizon) or lost; `why` is the
        reason of a refusal, which step was refused, what was lost, or what a step of a runbook does. A step has its `runbook`,
        as in `follow site-failover`, and `who` does it.
        """
        import pandas as pd

        return pd.DataFrame(logbook.entries(self.data), columns=list(logbook.COLUMNS))

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Each objective with its answer, interval, bound, verdict and margin; values in `unit`."""
        import pandas as pd

        columns = ["objective", "metric", "statistic", "after", "place", "unit", "bound", "bound_kind", "answer", "low", "high"]
        names = {"low": "ci_low", "high": "ci_high"}
        return pd.DataFrame(self.data["verdicts"], columns=[*columns, "verdict", "margin", "note"]).rename(columns=names)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What the product's rules say: rule, severity, key, sentence, source."""
        import pandas as pd

        return pd.DataFrame(self.data["findings"], columns=["rule", "severity", "key", "sentence", "source"])

    @cached_property
    def latencies(self) -> pd.DataFrame:
        """Latency per operation and room class over the whole run, in seconds."""
        import pandas as pd

        columns = ["count", "mean_s", "p50_s", "p95_s", "p95_ci_low_s", "p95_ci_high_s", "p99_s", "max_s"]
        keys = ["count", "mean", "p50", "p95", "p95_low", "p95_high", "p99", "max"]
        rows = [
            [row["metric"], summary.place_of(row), row.get("part") or "", *(row.get(key) for key in keys)]
            for row in summary.latencies(self.data["rows"])
        ]
        return pd.DataFrame(rows, columns=["metric", "place", "part", *columns])

    @cached_property
    def variants(self) -> dict[str, Result]:
        """The same scenario under other assumptions, by name."""
        shared = {key: self.data.get(key) for key in _SHARED}
        found = {}
        for entry in self.data.get("variants") or []:
            scenario = self.scenario.with_(*entry["set"], variants=[]) if self.scenario else None
            found[entry["name"]] = Result({**shared, "variants": [], **entry}, scenario)
        return found

    def timeline(self, metric: str, *, statistic: str = "mean", place: str | None = None, part: str | None = "") -> pd.DataFrame:
        """A metric over time: t_s, window_s, place, part, and the value in a column that names metric, statistic and unit.

        statistic   mean, p50, p95, p99, p99_9, max or count
        place       a pool or a server; all of them when None
        part        a room class or operation; "" for all together, None for each

        >>> result.timeline("delivery_latency", statistic="p95")     # delivery_latency_p95_s
        """
        known = {row["name"]: row for row in _core.metrics()}
        if metric not in known:
            raise ValueError(f"unknown metric {metric!r}; expected one of {', '.join(known)}")
        if statistic not in _FIGURES:
            raise ValueError(f"unknown statistic {statistic!r}; expected one of {', '.join(_FIGURES)}")
        frame = self.metrics
        chosen = frame[(frame["metric"] == metric) & ~frame["whole_run"].astype(bool)]
        if place is not None:
            chosen = chosen[chosen["place"] == place]
        if part is not None:
            chosen = chosen[chosen["part"] == part]
        suffix = known[metric]["suffix"]
        column = f"{metric}_{statistic}{'' if statistic == 'count' or suffix.strip('_') in metric else suffix}"
        chosen = chosen.rename(columns={"window_start_s": "t_s", statistic: column})
        columns = ["t_s", "window_s", "place", "part", column]
        intervals = {"mean": ["ci_low", "ci_high"], "p95": ["p95_ci_low", "p95_ci_high"]}.get(statistic, [])
        return chosen[columns + intervals].sort_values(["place", "part", "t_s"]).reset_index(drop=True)

    def plot(self) -> Figure:
        """Users connected, latency and utilisation through the fault, on one time axis."""
        from poolcast.figures import timeline_figure

        return timeline_figure(self)

    def save_report(self, path: str | os.PathLike[str]) -> Path:
        """Write the page (one HTML file that needs no network) and, next to it, its figure as PNG; returns the page's path."""
        from poolcast.page import save_report

        return save_report(self, Path(path))

    def to_json(self) -> str:
        """The run's documented JSON object."""
        return json.dumps(self.data, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str, scenario: Scenario | None = None) -> Result:
        """A result from the object that `poolcast run --json` prints."""
        return cls(json.loads(text), scenario)

    @classmethod
    def from_folder(cls, folder: str | os.PathLike[str]) -> Result:
        """A result from a run folder: run.json, report.csv and scenario.yaml."""
        root = Path(folder)
        data = json.loads((root / "run.json").read_text(encoding="utf-8"))
        data["rows"] = read_rows(root / "report.csv")
        for number, variant in enumerate(data.get("variants") or [], 1):
            variant["rows"] = read_rows(root / "variants" / str(number) / "report.csv")
        return cls(data, _scenario_of(root / "scenario.yaml"))

    def __eq__(self, other: object) -> bool:
        return self.data == other.data if isinstance(other, Result) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{verdict['objective']}: {verdict['verdict']}" for verdict in self.data["verdicts"])
        stopped = ", interrupted" if self.interrupted else ""
        return f"Result({self.name!r}, {units.plural(self.replications, 'replication')}{stopped}, {verdicts or 'no objectives'})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(verdict['objective'])}</td>"
            f"<td>{escape(' '.join(summary.answer_text(verdict)))}</td>"
            f"<td style='text-align:left'>{escape(summary.verdict_text(verdict))}</td></tr>"
            for verdict in self.data["verdicts"]
        )
        head = "<tr><th>objective</th><th>answer</th><th>verdict</th></tr>"
        return (
            f"<div><strong>{escape(self.name)}</strong>"
            f"<p>{escape(summary.losses(self.data))} {escape(summary.conclusion(self.data))} "
            f"{escape(summary.caveat(self.data))}</p><table>{head}{rows}</table></div>"
        )


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a report.csv; an empty cell is None."""
    texts = {"metric", "unit", *_PLACE}
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _cell(key, value, texts) for key, value in row.items()} for row in csv.DictReader(file)]


def _cell(key: str, value: str, texts: set[str]) -> Any:
    if key in texts:
        return value
    if key == "whole_run":
        return value in {"true", "1", "yes"}
    return float(value) if value else None


def _scenario_of(path: Path) -> Scenario | None:
    from poolcast.scenario import load

    return load(path) if path.exists() else None


def read_run(folder: str | os.PathLike[str]) -> Result:
    """A result from a run folder, simulated or real."""
    return Result.from_folder(folder)
