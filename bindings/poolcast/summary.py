"""The rows of a run, cut down to what tables and pages show. Plain values: nothing here needs pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolcast import units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = dict[str, Any]

LATENCIES = (
    "sign_in_latency",
    "join_latency",
    "post_latency",
    "delivery_latency",
    "history_latency",
    "search_latency",
)
METHODS = {
    "simulate": "simulated",
    "analytic": "by formula: the steady state",
    "fluid": "by formula: the fluid model of a reconnect storm",
}
BACK = (("t50_s", "50 %"), ("t95_s", "95 %"), ("t100_s", "100 %"))


def is_contradiction(rule: str) -> bool:
    """Whether a rule says where the sources disagree, and not what the plan passes."""
    return rule.startswith("PC-SRC-")


def words(name: str) -> str:
    """delivery_latency -> delivery latency."""
    return name.replace("_", " ")


def title(metric: str) -> str:
    """A metric's name as a heading; what is late needs its limit."""
    return "Deliveries late, above 1 s" if metric == "deliveries_late" else words(metric).capitalize()


def place_of(row: Row) -> str:
    """The most precise place of a row: node, pool, site, or "" for everything."""
    return str(row.get("node") or row.get("pool") or row.get("site") or "")


def whole(rows: Iterable[Row], metric: str) -> list[Row]:
    """The rows of a metric that are over all that was counted."""
    return [row for row in rows if row["metric"] == metric and row["whole_run"]]


def windows(rows: Iterable[Row], metric: str) -> list[Row]:
    """The rows of a metric that are over one window each, in the order of time."""
    found = [row for row in rows if row["metric"] == metric and not row["whole_run"]]
    return sorted(found, key=lambda row: row["window_start_s"])


def total(rows: Iterable[Row], metric: str, column: str = "mean") -> Row | None:
    """The row of a metric over all places and parts; of several pools' rows, one row with their sum and no interval."""
    found = [row for row in whole(rows, metric) if not row.get("node") and not row.get("part")]
    everything = [row for row in found if not row.get("pool")]
    if everything or len(found) == 1:
        return (everything or found)[0]
    if not found:
        return None
    return {**found[0], "pool": "", column: sum(row[column] or 0 for row in found), "mean_low": None, "mean_high": None}


def latencies(rows: list[Row]) -> Iterator[Row]:
    """Latency rows over the whole run, by operation; all room classes together first, then each."""
    for metric in LATENCIES:
        found = [row for row in whole(rows, metric) if not row.get("node") and row.get("count")]
        several = len({row.get("pool") or "" for row in found}) > 1
        for row in sorted(found, key=lambda row: (row.get("pool") or "", bool(row.get("part")))):
            operation = words(metric.removesuffix("_latency"))
            yield {**row, "operation": f"{operation} ({row.get('pool') or 'all pools'})" if several else operation}


def servers(rows: list[Row]) -> list[Row]:
    """What worked during the run: name, pool and the whole-run rows of utilisation, queue and users. Idle standbys are out."""
    found = []
    pools_with_nodes = {row.get("pool") for row in whole(rows, "utilisation") if row.get("node")}
    for row in whole(rows, "utilisation"):
        node, part = row.get("node") or "", row.get("part") or ""
        if not node and row.get("pool") in pools_with_nodes:
            continue
        same = {
            other["metric"]: other
            for metric in ("queue_length", "users_connected")
            for other in whole(rows, metric)
            if all((other.get(key) or "") == (row.get(key) or "") for key in ("site", "pool", "node", "part"))
        }
        users = same.get("users_connected")
        if users is not None and not users["max"] and not row["max"]:
            continue
        name = f"{node or 'all of'} {part}".strip() if node else f"all of {row['pool']}"
        found.append({"name": name, "utilisation": row, "queue": same.get("queue_length"), "users": users})
    return found


def column_mean(entries: Iterable[Row], column: str) -> tuple[float | None, float | None, float | None, int]:
    """Mean, least and largest of a column over replications, and in how many it was reached at all."""
    values = [entry[column] for entry in entries if entry[column] is not None]
    if not values:
        return None, None, None, 0
    return sum(values) / len(values), min(values), max(values), len(values)


def verdict_text(verdict: Row) -> str:
    """holds, 18 % to spare / fails by 28 min / fails: not within the horizon."""
    kind, answer, bound, note = verdict["verdict"], verdict.get("answer"), verdict.get("bound"), verdict.get("note") or ""
    if kind == "unknown" or answer is None or bound is None:
        return f"{kind}: {note}" if note else str(kind)
    if kind == "holds":
        margin = verdict.get("margin")
        text = f"holds, {100 * margin:.0f} % to spare" if margin else "holds"
    else:
        text = f"fails by {units.quantity(abs(answer - bound), verdict.get('unit') or '')}"
    return f"{text} ({note})" if note else text


def answer_text(verdict: Row) -> tuple[str, str]:
    """The answer and its interval."""
    unit = verdict.get("unit") or ""
    answer = verdict.get("answer")
    if answer is None:
        return "—", ""
    return units.quantity(answer, unit), units.interval(answer, verdict.get("low"), verdict.get("high"), unit)


def conclusion(data: Row) -> str:
    """The answer in one sentence."""
    verdicts = data["verdicts"]
    if not verdicts:
        return "The scenario names no objective, so there is no verdict; the figures are below."
    failed = [verdict for verdict in verdicts if verdict["verdict"] != "holds"]
    if not failed:
        count = len(verdicts)
        return "Good enough: the objective holds." if count == 1 else f"Good enough: all {count} objectives hold."
    parts = [f"{verdict['objective']} {verdict_text(verdict)}" for verdict in failed]
    count = len(verdicts) - len(failed)
    held = "" if count == 0 else f"; the other {'one holds' if count == 1 else f'{count} hold'}"
    return "Not good enough: " + "; ".join(parts) + held + "."


def losses(data: Row) -> str:
    """Who loses service, and for how long, in one sentence per loss; empty when nobody does."""
    sentences = []
    looked = units.duration(data["scenario"]["horizon_s"])
    for after, entries in by_loss(data["users_back"]).items():
        displaced = column_mean(entries, "displaced_users")[0]
        if not displaced:
            continue
        times: list[str] = []
        for column, share in (("t50_s", "half"), ("t95_s", "95 %"), ("t100_s", "all")):
            mean, _, _, reached = column_mean(entries, column)
            are_back = "" if times else " are back"
            if reached == len(entries):
                times.append(f"{share}{are_back} after {units.duration(mean)}")
            else:
                how_often = f" in {len(entries) - reached} of {len(entries)} replications" if reached else ""
                times.append(f"not {share}{are_back} within the {looked} looked at{how_often}")
                break
        sentences.append(f"{units.quantity(displaced)} users lose service ({after}); " + ", ".join(times) + ".")
    return " ".join(sentences)


def caveat(data: Row) -> str:
    """The second sentence: how the answer depends on what is assumed."""
    if data["source"] == "real":
        machine = data["machine"]
        memory = units.quantity(machine["memory_bytes"], "bytes")
        return (
            f"Measured over {data['load']['transport'].upper()} on one machine of {units.plural(machine['cores'], 'core')} "
            f"and {memory} ({machine['processor'] or 'unknown processor'}), which server, database and load share."
        )
    method = data.get("method") or "simulate"
    by_formula = f"Not simulated, but answered {METHODS[method]}. " if method != "simulate" else ""
    return by_formula + _under_other_assumptions(data)


def _under_other_assumptions(data: Row) -> str:
    main = {verdict["objective"]: verdict["verdict"] for verdict in data["verdicts"]}
    changed = []
    for variant in data.get("variants") or []:
        if any(main.get(verdict["objective"]) != verdict["verdict"] for verdict in variant["verdicts"]):
            changed.append(variant["name"])
    if changed:
        text = f"A verdict changes under {_listing(changed)}"
    elif data.get("variants"):
        text = f"No verdict changes under {_listing([variant['name'] for variant in data['variants']])}"
    else:
        text = f"The answer rests on the cost set {data['scenario']['costs']}"
    return text + (
        "." if data["scenario"].get("calibrated") else ", and no cost set here is calibrated against a measured server."
    )


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


TOTALS = (
    "user_minutes_lost",
    "refusals",
    "requests_lost",
    "deliveries",
    "deliveries_late",
    "messages_stored",
    "messages_lost",
    "messages_in_doubt",
    "messages_at_risk",
    "without_database",
    "compliance_backlog",
    "database_bytes",
)


def total_text(rows: list[Row], metric: str) -> tuple[str, str]:
    """A metric over all places and its interval: a count's number, a level's largest value, a single value."""
    found = [row for row in whole(rows, metric) if not row.get("part")]
    if not found:
        return "", ""
    column = figure_of(found[0])
    if column == "max":
        text = f"at most {max(row['max'] or 0 for row in found):,.0f}"
        return (f"{text}, {max(row['mean'] or 0 for row in found):,.0f} on average" if metric == "messages_at_risk" else text), ""
    row = total(found, metric, column)
    if row is None or row.get(column) is None:
        return "", ""
    unit = row["unit"] if row["unit"] in {"s", "bytes", "share"} else ""
    low, high = (row.get("mean_low"), row.get("mean_high")) if column == "mean" else (None, None)
    return units.quantity(row[column], unit), units.interval(row[column], low, high, unit)


def figure_of(row: Row) -> str:
    """The column that sums a metric up: count of what is counted, max of what piles up, else mean."""
    if row["metric"] in {"compliance_backlog", "messages_at_risk"}:
        return "max"
    return "mean" if row["unit"] in {"user-minutes", "bytes", "s", "share", "users"} else "count"


def by_loss(entries: Iterable[Row]) -> dict[str, list[Row]]:
    """The users_back entries of each loss."""
    found: dict[str, list[Row]] = {}
    for entry in entries:
        found.setdefault(entry["after"], []).append(entry)
    return found


def same_objective(one: Row, other: Row) -> bool:
    """Whether two verdicts are on the same objective."""
    return all(one.get(key) == other.get(key) for key in ("objective", "after", "place"))
