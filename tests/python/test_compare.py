"""Differences between runs."""

from __future__ import annotations

import copy

import poolcast as pc


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
