"""Differences between runs."""

from __future__ import annotations

import copy
from pathlib import Path

import poolcast as pc
import pytest


def test_a_run_does_not_differ_from_itself(result: pc.Result) -> None:
    assert pc.diff(result, result).empty
    same = pc.diff(result, result, all_rows=True)
    assert (same["change"] == 0).all()
    assert not same["differs"].fillna(value=False).any()


def test_a_change_is_told_with_its_size_and_intervals(result: pc.Result) -> None:
    other = pc.Result(copy.deepcopy(result.data))
    row = next(row for row in other.data["rows"] if row["metric"] == "delivery_latency" and row["whole_run"])
    before = row["p95"]
    for column in ("p95", "p95_low", "p95_high"):
        row[column] *= 2
    (line,) = pc.diff(result, other).to_dict("records")
    assert (line["metric"], line["statistic"], line["unit"]) == ("delivery_latency", "p95", "s")
    assert line["change"] == before
    assert line["change_share"] == 1.0
    assert line["a_ci_low"] <= line["a"] <= line["a_ci_high"]
    assert line["differs"]


def test_fewer_users_are_back_sooner_or_later_and_it_shows(result: pc.Result) -> None:
    table = pc.diff(result, result.variants["half <of> the users"])
    assert {"users_back", "delivery_latency", "users_connected"} <= set(table["metric"])


def measured(result: pc.Result) -> pc.Result:
    """The same run as if a server had been measured: twice as slow, and its queue unseen."""
    data = copy.deepcopy(result.data)
    data |= {"source": "real", "invalid": None, "variants": []}
    data["machine"] = {"processor": "Some <processor>", "cores": 2, "memory_bytes": 24e9, "system": "Linux 6"}
    data["load"] = {"transport": "tls", "lag_p99_s": 0.001, "lag_max_s": 0.004, "cpu_s": 3.5}
    data["rows"] = [row for row in data["rows"] if row["metric"] != "queue_length"]
    for row in data["rows"]:
        if row["metric"] == "delivery_latency" and row["p95"] is not None:
            row["p95"] *= 2
    return pc.Result(data, result.scenario)


def test_a_simulated_and_a_real_run_lie_side_by_side(result: pc.Result) -> None:
    table = pc.side_by_side(result, measured(result))
    assert set(table[(table["metric"] == "delivery_latency") & (table["statistic"] == "p95")]["ratio"].dropna()) == {2.0}
    queues = table[table["metric"] == "queue_length"]
    assert len(queues) > 0
    assert queues["b"].isna().all()
    windows = pc.side_by_side(result, measured(result), windows=True)
    assert windows["window_start_s"].max() > 0


def test_runs_of_different_scenarios_are_not_joined(result: pc.Result) -> None:
    other = measured(result)
    other.data["scenario"]["digest"] = "0" * 64
    with pytest.raises(ValueError, match="different scenarios"):
        pc.side_by_side(result, other)


def test_the_page_of_a_real_run_says_that_it_was_measured(result: pc.Result, tmp_path: Path) -> None:
    real = measured(result)
    real.data["invalid"] = "The load generator fell behind itself."
    page = real.save_report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Measured over TLS on one machine of 2 cores" in page
    assert "Some &lt;processor&gt;" in page
    assert "Not valid." in page
    assert "poolcast-load scenario.yaml" in page
    for word in ("simulated", "Not calibrated", "Assumptions and where each number came from"):
        assert word not in page
