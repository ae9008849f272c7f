"""What the command line prints: tables for people, drawn by rich."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from poolcast import _core, failures, logbook, summary, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from poolcast._core import CapacityRow, Finding, Rule
    from poolcast.recovery import Recovery
    from poolcast.runner import Progress
    from poolcast.scenario import Scenario
    from poolcast.summary import Row
    from poolcast.tipping import TippingPoint

_PIPED_WIDTH = 132  # columns when the output is not a terminal
_FAILURES_ABREAST = 4
_MOSTLY = 0.5  # from this share of the runs on a step is what people should look at
_STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "note": "cyan",
    "fails": "bold red",
    "holds": "green",
    "unknown": "yellow",
}


class _Trimmed(io.TextIOBase):
    """A stream without the spaces that fill a table's lines; what a file or a pipe gets."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(re.sub(r" +(?=\n)", "", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


def make_console(*, stderr: bool = False) -> Console:
    """A console that is as wide as the terminal, and wide enough when there is none.

    It reads no markup and no emoji codes: names in a scenario may have brackets and colons.
    """
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    file = cast("TextIO", _Trimmed(stream))
    return Console(file=file, highlight=False, markup=False, emoji=False, width=_PIPED_WIDTH)


def plain_table(*columns: tuple[str, str], header: bool = True) -> Table:
    """A table without lines; each column is its heading and its justification, `*` lets it wrap."""
    table = Table(box=None, show_header=header, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading, how in columns:
        table.add_column(heading, justify="right" if "r" in how else "left", no_wrap="*" not in how, overflow="fold")
    return table


def head(console: Console, scenario: Scenario, how: str) -> None:
    """The line that names the run, and how honest its costs are."""
    pools = scenario.topology.chat_pools
    servers = " and ".join(f"{len(pool.active)} active + {len(pool.standby)} standby" for pool in pools)
    facts = f"{scenario.workload.users:,} users · {servers} · {how}"
    console.print(Text.assemble((scenario.name, "bold"), "     ", facts))
    costs = scenario.costs
    console.print(
        f"Costs: {costs.name or 'of the scenario'}, {'calibrated' if costs.calibrated else 'not calibrated'}", style="dim"
    )


def findings(console: Console, found: Iterable[Finding], brief: str = "") -> None:
    """Severity, rule and sentence of each finding; `brief` stands in for what the sources disagree on."""
    rows = list(found)
    if not rows:
        return
    hidden = [finding for finding in rows if brief and summary.is_contradiction(finding.rule)]
    rows = [finding for finding in rows if finding not in hidden]
    console.print()
    table = plain_table(("Findings", ""), ("poolcast explain ID", ""), ("", "*"))
    for finding in rows:
        severity = str(finding.severity)
        table.add_row(Text(f"  {severity}", _STYLES[severity]), finding.rule, Text(finding.sentence))
    if hidden:
        text = f"{units.plural(len(hidden), 'note')} on what the sources disagree about: {brief}"
        table.add_row(Text("  note", _STYLES["note"]), "PC-SRC-*", Text(text, "dim"))
    console.print(table)


def verdicts(console: Console, data: Row) -> None:
    """Each objective with its answer and verdict; below it the answers under other assumptions."""
    if not data["verdicts"]:
        console.print("\nThe scenario names no objective.")
        return
    runs = [("", data), *((variant["name"], variant) for variant in data.get("variants") or [])]
    table = plain_table(("Objective", ""), ("answer", "r"), ("", ""), ("verdict", "*"), ("", ""))
    for verdict in data["verdicts"]:
        for name, run in runs:
            own = next((entry for entry in run["verdicts"] if summary.same_objective(entry, verdict)), None)
            if own is None:
                continue
            answer, interval = summary.answer_text(own)
            text = Text(summary.verdict_text(own), _STYLES[own["verdict"]])
            table.add_row(verdict["objective"] if run is data else "", answer, interval, text, f"({name})" if name else "")
    console.print()
    console.print(table)


def figures(console: Console, data: Row) -> None:
    """Latency per operation, utilisation per server, how users came back, what was lost."""
    rows = data["rows"]
    table = plain_table(("Latency", ""), ("p50", "r"), ("p95", "r"), ("", ""), ("p99", "r"), ("largest", "r"))
    for row in summary.latencies(rows):
        label = Text(f"    {row['part']} rooms", "dim") if row.get("part") else Text(f"  {row['operation']}")
        interval = units.interval(row["p95"], row.get("p95_low"), row.get("p95_high"), "s")
        figures_ = [units.duration(row.get(column)) for column in ("p50", "p95", "p99", "max")]
        table.add_row(label, figures_[0], figures_[1], Text(interval, "dim"), *figures_[2:])
    if table.row_count:
        console.print()
        console.print(table)
    _servers(console, rows)
    _losses(console, data)
    _logbook(console, data)


def side_by_side(console: Console, table: pd.DataFrame, names: tuple[str, str]) -> None:
    """Figures of two runs, one line per metric, place and statistic; `names` head the two."""
    columns = [("Metric", ""), ("where", ""), ("statistic", ""), (names[0], "r"), (names[1], "r"), ("ratio", "r")]
    has_windows = "window_start_s" in table.columns
    shown = plain_table(*columns[:2], *([("from", "r")] if has_windows else []), *columns[2:])
    before = None
    for row in table.to_dict("records"):
        here = (row["metric"], row["place"], row["part"], row.get("window_start_s"))
        where = f"{row['place']} · {row['part']}" if row["part"] else str(row["place"])
        head_ = [summary.words(str(row["metric"])), where] if here != before else ["", ""]
        if has_windows:
            head_.append(units.duration(row["window_start_s"]) if here != before else "")
        before = here
        unit = "" if row["statistic"] == "count" else str(row["unit"])
        values = [units.quantity(None if row[side] != row[side] else row[side], unit) for side in ("a", "b")]
        ratio = "" if row["ratio"] is None or row["ratio"] != row["ratio"] else f"{row['ratio']:.3g}"
        shown.add_row(*head_, str(row["statistic"]), *values, Text(ratio, "dim"))
    console.print()
    console.print(shown)


def _servers(console: Console, rows: list[Row]) -> None:
    found = summary.servers(rows)
    if not found:
        return
    table = plain_table(
        ("Server", ""), ("utilisation", "r"), ("", ""), ("busiest", "r"), ("longest queue", "r"), ("most users", "r")
    )
    for server in found:
        busy = server["utilisation"]
        table.add_row(
            f"  {server['name']}",
            units.quantity(busy["mean"], "share"),
            Text(units.interval(busy["mean"], busy.get("mean_low"), busy.get("mean_high"), "share"), "dim"),
            units.quantity(busy["max"], "share"),
            units.quantity(server["queue"]["max"]) if server["queue"] else "",
            units.quantity(server["users"]["max"]) if server["users"] else "",
        )
    console.print()
    console.print(table)


def _losses(console: Console, data: Row) -> None:
    _failures(console, data.get("recovery") or [])
    table = plain_table(("", ""), ("", "*"), header=False)
    for metric in summary.TOTALS:
        text, interval = summary.total_text(data["rows"], metric)
        if text:
            table.add_row(summary.title(metric), Text.assemble(text, "  ", (interval, "dim")))
    if table.row_count:
        console.print()
        console.print(table)


def _failures(console: Console, entries: list[Row]) -> None:
    """One column per failure while there are few, because there are more figures than a line has room for."""
    if not entries:
        return
    for some in (entries[at : at + _FAILURES_ABREAST] for at in range(0, len(entries), _FAILURES_ABREAST)):
        table = plain_table(("Recovery", ""), *((entry["failure"], "r*") for entry in some))
        for column in failures.columns(some):
            cells = [
                Text.assemble(text, "  ", (interval, "dim")) for text, interval in (failures.cell(one, column) for one in some)
            ]
            table.add_row(f"  {failures.HEADINGS[column]}", *cells)
        console.print()
        console.print(table)
    console.print(Text("  times after the failure: median of the replications [5 %, 95 %]; numbers: mean [95 % interval]", "dim"))


def comes_back(console: Console, data: Row) -> None:
    """Whether the system is as before once the trigger is gone; below it the same under other assumptions."""
    runs = [("", data), *((variant["name"], variant) for variant in data.get("variants") or [])]
    found = [(name, run["comes_back"]) for name, run in runs if run.get("comes_back")]
    if not found:
        return
    table = plain_table(("By itself", ""), ("", "*"))
    for name, answer in found:
        style = _STYLES[failures.VERDICT_OF[answer["answer"]]]
        table.add_row(f"  {name}" if name else "  as asked", Text(failures.comes_back_text(answer), style))
    console.print()
    console.print(table)


def tipping_point(console: Console, answer: TippingPoint) -> None:
    """The sizes that were played, and between which two the system tips over."""
    table = plain_table(
        (str(answer.data["what"]), "r"), ("", ""), ("replications back", "r"), ("as before after", "r"), ("", "*")
    )
    for one in answer.tried:
        style = _STYLES[failures.VERDICT_OF[one.answer]]
        total = one.comes_back + one.does_not_come_back + one.not_decided
        after = failures.time_text(one.after)[0] if one.comes_back else ""
        counts = f"{one.comes_back} of {total}"
        reason = "" if one.answer == "comes_back" else one.reason.split(";")[0]
        table.add_row(answer.text(one.size), Text(failures.ANSWERS[one.answer], style), counts, after, Text(reason, "dim"))
    console.print()
    console.print(table)
    console.print(f"\n{answer.sentence()}", soft_wrap=True)
    for remark in answer.remarks():
        console.print(Text(remark[0].upper() + remark[1:] + ".", "yellow"), soft_wrap=True)


def _logbook(console: Console, data: Row) -> None:
    found = logbook.lines(data)
    if not found:
        return
    table = plain_table(("Logbook", ""), ("by", ""), ("from", "r"), ("to", "r"), ("", "*"))
    for line in found:
        of = f" in {line['replications']} of {data['replications']} runs" if line["replications"] < data["replications"] else ""
        went_wrong = line["kind"] in {"refused", "not_begun", "lost"}
        told = summary.words(line["kind"]) + of + (f": {line['why']}" if went_wrong else "")
        style = "bold red" if went_wrong else {"unfinished": "yellow"}.get(line["kind"], "dim")
        times = [units.duration(line[column]) for column in ("begins_s", "ends_s")]
        table.add_row(f"  {line['what']}", line["who"], *times, Text(told, style))
    console.print()
    console.print(table)


def headroom(console: Console, scenario: Scenario) -> None:
    """What the loss of one server leaves: the capacity page's headroom."""
    rows = [row for row in _core.capacity(scenario) if row.section == "headroom"]
    if not rows:
        return
    table = plain_table(("Headroom, from the documents", ""), ("", "r"), ("", "*"))
    for row in rows:
        limit = f"of a documented {units.quantity(row.limit, _unit(row.unit))}" if row.limit is not None else ""
        name = f"  {row.quantity}{f', {row.part}' if row.part else ''}"
        table.add_row(name, units.quantity(row.value, _unit(row.unit)), Text(limit, "dim"))
    console.print()
    console.print(table)


class _Sources:
    """Sources as numbers in a table and as a list below it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, source: str) -> Text:
        return Text(f"[{self._numbers.setdefault(source, len(self._numbers) + 1)}]" if source else "", "dim")

    def print(self, console: Console) -> None:
        console.print()
        for source, number in self._numbers.items():
            console.print(Text(f"[{number}] {source}", "dim"), soft_wrap=True)


def capacity(console: Console, rows: list[CapacityRow]) -> None:
    """The capacity page."""
    table = plain_table(
        ("Quantity", "*"), ("of", ""), ("value", "r"), ("unit", ""), ("limit", "r"), ("how", "*"), ("source", "*")
    )
    sources = _Sources()
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            table.add_row(Text(section.capitalize(), "bold"))
        unit = _unit(row.unit)
        over = row.limit is not None and row.value > row.limit
        table.add_row(
            f"  {row.quantity}",
            row.part,
            Text(units.quantity(row.value, unit), "red" if over else ""),
            "" if unit else row.unit,
            "" if row.limit is None else units.quantity(row.limit, unit),
            Text(row.formula, "dim"),
            sources.number(row.source),
        )
    console.print(table)
    sources.print(console)


def _unit(unit: str) -> str:
    return unit if unit in {"s", "bytes", "share"} else ""


def rules(console: Console, found: list[Rule]) -> None:
    """All documented rules."""
    table = plain_table(("id", ""), ("severity", ""), ("rule", "*"), ("source", "r"))
    sources = _Sources()
    for rule in found:
        severity = str(rule.severity)
        table.add_row(rule.id, Text(severity, _STYLES[severity]), Text(rule.rule), sources.number(rule.source))
    console.print(table)
    sources.print(console)


def library(console: Console, entries: list[tuple[str, str, str, str]]) -> None:
    """What the library holds, by kind."""
    for kind in dict.fromkeys(entry[1] for entry in entries):
        heading = "Topologies" if kind == "topology" else f"{kind.capitalize()}s"
        table = plain_table((heading, ""), ("", "*"))
        for name, own, title, _ in entries:
            if own == kind:
                table.add_row(f"  {name}", Text(title, "dim"))
        console.print(table)


def recovery(console: Console, answer: Recovery) -> None:
    """A runbook's steps, how long users are away, and why."""
    runbook = answer.runbook
    facts = f"{units.plural(answer.samples, 'run')} · seed {answer.seed} · {answer.people()}"
    console.print(Text.assemble((runbook.name, "bold"), "     ", facts))
    if runbook.question:
        console.print(Text(runbook.question, "dim"))
    columns = [("p5", "r"), ("median", "r"), ("p95", "r")]
    steps = plain_table(("Step", ""), ("who", ""), *columns, ("waits", "r"), ("critical", "r"))
    for step, own in zip(runbook.steps, answer.core.steps, strict=True):
        times = [units.duration(value) for value in (own.duration.p5_s, own.duration.p50_s, own.duration.p95_s)]
        waits = units.duration(own.waiting.mean_s) if own.waiting.mean_s > 0 else ""
        share = Text(units.quantity(own.critical_share, "share"), "red" if own.critical_share >= _MOSTLY else "")
        steps.add_row(f"  {step.name}", Text(step.who or "by itself", "dim"), *times, waits, share)
    console.print()
    console.print(steps)
    table = plain_table(("Over all runs", ""), *columns, ("mean", "r"), ("longest", "r"))
    for name, spread in answer.figures().items():
        values = (spread.p5_s, spread.p50_s, spread.p95_s, spread.mean_s, spread.max_s)
        table.add_row(f"  {name}", *(units.duration(value) for value in values))
    console.print()
    console.print(table)
    console.print(f"\nCritical path of the median run: {' → '.join(answer.critical_path())}", soft_wrap=True)
    console.print(Text("Times by hand are assumptions unless you put in your own: docs/runbooks.md", "dim"))


class ProgressBar:
    """A bar on standard error; nothing when that is not a terminal."""

    def __init__(self, name: str, *, visible: bool) -> None:
        self._name = name
        self._visible = visible and sys.stderr.isatty()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Callable[[Progress], None] | None:
        if not self._visible:
            return None
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        name = TextColumn("{task.description}", markup=False)
        columns = (name, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bar = Bar(
            *columns, TextColumn("{task.fields[done]}", markup=False), console=make_console(stderr=True), transient=True
        )
        self._task = self._bar.add_task(self._name, total=1.0, done="")
        self._bar.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, step: Progress) -> None:
        name = self._name if step.variant is None else f"{self._name}: {step.variant}"
        done = f"{step.finished} of {step.wanted}"
        self._bar.update(self._task, completed=min(step.share, 1.0), description=name, done=done)
