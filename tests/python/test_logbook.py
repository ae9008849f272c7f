"""The logbook over all replications: what is one line and what is several."""

from __future__ import annotations

from typing import Any

from poolcast import logbook


def entry(replication: int, at: float, what: str, kind: str = "done") -> dict[str, Any]:
    return {
        "replication": replication,
        "begins_s": at,
        "ends_s": at,
        "kind": kind,
        "what": what,
        "runbook": "",
        "who": "",
        "why": "",
    }


def test_a_step_that_was_not_begun_has_a_line_for_each_reason_and_no_bar() -> None:
    told = [
        entry(0, 60, "tell", "not_begun") | {"runbook": "follow drill", "why": "back was refused"},
        entry(1, 60, "tell", "not_begun") | {"runbook": "follow drill", "why": "state was refused"},
        entry(1, 90, "tell") | {"runbook": "follow drill"},
    ]
    lines = logbook.lines({"logbook": told})
    assert [line["why"] for line in lines] == ["back was refused", "state was refused", ""]
    assert [line["begins_s"] for line in logbook.steps({"logbook": told})] == [90]


def test_a_command_that_is_given_twice_has_a_line_for_each_time() -> None:
    told = [
        entry(0, 60, "swap chat"),
        entry(0, 600, "swap chat"),
        entry(1, 80, "swap chat"),
        entry(1, 620, "swap chat"),
        entry(1, 700, "swap chat"),
    ]
    lines = logbook.lines({"logbook": told})
    assert [(line["ends_s"], line["replications"]) for line in lines] == [(70, 2), (610, 2), (700, 1)]
