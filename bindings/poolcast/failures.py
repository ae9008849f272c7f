"""What each failure of a run cost, and whether the system comes back by itself, as texts for tables. Plain values only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from poolcast import units

if TYPE_CHECKING:
    from poolcast.summary import Row

TIMES = ("half_back", "most_back", "all_back", "database_back", "recovery_point")
NUMBERS = ("users_affected", "messages_lost", "messages_in_doubt", "user_minutes_lost")
HEADINGS = {
    "users_affected": "users affected",
    "half_back": "50 % back",
    "most_back": "95 % back",
    "all_back": "all back",
    "database_back": "database back",
    "recovery_point": "oldest post lost",
    "messages_lost": "posts lost",
    "messages_in_doubt": "in doubt",
    "user_minutes_lost": "user-minutes lost",
}
ANSWERS = {"comes_back": "comes back", "does_not_come_back": "does not come back", "not_decided": "not decided"}
VERDICT_OF = {"comes_back": "holds", "does_not_come_back": "fails", "not_decided": "unknown"}  # the style of an answer


def time_text(spread: Row | None) -> tuple[str, str]:
    """The median over replications, and from which to which nine in ten lie; a replication that never gets there is said."""
    if spread is None:
        return "", ""
    never = spread["asked"] - spread["reached"]
    if spread["p50_s"] is None:
        return "not within the horizon", f"in {never} of {spread['asked']}" if spread["reached"] else ""
    low, high = spread["p5_s"], spread["p95_s"]
    if never:
        return units.duration(spread["p50_s"]), f"never in {never} of {spread['asked']}"
    same = units.duration(low) == units.duration(high)
    return units.duration(spread["p50_s"]), "" if same else units.interval(spread["p50_s"], low, high, "s")


def number_text(figure: Row | None) -> tuple[str, str]:
    """The mean over replications and its 95 % confidence interval."""
    if figure is None:
        return "", ""
    if figure["low"] == figure["high"]:
        return units.quantity(figure["mean"]), ""
    return units.quantity(figure["mean"]), units.interval(figure["mean"], figure["low"], figure["high"])


def cell(entry: Row, column: str) -> tuple[str, str]:
    """The text of one column of a failure's entry, and its interval."""
    value = entry.get(column)
    return time_text(value) if column in TIMES else number_text(value)


def columns(entries: list[Row]) -> list[str]:
    """The columns that say something about one of these failures."""
    return [column for column in HEADINGS if any(entry.get(column) is not None for entry in entries)]


def comes_back_text(answer: Row) -> str:
    """does not come back in 3 of 12 replications: the reason."""
    counts = answer["counts"]
    total = sum(counts.values())
    own = counts[answer["answer"]]
    text = ANSWERS[answer["answer"]]
    if own < total:
        text += f" in {own} of {total} replications"
    after = answer["after"]
    if answer["answer"] == "comes_back" and after is not None and total > 1:
        middle, interval = time_text(after)
        where = f"{middle} {interval}".rstrip() + " after the trigger" if after["p95_s"] else "as soon as the trigger is gone"
        return f"{text}: as before {where}"
    return f"{text}: {answer['reason']}"


def table(entries: list[Row]) -> list[dict[str, Any]]:
    """One flat row per failure: of times median, 5th and 95th percentile and how many replications never got there."""
    rows = []
    for entry in entries:
        row: dict[str, Any] = {"failure": entry["failure"], "at_s": entry["at_s"]}
        for name in NUMBERS[:1]:
            _put_figure(row, name, entry[name])
        for name in TIMES:
            spread = entry[name] or {}
            for quantile in ("p50_s", "p5_s", "p95_s"):
                row[f"{name}_{quantile}"] = spread.get(quantile)
            row[f"{name}_never"] = spread["asked"] - spread["reached"] if spread else None
        for name in NUMBERS[1:]:
            _put_figure(row, name, entry[name])
        rows.append(row)
    return rows


def _put_figure(row: dict[str, Any], name: str, figure: Row | None) -> None:
    own = figure or {}
    row[name] = own.get("mean")
    row[f"{name}_ci_low"] = own.get("low")
    row[f"{name}_ci_high"] = own.get("high")
