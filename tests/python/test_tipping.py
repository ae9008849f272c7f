"""The smallest trigger that tips a scenario over: the search on planted cliffs, and the whole on a small scenario."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import poolcast as pc
import pytest
from click.testing import CliRunner, Result
from poolcast.bisection import Tried, amount, beside, not_monotone, rounded, search
from poolcast.cli import main

# A few hundred users who march in step, and half an hour to come back in: more users need more waves.
SMALL = ["objectives=[]", "variants=[]", "costs.join_rate=0", "workload.client.jitter=0%", "workload.client.first_wait=0s"]
SMALL += ["horizon=40min", "faults[0].at=5min", "comes_back_within=5min"]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def planted(back: Callable[[float], bool]) -> tuple[Callable[[float], Tried], list[float]]:
    played: list[float] = []

    def tried(size: float) -> Tried:
        played.append(size)
        answer = "comes_back" if back(size) else "does_not_come_back"
        return Tried(size, int(back(size)), int(not back(size)), 0, None, "", (answer,))

    return tried, played


@pytest.mark.parametrize("cliff", [1.5, 7, 60, 61.3, 950, 1003, 3500])
@pytest.mark.parametrize("precision", [0.5, 0.1, 0.01, 0.001])
def test_the_cliff_lies_between_two_sizes_that_are_as_close_as_asked_for(cliff: float, precision: float) -> None:
    tried, played = planted(lambda size: size < cliff)
    found = search(tried, 1, 3600, precision=precision)
    assert found is not None
    low, high = found
    assert low.size < cliff <= high.size
    assert high.size - low.size <= precision * high.size
    assert len(played) <= 4 + math.log2(math.log(3600) / math.log1p(precision))


@pytest.mark.parametrize("precision", [0.1, 0.001, 0.0001])
@pytest.mark.parametrize("cliff", [1004.7, 2000])
def test_no_size_lies_outside_narrow_bounds(precision: float, cliff: float) -> None:
    tried, played = planted(lambda size: size < cliff)
    found = search(tried, 1004, 1006, precision=precision)
    assert all(1004 <= size <= 1006 for size in played)
    assert len(set(played)) == len(played)
    assert (found is not None) == (cliff < 1006)
    assert found is None or found[0].size < cliff <= found[1].size
    assert found is None or found[1].size - found[0].size <= precision * found[1].size


def test_sizes_have_no_more_digits_than_they_need() -> None:
    assert rounded(61.2345, 3) == 61.2
    assert rounded(1003.456, 0.5) == 1003.5
    assert rounded(123_456, 5000) == 123_000


def test_a_trigger_may_tip_over_the_smaller_it_is() -> None:
    tried, _ = planted(lambda size: size >= 30)
    found = search(tried, 0, 100, precision=0.05)
    assert found is not None
    assert found[0].size < 30 <= found[1].size
    assert [one.answer for one in found] == ["does_not_come_back", "comes_back"]


def test_whole_numbers_stay_whole_and_end_next_to_each_other() -> None:
    tried, played = planted(lambda size: size < 57)
    found = search(tried, 1, 100, precision=0.001, whole=True)
    assert found is not None
    assert [one.size for one in found] == [56, 57]
    assert all(size == round(size) for size in played)


@pytest.mark.parametrize("always", [True, False])
def test_bounds_that_answer_alike_are_looked_between(always: bool) -> None:
    tried, played = planted(lambda _: always)
    assert search(tried, 1, 3600, precision=0.1) is None
    assert len(played) == 5


def test_a_valley_between_two_bounds_that_come_back_is_found() -> None:
    tried, _ = planted(lambda size: not 20 < size < 200)
    found = search(tried, 1, 3600, precision=0.1)
    assert found is not None
    assert found[0].answer != found[1].answer


def test_a_replication_that_changes_its_answer_twice_is_named() -> None:
    def one(size: float, *answers: str) -> Tried:
        return Tried(size, 0, 0, 0, None, "", answers)

    back, over, open_ = "comes_back", "does_not_come_back", "not_decided"
    assert not_monotone([one(1, back, back), one(2, open_, back), one(3, over, back)]) == []
    found = not_monotone([one(1, back, back), one(2, over, back), one(3, back, over)])
    assert len(found) == 1
    assert found[0].startswith("replication 0 ")


def test_sizes_that_are_not_decided_lie_between_the_two_of_the_answer() -> None:
    def tried(size: float) -> Tried:
        return Tried(size, int(size < 20), int(size > 50), int(20 <= size <= 50), None, "")

    found = search(tried, 1, 100, precision=0.1)
    assert found is not None
    low, high = found
    assert low.size < 20 <= 1.2 * low.size
    assert high.size > 50 >= 0.8 * high.size
    assert beside([tried(1), tried(30)], 1) == [tried(1)]


def test_a_tie_is_not_decided() -> None:
    assert Tried(1, 2, 2, 0, None, "").answer == "not_decided"
    assert Tried(1, 3, 1, 0, None, "").answer == "comes_back"


@pytest.mark.parametrize(
    ("text", "value", "unit"), [("90s", 90, "s"), ("1h", 3600, "s"), ("20 %", 20, "%"), ("80_000", 80_000, ""), (2.5, 2.5, "")]
)
def test_sizes_have_units(text: str | float, value: float, unit: str) -> None:
    assert amount(text) == (value, unit)


def test_what_is_no_size_is_refused_with_an_example() -> None:
    with pytest.raises(ValueError, match="such as 90s"):
        amount("soon")


@pytest.fixture(scope="module")
def answer() -> pc.TippingPoint:
    scenario = pc.load("reconnect-storm").with_(*SMALL)
    return pc.tipping_point(scenario, vary="workload.users", low=400, high=6000, precision=0.3, replications=2, progress=False)


def test_more_users_than_waves_can_carry_in_time_tip_it_over(answer: pc.TippingPoint) -> None:
    assert answer.tips_over
    assert answer.came_back is not None
    assert answer.tipped is not None
    assert 400 <= answer.came_back < answer.tipped <= 6000
    assert answer.tipped - answer.came_back <= 0.3 * answer.tipped
    assert "The tipping point of workload.users lies between" in answer.sentence()
    assert list(answer.sizes["size"]) == sorted(answer.sizes["size"])
    assert answer.data["not_monotone"] == []


def test_the_answer_is_drawn_and_saved_and_read_back(answer: pc.TippingPoint, tmp_path: Path) -> None:
    assert answer.save(tmp_path / "new").read_bytes().startswith(b"\x89PNG")
    again = pc.TippingPoint(json.loads((tmp_path / "new" / "tipping-point.json").read_text()))
    assert again.data == answer.data
    assert again.sentence() == answer.sentence()


def test_a_longer_fault_makes_the_run_longer_and_random_waits_never_tip_over() -> None:
    changes = ["--set", "workload.users=400", "--set", "horizon=20min", "--set", "faults[0].at=5min"]
    done = call("tipping-point", "reconnect-storm", *changes, "--to", "4min", "--replications", "1", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["what"] == "the duration of lose chat"
    assert [one["size"] for one in found["sizes"]] == [1, pytest.approx(3.94, rel=0.01), 15.5, 61, 240]
    assert all(one["comes_back"] == 1 for one in found["sizes"])
    assert found["came_back"] is None


def test_the_table_names_what_tips_over() -> None:
    done = call(
        *("tipping-point", "reconnect-storm", "--vary", "workload.users", "--from", "400", "--to", "6000"),
        *("--precision", "60%", "--replications", "1"),
        *(part for change in SMALL for part in ("--set", change)),
    )
    assert done.exit_code == 1
    for words in ("comes back", "does not come back", "1 of 1", "The tipping point of workload.users lies between"):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vary", "workload.users"], "needs both bounds"),
        (["--vary", "workload.client.jitter=5%", "--from", "1%", "--to", "9%"], "expected {} where the size goes"),
        (["--fault", "lose chat-9"], "expected one of lose chat"),
        (["--from", "2h"], "expected the smaller one first"),
        (["--from", "1%", "--to", "10%"], "needs durations"),
        (["--vary", "workload.usrs", "--from", "1", "--to", "9"], "did you mean `users`?"),
    ],
)
def test_what_cannot_be_varied_is_refused_with_the_reason(arguments: list[str], words: str) -> None:
    done = call("tipping-point", "reconnect-storm", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
