"""What `poolcast availability` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from poolcast import summary, units
from poolcast.console import plain_table

if TYPE_CHECKING:
    from rich.console import Console

    from poolcast.summary import Row


def availability(console: Console, answer: Row) -> None:
    """Availability in nines, minutes a year by cause, and the risks that it rests on."""
    away = answer["unavailable"]
    if answer["nines"] is None:
        console.print("\nNo loss among these risks takes users' service.")
    else:
        console.print(
            f"\nAvailable {100 * answer['availability']:.6g} % of users' time: {answer['nines']:.1f} nines, "
            f"{_minutes(away)} a year away {_bounds(away)}"
        )
    if not answer["precise"]:
        console.print("The precision was not reached: the interval says how far the answer may be off.", style="yellow")
    table = plain_table(("Away, a year and user", ""), ("", "r"), ("95 % interval", ""))
    for cause, minutes in answer["by_cause"].items():
        table.add_row(f"  {summary.words(cause)}", _minutes(minutes), Text(_bounds(minutes), "dim"))
    if len(answer["by_pool"]) > 1:
        for pool in answer["by_pool"]:
            minutes = pool["unavailable"]
            table.add_row(f"  users of {pool['pool']}", _minutes(minutes), Text(_bounds(minutes), "dim"))
    if answer["compliance"] is not None:
        text = f"{_bounds(answer['compliance'])}  posts wait to be recorded; no users' time"
        table.add_row("  compliance", _minutes(answer["compliance"]), Text(text, "dim"))
    console.print()
    console.print(table)
    if any(storm["played_s"] is not None for storm in answer["surges"]):
        _storms(console, answer)
    if answer["sensitivity"]:
        _sensitivity(console, answer)
    risks = plain_table(("Assumed", ""), ("about every", "r"), ("", ""), ("for about", "r"), ("", ""))
    for risk in answer["risks"]:
        cells = [text for key in ("about_every", "for_about") for text in _risk(risk[key])]
        risks.add_row(f"  {risk['label']}", *cells)
    console.print()
    console.print(risks)


def _storms(console: Console, answer: Row) -> None:
    """What a loss costs who reconnects: played, and what the fluid model has instead."""
    table = plain_table(("Away, a loss and user of the pool", ""), ("simulated", "r"), ("fluid", "r"))
    for storm in answer["surges"]:
        left = f"{storm['survivors']} of {storm['servers']} survive" if storm["survivors"] else "everybody signs in anew"
        table.add_row(f"  {storm['pool']}: {left}", units.duration(storm["played_s"]), units.duration(storm["fluid_s"]))
    console.print()
    console.print(table)


def _sensitivity(console: Console, answer: Row) -> None:
    """A tornado: what is away at the low and at the high end of each assumption, widest first."""
    most = max(end["minutes_per_year"] or 0 for swing in answer["sensitivity"] for end in (swing["low"], swing["high"]))
    table = plain_table(("What matters most", ""), ("from", "r"), ("to", "r"), ("away, a year", "r"), ("", "r"), ("", ""))
    for swing in answer["sensitivity"]:
        low, high = swing["low"], swing["high"]
        bounds = [_end_of_assumption(end) for end in (low, high)]
        away = [_minutes_of_end(end) for end in (low, high)]
        table.add_row(f"  {_assumption(swing)}", *bounds, *away, _bar(low, high, most))
    console.print()
    console.print(table)
    ends = [end for swing in answer["sensitivity"] for end in (swing["low"], swing["high"])]
    if any(end["minutes_per_year"] is None for end in ends):
        console.print("none: not worked out, for there hardly ever everything is well.", style="yellow")
    if any(end["minutes_per_year"] is not None and not end["precise"] for end in ends):
        console.print("~: the precision was not reached.", style="yellow")


def _minutes_of_end(end: Row) -> str:
    if end["minutes_per_year"] is None:
        return "none"
    return ("" if end["precise"] else "~") + _minutes(end)


def _assumption(swing: Row) -> str:
    if swing["key"] == "operators":
        return "operators' times"
    first, *others = swing["faults"]
    more = f" and {len(others)} more" if others else ""
    return f"{summary.words(swing['key'])}: {first}{more}"


def _end_of_assumption(end: Row) -> str:
    return f"×{end['factor']:g}" if "factor" in end else units.duration(end["value_s"])


def _bar(low: Row, high: Row, most: float) -> str:
    if low["minutes_per_year"] is None or high["minutes_per_year"] is None:
        return ""
    width = 24
    begin, end = sorted(round(width * each["minutes_per_year"] / most) if most > 0 else 0 for each in (low, high))
    return " " * begin + "━" * max(1, end - begin)


def _minutes(minutes: Row) -> str:
    return units.duration(60 * minutes["minutes_per_year"])


def _bounds(minutes: Row) -> str:
    return f"[{units.duration(60 * minutes['low'])}, {units.duration(60 * minutes['high'])}]"


def _risk(given: Row) -> tuple[str, Text]:
    low, high = given["low_s"], given["high_s"]
    bounds = f"[{units.duration(low)}, {units.duration(high)}]" if low is not None and high is not None else ""
    return units.duration(given["value_s"]), Text(bounds, "dim")
