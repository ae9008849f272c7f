"""What changed between two runs, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolcast import _core, summary

if TYPE_CHECKING:
    import pandas as pd

    from poolcast.result import Result
    from poolcast.summary import Row

_STATISTICS = {"latency": ("mean", "p50", "p95", "p99"), "level": ("mean", "max"), "count": ("count",), "once": ("mean",)}
_BESIDE = {"latency": ("count", "p50", "p95", "p99"), "level": ("mean",), "count": ("count",), "once": ("mean",)}
_INTERVAL = {"mean": ("mean_low", "mean_high"), "p95": ("p95_low", "p95_high")}
_COLUMNS = [
    *("metric", "statistic", "unit", "place", "part", "a", "a_ci_low", "a_ci_high", "b", "b_ci_low", "b_ci_high"),
    *("change", "change_share", "differs"),
]


def diff(a: Result, b: Result, *, all_rows: bool = False) -> pd.DataFrame:
    """Whole-run figures of two runs side by side, in `unit`, with 95 % confidence intervals.

    `change` is b - a and `change_share` the same as a share of a. `differs` is whether the intervals are apart (None when
    there are none). Rows that are equal in both are left out unless `all_rows`.
    """
    import pandas as pd

    rows = [*_figures(a, b), *_back(a, b)]
    if not all_rows:
        rows = [row for row in rows if row["change"] != 0]
    return pd.DataFrame(rows, columns=_COLUMNS)


def kind_of(run: Result) -> str:
    """simulated, analytic, fluid or measured."""
    return {None: "measured", "simulate": "simulated"}.get(run.method, str(run.method))


def side_by_side(a: Result, b: Result, *, windows: bool = False) -> pd.DataFrame:
    """Every figure of two runs of one scenario beside each other, in `unit`, joined on metric, place, part and window.

    Nothing is fitted: a simulation and a measurement lie side by side as they are. `ratio` is b as a multiple of a. A figure that
    one of the two does not have is missing there: a client cannot see a server's queue, and a server is not always asked for its
    processor. Columns: metric, place, part, statistic, unit, a, b, ratio; with `windows` also window_start_s, one row per window
    instead of one over the whole run. ValueError when the runs are of different scenarios.
    """
    import pandas as pd

    digests = [run.data["scenario"]["digest"] for run in (a, b)]
    if digests[0] != digests[1]:
        raise ValueError(f"the runs are of different scenarios: {digests[0][:12]} and {digests[1][:12]}")
    rows = _beside(a, b, windows=windows)
    columns = ["metric", "place", "part", "window_start_s", "statistic", "unit", "a", "b", "ratio"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame if windows else frame.drop(columns="window_start_s")


def _beside(a: Result, b: Result, *, windows: bool) -> list[dict[str, Any]]:
    kinds = {row["name"]: row["kind"] for row in _core.metrics()}
    left, right = _by_place_and_time(a, windows=windows), _by_place_and_time(b, windows=windows)
    rows = []
    for key in [*left, *(key for key in right if key not in left)]:
        one, two = left.get(key, {}), right.get(key, {})
        for statistic in _BESIDE[kinds.get(key[0], "level")]:
            values = one.get(statistic), two.get(statistic)
            if values == (None, None):
                continue
            ratio = values[1] / values[0] if values[0] and values[1] is not None else None
            rows.append(
                {
                    **{"metric": key[0], "place": summary.place_of(one or two), "part": key[4], "window_start_s": key[5]},
                    **{"statistic": statistic, "unit": (one or two)["unit"], "a": values[0], "b": values[1], "ratio": ratio},
                }
            )
    return rows


def _by_place_and_time(run: Result, *, windows: bool) -> dict[tuple[Any, ...], Row]:
    keys = ("site", "pool", "node", "part")
    return {
        (row["metric"], *(row.get(key) or "" for key in keys), row["window_start_s"] if windows else 0.0): row
        for row in run.data["rows"]
        if bool(row["whole_run"]) is not windows and row["metric"] != "users_back"
    }


def _figures(a: Result, b: Result) -> list[dict[str, Any]]:
    kinds = {row["name"]: row["kind"] for row in _core.metrics()}
    left, right = _by_key(a), _by_key(b)
    rows = []
    for key in [*left, *(key for key in right if key not in left)]:
        for statistic in _STATISTICS[kinds.get(key[0], "level")]:
            one, two = left.get(key, {}), right.get(key, {})
            if one.get(statistic) is None and two.get(statistic) is None:
                continue
            low, high = _INTERVAL.get(statistic, ("", ""))
            rows.append(
                {
                    **{"metric": key[0], "statistic": statistic, "unit": (one or two)["unit"]},
                    **{"place": summary.place_of(one or two), "part": key[4]},
                    **{"a": one.get(statistic), "a_ci_low": one.get(low), "a_ci_high": one.get(high)},
                    **{"b": two.get(statistic), "b_ci_low": two.get(low), "b_ci_high": two.get(high)},
                    **_change(one.get(statistic), two.get(statistic)),
                    "differs": _apart(one, two, low, high),
                }
            )
    return rows


def _back(a: Result, b: Result) -> list[dict[str, Any]]:
    rows = []
    losses = dict.fromkeys(entry["after"] for run in (a, b) for entry in run.data["users_back"])
    for after in losses:
        for column, share in summary.BACK:
            one, two = (
                summary.column_mean([entry for entry in run.data["users_back"] if entry["after"] == after], column)[0]
                for run in (a, b)
            )
            if one is None and two is None:
                continue
            rows.append(
                {
                    **{"metric": "users_back", "statistic": share, "unit": "s", "place": "", "part": after},
                    **{"a": one, "b": two},
                    **_change(one, two),
                }
            )
    return rows


def _by_key(run: Result) -> dict[tuple[str, ...], Row]:
    keys = ("site", "pool", "node", "part")
    return {
        (row["metric"], *(row.get(key) or "" for key in keys)): row
        for row in run.data["rows"]
        if row["whole_run"] and row["metric"] != "users_back"
    }


def _change(one: float | None, two: float | None) -> dict[str, float | None]:
    if one is None or two is None:
        return {"change": None, "change_share": None}
    return {"change": two - one, "change_share": (two - one) / one if one else None}


def _apart(one: Row, two: Row, low: str, high: str) -> bool | None:
    bounds = [bound for bound in (one.get(low), one.get(high), two.get(low), two.get(high)) if bound is not None]
    if len(bounds) < 4:
        return None
    return bool(bounds[1] < bounds[2] or bounds[3] < bounds[0])
