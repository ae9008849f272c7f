"""What `poolcast availability` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from poolcast import summary, units
from poolcast.console import plain_table
from poolcast.nines import end_of_assumption, minutes_interval, minutes_of_end, minutes_text, runbook_of, survival

if TYPE_CHECKING:
    from rich.console import Console

    from poolcast.nines import Availability, Swing
    from poolcast.summary import Row


def availability(console: Console, answer: Availability) -> None:
    """Availability in nines, minutes a year by cause, and the risks that it rests on."""
    console.print(f"\n{answer.sentence()}")
    for remark in answer.remarks():
        console.print(remark, style="yellow")
    table = plain_table(("Away, a year and user", ""), ("", "r"), ("95 % interval", ""))
    for cause, minutes in answer["by_cause"].items():
        table.add_row(f"  {summary.words(cause)}", minutes_text(minutes), Text(minutes_interval(minutes), "dim"))
    if len(answer["by_pool"]) > 1:
        for pool in answer["by_pool"]:
            minutes = pool["unavailable"]
            table.add_row(f"  users of {pool['pool']}", minutes_text(minutes), Text(minutes_interval(minutes), "dim"))
    if answer["compliance"] is not None:
        text = f"{minutes_interval(answer['compliance'])}  posts wait to be recorded; no users' time"
        table.add_row("  compliance", minutes_text(answer["compliance"]), Text(text, "dim"))
    console.print()
    console.print(table)
    if any(storm["played_s"] is not None for storm in answer["surges"]):
        _storms(console, answer)
    surrogate = answer.surrogate_sentence()
    if surrogate and surrogate not in answer.remarks():
        console.print(f"\n{surrogate}")
    if answer["sensitivity"]:
        _sensitivity(console, answer)
    risks = plain_table(("Assumed", ""), ("about every", "r"), ("", ""), ("for about", "r"), ("", ""))
    for risk in answer["risks"]:
        cells = [text for key in ("about_every", "for_about") for text in _risk(risk[key])]
        risks.add_row(f"  {risk['label']}", *cells)
    console.print()
    console.print(risks)
    console.print()
    _operators(console, answer)


def _operators(console: Console, answer: Availability) -> None:
    """The runbooks that operators work through, and how long that takes."""
    table = plain_table(("Operators", ""), ("in the mean", "r"), ("runbook", "*"))
    for used in answer["operators"]:
        pools = f" of {', '.join(used['pools'])}" if len(answer["operators"]) > 1 else ""
        table.add_row(f"  site failover{pools}", units.duration(used["failover_mean_s"]), runbook_of(used, "failover"))
        table.add_row(f"  way back{pools}", units.duration(used["failback_mean_s"]), runbook_of(used, "failback"))
    console.print(table)


def _storms(console: Console, answer: Availability) -> None:
    """What a loss costs who reconnects when most are there: played, and what the fluid model has instead."""
    table = plain_table(("Away, a loss and user of the pool", ""), ("simulated", "r"), ("fluid", "r"))
    for storm in answer["surges"]:
        table.add_row(
            f"  {storm['pool']}: {survival(storm)}", units.duration(storm["played_s"]), units.duration(storm["fluid_s"])
        )
    console.print()
    console.print(table)


def _sensitivity(console: Console, answer: Availability) -> None:
    """A tornado: what is away at the low and at the high end of each assumption, widest first."""
    swings = answer.swings()
    most = max(end["minutes_per_year"] or 0 for swing in swings for end in swing.ends)
    table = plain_table(("What matters most", ""), ("from", "r"), ("to", "r"), ("away, a year", "r"), ("", "r"), ("", ""))
    for swing in swings:
        bounds = [end_of_assumption(end) for end in swing.ends]
        table.add_row(f"  {swing.name}", *bounds, *(minutes_of_end(end) for end in swing.ends), _bar(swing, most))
    console.print()
    console.print(table)


def _bar(swing: Swing, most: float) -> str:
    if any(end["minutes_per_year"] is None for end in swing.ends):
        return ""
    width = 24
    begin, end = sorted(round(width * each["minutes_per_year"] / most) if most > 0 else 0 for each in swing.ends)
    return " " * begin + "━" * max(1, end - begin)


def _risk(given: Row) -> tuple[str, Text]:
    low, high = given["low_s"], given["high_s"]
    bounds = f"[{units.duration(low)}, {units.duration(high)}]" if low is not None and high is not None else ""
    return units.duration(given["value_s"]), Text(bounds, "dim")
