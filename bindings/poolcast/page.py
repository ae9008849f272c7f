"""The report: one HTML file that needs no network, and its figure as PNG next to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import drawing, failures, figures, logbook, summary, units
from poolcast.runner import precision_share

if TYPE_CHECKING:
    from jinja2 import Template

    from poolcast._core import CostSet
    from poolcast.result import Result
    from poolcast.summary import Row


def page_path(path: Path) -> Path:
    """Where the page goes when `path` is wanted: a folder gets report.html. ValueError when the name is not that of a page."""
    if path.is_dir() or path.suffix == "":
        return path / "report.html"
    if path.suffix.lower() not in {".html", ".htm"}:
        raise ValueError(f"{path}: a page's name ends in .html or .htm; the picture is written next to it as .png")
    return path


def save_report(result: Result, path: Path) -> Path:
    """Write the page to `path` (a folder gets report.html) and the figure next to it; returns the page's path."""
    path = page_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(result), encoding="utf-8")
    path.with_suffix(".png").write_bytes(figures.png(result.plot()))
    return path


def template(name: str) -> Template:
    """A page's template with the filters that all pages share. Everything that comes from a scenario is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        quantity=units.quantity,
        duration=units.duration,
        events=units.events,
        plural=units.plural,
        words=summary.words,
        verdict_text=summary.verdict_text,
        place=summary.place_of,
    )
    return environment.get_template(name)


def render(result: Result) -> str:
    """The page of a run as text."""
    data = result.data
    return template("report.html.j2").render(
        run=data,
        invalid=result.invalid,
        scenario=data["scenario"],
        question=data["scenario"].get("question") or data["scenario"]["name"],
        how=summary.METHODS[result.method] if result.method else "measured",
        losses=summary.losses(data),
        answer=summary.conclusion(data),
        caveat=summary.caveat(data),
        failed=not result.holds,
        topology=drawing.topology_svg(result.scenario) if result.scenario else None,
        topology_style=drawing.STYLE,
        figure=figures.page_svg(result),
        limits=[entry for entry in data["findings"] if not summary.is_contradiction(entry["rule"])],
        contradictions=[entry for entry in data["findings"] if summary.is_contradiction(entry["rule"])],
        latencies=list(summary.latencies(data["rows"])),
        servers=summary.servers(data["rows"]),
        totals=_totals(data),
        recovery=data.get("recovery") or [],
        recovery_columns=failures.columns(data.get("recovery") or []),
        recovery_heading=failures.HEADINGS,
        recovery_cell=failures.cell,
        by_itself=_by_itself(data),
        logbook=logbook.lines(data),
        sides=_sides(data),
        assumptions=_assumptions(result.scenario.costs) if result.scenario else [],
        costs=result.scenario.costs if result.scenario else None,
        commands=_commands(result),
        interval=lambda row, value, low, high: units.interval(row.get(value), row.get(low), row.get(high), row.get("unit") or ""),
    )


def _totals(data: Row) -> list[tuple[str, str, str, str]]:
    """Name, value, interval and meaning of what the run counted."""
    from poolcast import _core

    meanings = {row["name"]: row for row in _core.metrics()}
    found = []
    for metric in summary.TOTALS:
        text, interval = summary.total_text(data["rows"], metric)
        if text:
            found.append((summary.title(metric), text, interval, meanings[metric]["meaning"]))
    return found


def _by_itself(data: Row) -> list[dict[str, str]]:
    """Whether the system comes back by itself, in the main run and in every variant."""
    runs = [("as asked", data), *((variant["name"], variant) for variant in data.get("variants") or [])]
    return [
        {
            "name": name,
            "style": failures.VERDICT_OF[run["comes_back"]["answer"]],
            "answer": failures.ANSWERS[run["comes_back"]["answer"]],
            "text": failures.comes_back_text(run["comes_back"]),
        }
        for name, run in runs
        if run.get("comes_back")
    ]


def _sides(data: Row) -> list[dict[str, Any]]:
    """Each objective's answer in the main run and in every variant."""
    runs = [("as asked", data), *((variant["name"], variant) for variant in data.get("variants") or [])]
    table = []
    for verdict in data["verdicts"]:
        answers = []
        for name, run in runs:
            own = next((entry for entry in run["verdicts"] if summary.same_objective(entry, verdict)), None)
            answers.append({"name": name, "verdict": own, "answer": summary.answer_text(own) if own else ("—", "")})
        table.append({"objective": verdict["objective"], "answers": answers})
    return table


def _assumptions(costs: CostSet) -> list[dict[str, str]]:
    """Every parameter of the cost set with value, interval and origin."""
    found = []
    for name, annotation, meaning, _ in costs._fields_:
        if not annotation.endswith("Parameter"):
            continue
        parameter = getattr(costs, name)
        (value, low, high), unit, per = _parameter(parameter)
        found.append(
            {
                "name": name,
                "value": units.quantity(value, unit) + per,
                "interval": units.interval(value, low, high, unit),
                "origin": parameter.origin,
                "meaning": meaning,
            }
        )
    return found


def _parameter(parameter: Any) -> tuple[tuple[float, float | None, float | None], str, str]:
    kinds = (("_s", "s", ""), ("_per_s", "rate", "/s"), ("_bytes_per_s", "bytes", "/s"), ("_bytes", "bytes", ""), ("", "", ""))
    suffix, unit, per = next(kind for kind in kinds if hasattr(parameter, f"value{kind[0]}"))
    value, low, high = (getattr(parameter, f"{name}{suffix}") for name in ("value", "low", "high"))
    return (value, low, high), unit, per


def _commands(result: Result) -> list[str]:
    """What gives the same run again; changes by --set are part of scenario.yaml."""
    data = result.data
    used = data.get("options") or {}
    if data["source"] == "real":
        tls = " --tls --ca FILE" if data["load"]["transport"] == "tls" else ""
        return [f"poolcast-load scenario.yaml --seed {data['seed']} --server 127.0.0.1:PORT{tls} --password-file FILE"]
    precision = used.get("precision")
    options = ["--seed", str(data["seed"])]
    if result.method not in (None, "simulate"):
        options = ["--method", str(result.method)]
    elif precision is None or data.get("interrupted"):
        options += ["--replications", str(data["replications"])]
    else:
        options += ["--precision", percentage(precision)]
    options += ["--antithetic"] if used.get("antithetic") else []
    options += ["--allow-unsupported"] if used.get("allow_unsupported") else []
    if result.scenario is not None and result.scenario.variants and not data.get("variants"):
        options.append("--no-variants")
    command = " ".join(["poolcast run scenario.yaml", *options])
    return [command, f"{command} --json"]


def percentage(share: float) -> str:
    """5% when that reads back as the same number, else the share itself."""
    text = f"{100 * share:g}%"
    return text if precision_share(text) == share else repr(share)
