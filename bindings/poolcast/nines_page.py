"""The page of an availability: one HTML file that needs no network."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from poolcast import drawing, units
from poolcast.figures import svg_of
from poolcast.nines import and_more, end_of_assumption, minutes_interval, minutes_of_end, minutes_text, runbook_of
from poolcast.page import percentage, template
from poolcast.tornado import causes_figure, tornado_figure

if TYPE_CHECKING:
    from poolcast.nines import Availability
    from poolcast.summary import Row

# Where a cause counts; docs/methods.md has the same in the same order.
MEANINGS = {
    "runbook": "operators fail a lost site over to its log-shipping secondary, or back",
    "site": "a site is lost, and no runbook runs",
    "network": "a network is cut",
    "database": "nobody may serve the content database: a failover, a lost quorum, no mirror",
    "front end": "no server of the Front End pool that users come through is up",
    "server": "no chat server is up",
    "reconnect": "users sign in again: those of a lost server, or all after a site, a Front End pool or the last server was lost",
}


def render(answer: Availability) -> str:
    """The page as text. Everything that comes from a scenario is escaped."""
    scenario = answer.scenario
    return template("availability.html.j2").render(
        answer=answer,
        data=answer.data,
        scenario=scenario,
        question=(scenario.question if scenario else "") or answer.name,
        topology=drawing.topology_svg(scenario, faults=False) if scenario else None,
        topology_style=drawing.STYLE,
        causes=svg_of(lambda theme: causes_figure(answer, theme), "Minutes a year by cause; the same as in the table below"),
        tornado=svg_of(lambda theme: tornado_figure(answer, theme), "What each assumption moves; the same as in the table below")
        if answer["sensitivity"]
        else None,
        meanings=MEANINGS,
        minutes=minutes_text,
        bounds=minutes_interval,
        at_end=minutes_of_end,
        end=end_of_assumption,
        assumptions=_assumptions(answer),
        operators=_operators(answer),
        storms=_storms(answer),
        commands=_commands(answer),
    )


def _given(assumed: Row) -> tuple[str, str]:
    """A value and the interval it may lie in, each bound with its unit."""
    low, high = assumed["low_s"], assumed["high_s"]
    bounds = f"[{units.duration(low)}, {units.duration(high)}]" if low is not None and high is not None else ""
    return units.duration(assumed["value_s"]), bounds


def _assumptions(answer: Availability) -> list[Row]:
    """The risks; those that share both assumptions in one line."""
    shared: dict[str, tuple[list[str], Row]] = {}
    for risk in answer["risks"]:
        key = repr((risk["label"].split()[0], risk["about_every"], risk["for_about"]))
        shared.setdefault(key, ([], risk))[0].append(risk["label"])
    return [
        {
            "what": and_more(labels) if len(labels) > 2 else ", ".join(labels),
            "all": ", ".join(labels),
            "every": _given(risk["about_every"]),
            "lasts": _given(risk["for_about"]),
            "origins": list(dict.fromkeys(filter(None, (risk[side]["origin"] for side in ("about_every", "for_about"))))),
        }
        for labels, risk in shared.values()
    ]


def _operators(answer: Availability) -> list[tuple[str, str, str]]:
    """What operators do, how long it takes in the mean, and where the times come from."""
    rows = []
    for used in answer["operators"]:
        pools = f"{', '.join(used['pools'])}: " if len(answer["operators"]) > 1 else ""
        over, back = (f"runbook {runbook_of(used, way)}" for way in ("failover", "failback"))
        by_hand = "the steps by hand are assumptions (O-15)"
        front_end = "15 to 20 min: Front End pool disaster recovery in Skype for Business Server"
        rows += [
            (f"{pools}decide", units.duration(used["decision_mean_s"]), f"first step of the {over}; {by_hand}"),
            (f"{pools}fail a site over, decision included", units.duration(used["failover_mean_s"]), f"{over}; {by_hand}"),
            (
                f"{pools}fail a Front End pool over, after the decision",
                units.duration(used["front_end_failover_mean_s"]),
                front_end,
            ),
            (f"{pools}go back to a site, nobody served", units.duration(used["failback_mean_s"]), f"{back}; {by_hand}"),
        ]
    return rows


def _storms(answer: Availability) -> list[Row]:
    """What a loss costs who reconnects; pools that are alike in one line."""
    shared: dict[str, tuple[Row, list[str]]] = {}
    for storm in answer["surges"]:
        same = repr({key: value for key, value in storm.items() if key != "pool"})
        shared.setdefault(same, (storm, []))[1].append(storm["pool"])
    return [{**storm, "pools": ", ".join(pools)} for storm, pools in shared.values()]


def _commands(answer: Availability) -> list[str]:
    """What gives the same answer again, in the folder that has scenario.yaml."""
    used = answer["operators"][0]  # a flag is for all pools
    words = ["poolcast", "availability", "scenario.yaml", "--seed", str(answer["seed"])]
    words += ["--precision", percentage(answer["precision"])]
    for flag, way in (("--runbook", "failover"), ("--failback", "failback")):
        name = f"{way}.yaml" if way in answer.runbooks else used[way]
        words += [flag, name] if used[f"{way}_from"] == "flag" else []
    words += ["--sensitivity"] if answer["sensitivity"] is not None else []
    words += ["--fit"] if any(storm["played_s"] is not None for storm in answer["surges"]) else []
    words += ["--allow-unsupported"] if answer.data.get("allow_unsupported") else []  # files of before do not say
    command = shlex.join(words)
    return [command, f"{command} --json"]
