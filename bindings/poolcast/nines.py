"""Availability: how much of a year users have the service, what takes the rest, and what that rests on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import summary, units

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import pandas as pd

    from poolcast.figures import Picture
    from poolcast.scenario import Scenario
    from poolcast.summary import Row

FORMAT = "poolcast-availability/3"
_FILES = ("availability.json", "scenario.yaml")
MOST_MINUTES = 600  # a year; above it are hours
_WAYS = ("failover", "failback")
_LEAST_SHOWN_S = 1e-3
_MOST_MISSED = 0.1  # of a reconnect storm that was left out of a fit, without a remark
_MINUTES = ("minutes_per_year", "low", "high")


@dataclass(frozen=True)
class Swing:
    """What an assumption does to the answer between the ends of its interval."""

    key: str  # about_every, for_about, or operators
    subject: str  # the losses that share it
    low: Row
    high: Row

    @property
    def name(self) -> str:
        """The assumption in a line."""
        return self.subject if self.key == "operators" else f"{summary.words(self.key)}: {self.subject}"

    @property
    def ends(self) -> tuple[Row, Row]:
        """The lower end of the assumption and the upper one."""
        return self.low, self.high

    @property
    def bounds(self) -> str:
        """From the lower end of the assumption to the upper one, as people read it."""
        bounds = " to ".join(end_of_assumption(end) for end in self.ends)
        return bounds if self.key == "operators" else f"{summary.words(self.key)} {bounds}"


class Availability:
    """The answer. `data` is the documented object; its keys can be looked up here as well: answer["nines"].

    `runbooks` are the texts of those that a flag named as a file, by way: failover and failback.
    """

    def __init__(self, data: dict[str, Any], scenario: Scenario | None = None, runbooks: Mapping[str, str] | None = None) -> None:
        if data.get("format") != FORMAT:
            raise ValueError(f"not an availability of a format known here: {data.get('format')!r}")
        self.data = data
        self.scenario = scenario
        self.runbooks = dict(runbooks or {})

    def __getitem__(self, key: str) -> Any:
        return self.data[key]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.data["scenario"]["name"])

    @property
    def nines(self) -> float | None:
        """Minus the decimal logarithm of the unavailability; None when nothing takes users' service."""
        value = self.data["nines"]
        return None if value is None else float(value)

    @property
    def causes(self) -> pd.DataFrame:
        """What users are away for: cause, minutes_per_year, ci_low and ci_high, the largest first."""
        return _frame("cause", self.by_cause())

    @property
    def pools(self) -> pd.DataFrame:
        """Away, of the time of each pool's own users: pool, minutes_per_year, ci_low and ci_high."""
        return _frame("pool", [(pool["pool"], pool["unavailable"]) for pool in self.data["by_pool"]])

    @property
    def risks(self) -> pd.DataFrame:
        """What is assumed of each loss and cut: risk, and of about_every and for_about value_s, low_s, high_s and origin."""
        import pandas as pd

        keys = ("value_s", "low_s", "high_s", "origin")
        sides = ("about_every", "for_about")
        rows = [[risk["label"], *(risk[side][key] for side in sides for key in keys)] for risk in self.data["risks"]]
        return pd.DataFrame(rows, columns=["risk", *(f"{side}_{key}" for side in sides for key in keys)])

    @property
    def sensitivity(self) -> pd.DataFrame:
        """Each assumption at the ends of its interval: assumption, low, high, and minutes_per_year at either; widest first."""
        import pandas as pd

        columns = ["assumption", "low", "high", "minutes_per_year_at_low", "minutes_per_year_at_high"]
        rows = [
            [swing.name, *(end_of_assumption(end) for end in swing.ends), *(end["minutes_per_year"] for end in swing.ends)]
            for swing in self.swings()
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def surges(self) -> pd.DataFrame:
        """What a loss costs who reconnects, by how many are there: a row for each storm and each load at which it was run."""
        import pandas as pd

        storm, run = ("pool", "servers", "survivors"), ("load", "activity", "fluid_s", "played_s")
        rows = [[*(of[key] for key in storm), *(at[key] for key in run)] for of in self.data["surges"] for at in of["runs"]]
        return pd.DataFrame(rows, columns=[*storm, *run])

    def by_cause(self) -> list[tuple[str, Row]]:
        """Causes by name with their minutes a year, the largest first."""
        causes = [(summary.words(cause), minutes) for cause, minutes in self.data["by_cause"].items()]
        return sorted(causes, key=lambda cause: -cause[1]["minutes_per_year"])

    def swings(self) -> list[Swing]:
        """The sensitivity, widest first; none when it was not asked for."""
        return [Swing(entry["key"], _subject(entry), entry["low"], entry["high"]) for entry in self.data["sensitivity"] or []]

    def sentence(self) -> str:
        """The answer in a sentence."""
        if self.nines is None:
            return "No loss among these risks takes users' service."
        away = self.data["unavailable"]
        return (
            f"Available {100 * self.data['availability']:.7g} % of {self.whose_time()}: {self.nines:.2f} nines, "
            f"{minutes_text(away)} a year away {minutes_interval(away)}."
        )

    def whose_time(self) -> str:
        """What availability is a share of."""
        wanted = self.data["wanted"]
        return "users' time" if wanted == 1 else f"the time that users want to be there, {100 * wanted:.3g} % of a day"

    def surrogate_sentence(self) -> str:
        """What is asked for the cost of a reconnect storm at a load that was not run, and how far it may be off; else nothing."""
        error = self.data["surrogate"]["error"]
        if error is None:
            return ""
        worst = max((storm for storm in self.data["surges"] if storm["error"]), key=lambda storm: storm["error"]["worst"])
        model = {"fluid": "the fluid model", "simulation": "the full simulation"}[self.data["surrogate"]["fitted_to"]]
        return (
            f"What reconnecting costs at each hour is fitted to {self.data['surrogate']['runs']} runs of {model}. Left out, "
            f"they are missed by less than {_per_cent(error['typical'])} for half of the time, "
            f"by {_per_cent(error['worst'])} at worst "
            f"({worst['pool']}: {survival(worst)}, {_per_cent(error['worst_load'])} of the users there)."
        )

    def remarks(self) -> list[str]:
        """What weakens the answer."""
        found = []
        if not self.data["precise"]:
            found.append("The precision was not reached: the interval says how far the answer may be off.")
        error = self.data["surrogate"]["error"]
        if error is not None and error["worst"] > _MOST_MISSED:
            found.append(self.surrogate_sentence())
        for used in self.data["operators"]:
            decision = used.get("decision", "decide")  # files of before do not say
            if used["failover_from"] == "scenario" and decision != "decide":
                found.append(
                    f"`{decision}`, the first step of the runbook {used['failover']}, which the scenario follows, counts as the "
                    "decision: forced mirrors and Front End failovers wait for it as well."
                )
        cut_off = [storm for storm in self.data["surges"] if not all(run.get("all_back", True) for run in storm["runs"])]
        if cut_off:
            which = ", ".join(f"{storm['pool']}: {survival(storm)}" for storm in cut_off)
            found.append(
                f"Not all users were back when a simulated reconnect storm ended, so that it costs more than it says ({which})."
            )
        ends = [end for swing in self.swings() for end in swing.ends]
        if any(end["minutes_per_year"] is None for end in ends):
            found.append("An end of an assumption could not be worked out: there hardly ever everything is well.")
        if any(end["minutes_per_year"] is not None and not end["precise"] for end in ends):
            found.append("At an end of an assumption, marked ~, the precision was not reached.")
        return found

    def plot(self) -> Picture:
        """Minutes a year by cause and, when the sensitivity was asked for, what each assumption moves."""
        from poolcast.tornado import availability_figure

        return availability_figure(self)

    def to_html(self) -> str:
        """The page: one HTML file that needs no network."""
        from poolcast.nines_page import render

        return render(self)

    def to_json(self) -> str:
        """The documented JSON object."""
        return json.dumps(self.data, ensure_ascii=False) + "\n"

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write availability.json, scenario.yaml, report.html and report.png into `folder`; returns the page's path.

        Runbooks that were named as files become failover.yaml and failback.yaml.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        (path / _FILES[0]).write_text(self.to_json(), encoding="utf-8")
        if self.scenario is not None:
            (path / _FILES[1]).write_text(self.scenario.to_yaml(), encoding="utf-8")
        for way, text in self.runbooks.items():
            (path / f"{way}.yaml").write_text(text, encoding="utf-8")
        return self.save_report(path / "report.html")

    def save_report(self, path: str | os.PathLike[str]) -> Path:
        """Write the page (a folder gets report.html) and, next to it, its picture as PNG; returns the page's path."""
        from poolcast.figures import png
        from poolcast.page import page_path

        page = page_path(Path(path))
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(self.to_html(), encoding="utf-8")
        page.with_suffix(".png").write_bytes(png(self.plot()))
        return page

    @classmethod
    def from_folder(cls, folder: str | os.PathLike[str]) -> Availability:
        """The answer in a folder that `save` or `poolcast availability --out` wrote."""
        from poolcast.scenario import load

        answer, scenario = (Path(folder) / name for name in _FILES)
        data = json.loads(answer.read_text(encoding="utf-8"))
        copies = {way: Path(folder) / f"{way}.yaml" for way in _WAYS if is_file_name(data["operators"][0][way])}
        runbooks = {way: copy.read_text(encoding="utf-8") for way, copy in copies.items() if copy.exists()}
        return cls(data, load(scenario) if scenario.exists() else None, runbooks)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether the folder holds such an answer."""
        return (folder / _FILES[0]).exists()

    def __eq__(self, other: object) -> bool:
        return self.data == other.data if isinstance(other, Availability) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Availability({self.name!r}, {self.sentence()!r})"

    def _repr_html_(self) -> str:
        parts = [f"<strong>{escape(self.name)}</strong><p>{escape(self.sentence())}</p>", self.causes.to_html()]
        parts += [f"<p>{escape(remark)}</p>" for remark in self.remarks()]
        return "".join(parts + ([self.sensitivity.to_html()] if self.data["sensitivity"] else []))


def is_file_name(runbook: str) -> bool:
    """Whether a flag named a file, and not a runbook of the library."""
    return runbook.endswith((".yaml", ".yml")) or "/" in runbook


def survival(storm: Row) -> str:
    """Which servers are left after the loss."""
    return f"{storm['survivors']} of {storm['servers']} servers survive" if storm["survivors"] else "everybody signs in anew"


def _per_cent(share: float) -> str:
    return f"{100 * share:.2g} %"


def minutes_text(minutes: Row) -> str:
    """Minutes a year as people read them: 3.15 min, 50 s, 152 min."""
    return "under 1 ms" if _is_next_to_nothing(minutes) else _time(minutes["minutes_per_year"])


def minutes_interval(minutes: Row) -> str:
    """Their 95 % interval, each bound with its unit, for the lower one may be far below."""
    return "" if _is_next_to_nothing(minutes) else f"[{_time(minutes['low'])}, {_time(minutes['high'])}]"


def _time(minutes: float) -> str:
    """In minutes, in which availability is counted, for longer than other times are."""
    return f"{minutes:.0f} min" if 60 <= minutes < MOST_MINUTES else units.duration(60 * minutes)


def _is_next_to_nothing(minutes: Row) -> bool:
    return bool(0 < minutes["high"] < _LEAST_SHOWN_S / 60)


def minutes_of_end(end: Row) -> str:
    """Minutes a year at the end of an assumption."""
    if end["minutes_per_year"] is None:
        return "none"
    return ("" if end["precise"] else "~") + minutes_text(end)


def end_of_assumption(end: Row) -> str:
    """What is assumed there: a time, or of operators a factor."""
    return f"×{end['factor']:g}" if "factor" in end else units.duration(end["value_s"])


def runbook_of(used: Row, way: str) -> str:
    """The runbook of that way, failover or failback, and who named it."""
    follows = ", which the scenario follows" if used[f"{way}_from"] == "scenario" else ""
    return f"{used[way]}{follows}"


def _subject(entry: Row) -> str:
    return "operators' times" if entry["key"] == "operators" else and_more(entry["faults"])


def and_more(labels: list[str]) -> str:
    """The first of several labels, and how many more there are."""
    first, *others = labels
    return first + (f" and {len(others)} more" if others else "")


def _frame(name: str, rows: list[tuple[str, Row]]) -> pd.DataFrame:
    import pandas as pd

    table = [[label, *(minutes[key] for key in _MINUTES)] for label, minutes in rows]
    return pd.DataFrame(table, columns=[name, "minutes_per_year", "ci_low", "ci_high"])
