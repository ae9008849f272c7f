"""The logbook of a run: what operators did, what was refused and why, what is lost for good."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poolcast.summary import Row

COLUMNS = ("replication", "begins_s", "ends_s", "kind", "what", "runbook", "who", "why")


def entries(data: Row) -> list[Row]:
    """The entries of all replications; none of a run that kept no logbook."""
    return list(data.get("logbook") or [])


def lines(data: Row) -> list[dict[str, Any]]:
    """The entries over all replications, one line for each step, command or loss, in the order of their mean ends.

    A step that was done in one replication and refused in another has two lines; `replications` says in how many each was. What
    was done several times has a line for each time. What was lost is told of the first.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    times: Counter[tuple[str, ...]] = Counter()
    for entry in entries(data):
        why = entry["why"] if entry["kind"] in {"refused", "not_begun"} else ""
        what = (entry["runbook"], entry["what"], entry["who"], entry["kind"], why)
        in_replication = (str(entry["replication"]), *what)
        times[in_replication] += 1
        groups.setdefault((*what, str(times[in_replication])), []).append(entry)
    found = []
    for (runbook, step, who, kind, _, _), own in groups.items():
        begins = sum(entry["begins_s"] for entry in own) / len(own)
        ends = [entry["ends_s"] for entry in own]
        found.append(
            {
                "runbook": runbook,
                "what": step,
                "who": who,
                "kind": kind,
                "why": own[0]["why"],
                "begins_s": begins,
                "ends_s": sum(ends) / len(ends),
                "least_s": min(ends),
                "most_s": max(ends),
                "replications": len({entry["replication"] for entry in own}),
            }
        )
    return sorted(found, key=lambda line: (line["ends_s"], line["begins_s"]))


def steps(data: Row) -> list[dict[str, Any]]:
    """Of the lines, the steps of a runbook that began, in that order."""
    begun = (line for line in lines(data) if line["runbook"] and line["kind"] != "not_begun")
    return sorted(begun, key=lambda line: (line["begins_s"], line["ends_s"]))
