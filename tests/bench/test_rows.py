"""How ./dev bench-server judges what it measured; nothing is started here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench" / "server"))

from bench_server import table, verdict
from machine import use_of_tree
from rows import Bench, Figure, holds, judge_outage
from stage import Programs

GOOD = {"deliveries": 999, "expected_deliveries": 1000, "acknowledged": 20, "sent": 20, "delivery_p99_s": 0.25}


def test_a_rate_is_carried_when_nearly_all_is_delivered_in_time() -> None:
    assert holds(GOOD)
    for worse in ({"deliveries": 998}, {"acknowledged": 19}, {"delivery_p99_s": 0.251}, {"sent": 0, "acknowledged": 0}):
        assert not holds(GOOD | worse)


def outage(posts: list[list[float | int | None]], **balance: int) -> dict[str, Figure]:
    bench = Bench(Programs(Path("nowhere")))
    whole = {"rooms_not_read": 0, "missing": 0, "stored_twice": 0, "stored_unacknowledged": 0, "acknowledged": len(posts)}
    judge_outage(bench, "postgresql", posts, killed=10, returned=15, fallen=0, balance=whole | balance)
    return {figure.name.split(": ")[-1]: figure for figure in bench.figures}


def test_an_outage_is_judged_by_its_slowest_refusal_and_by_the_first_post_that_is_stored_again() -> None:
    found = outage([[9.0, 9.01, 200], [11.0, 12.5, 503], [13.0, 13.1, 503], [15.5, 15.7, 200], [16.0, 16.1, 200]])
    assert found["slowest refusal"].value == pytest.approx(1.5)
    assert found["until a post is acknowledged"].value == pytest.approx(0.7)
    assert all(figure.reached for figure in found.values())


def test_a_sender_who_is_left_without_an_answer_is_no_refusal() -> None:
    found = outage([[9.0, 9.01, 200], [11.0, None, 0], [15.5, 15.7, 200]])
    assert found["slowest refusal"].reached is False


def test_nothing_is_claimed_of_rooms_that_could_not_be_read() -> None:
    found = outage([[15.5, 15.7, 200]], rooms_not_read=1)
    assert found["acknowledged posts lost"].value is None
    assert found["acknowledged posts lost"].reached is False


def test_the_table_says_by_how_much_a_mark_is_not_reached_and_quick_runs_are_not_judged() -> None:
    slow = Figure("memory", "sqlite", 24, "KiB", 16)
    small = Figure("rate", "sqlite", 30_000, "/s", 40_000, larger_is_better=True)
    assert verdict(slow, quick=False) == "NOT reached, 1.50 times it"
    assert verdict(small, quick=False) == "NOT reached, 0.75 of it"
    assert verdict(Figure("memory", "sqlite", 8, "KiB", 16), quick=False) == "reached"
    assert verdict(slow, quick=True) == ""
    assert "30,000/s" in table([small], quick=True)


def test_a_process_has_used_some_of_the_processor_and_of_memory() -> None:
    use = use_of_tree(1)
    assert use.rss_bytes > 0
    assert use_of_tree(None).cpu_s == 0
