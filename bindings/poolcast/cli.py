"""The command line: `poolcast VERB`. Verbs import what they need when they are called, so that `--help` is quick."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from poolcast._core import __version__
from poolcast.cli_availability import availability
from poolcast.cli_tipping import tipping_point
from poolcast.parameters import Precision, RuleId, RunbookName, ScenarioName, scenario_argument, set_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from poolcast.nines import Availability
    from poolcast.result import Result
    from poolcast.scenario import Scenario

_Answer = TypeVar("_Answer")
_HOLDS, _FAILS, _BAD_INPUT, _INTERRUPTED, _WORKER_DIED = range(5)


def _fail(text: str, code: int = _BAD_INPUT) -> NoReturn:
    click.echo(text.rstrip(), err=True)
    sys.exit(code)


def _load(name: str, changes: tuple[str, ...] = ()) -> Scenario:
    from poolcast import _core
    from poolcast.scenario import load

    try:
        return load(name, set=changes)
    except _core.ConfigError as error:
        _fail(str(error))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="poolcast")
def main() -> None:
    """Simulate persistent chat: what happens to users when something breaks, and whether the plan is good enough.

    \b
    poolcast run lose-one-of-four          a scenario of the library (poolcast list)
    poolcast run mine.yaml --out out/mine  a file; writes the page, the picture and the run's data
    poolcast runbook site-failover         how long users are away while people work through the steps
    poolcast completion                    how to complete verbs, scenarios and rule ids in your shell

    Exit codes: 0 every objective holds; 1 one fails; 2 bad input; 3 stopped by Ctrl-C; 4 a worker died.
    """


main.add_command(availability)
main.add_command(tipping_point)


@main.command()
@scenario_argument
@set_option
@click.option(
    "--method",
    type=click.Choice(["simulate", "analytic", "fluid"]),
    default="simulate",
    show_default=True,
    help="analytic: formulas of the steady state; fluid: users through a reconnect storm.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="Same scenario, seed and version: the same result.",
)
@click.option("--replications", type=click.IntRange(1, 10_000), help="Runs with different random numbers.  [default: 12]")
@click.option(
    "--precision", type=Precision(), metavar="SHARE", help="Instead: until every objective's interval is this narrow, 5%."
)
@click.option("--workers", type=click.IntRange(1), help="Processes at the same time.  [default: one per core]")
@click.option("--antithetic", is_flag=True, help="Run in antithetic pairs.")
@click.option("--json", "as_json", is_flag=True, help="Print the run as one JSON object and nothing else.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Folder for page, picture and data.")
@click.option("--allow-unsupported", is_flag=True, help="Run although a rule of severity error is broken.")
@click.option("--no-variants", is_flag=True, help="Leave out the same scenario under other assumptions.")
@click.option("--quiet", is_flag=True, help="Print the verdicts only.")
def run(
    scenario: str,
    changes: tuple[str, ...],
    method: str,
    seed: int,
    replications: int | None,
    precision: float | None,
    workers: int | None,
    antithetic: bool,
    as_json: bool,
    out: Path | None,
    allow_unsupported: bool,
    no_variants: bool,
    quiet: bool,
) -> None:
    """Play SCENARIO (a name or a file) and say whether its objectives hold."""
    from poolcast import runner

    if replications is not None and precision is not None:
        raise click.UsageError("--replications and --precision exclude each other")
    if method != "simulate" and (replications is not None or precision is not None or antithetic):
        raise click.UsageError(f"nothing is random in --method {method}: leave --replications, --precision and --antithetic out")
    started = time.monotonic()
    question = _load(scenario, changes)
    _refuse(question, allow_unsupported)
    many = runner.default_replications(method, replications, precision)
    console = None
    if not as_json and not quiet:
        console = _opening(scenario, question, _how(method, many, precision, seed))
    arguments = runner.options_of(
        method=method,
        replications=many,
        precision=precision,
        seed=seed,
        workers=workers,
        antithetic=antithetic,
        allow_unsupported=allow_unsupported,
        variants=not no_variants,
        out=out,
    )
    finished = _execute(question, arguments, quiet=quiet or as_json)
    _finish(question, finished, as_json=as_json, out=out, console=console, started=started)


def _refuse(scenario: Scenario, allow_unsupported: bool) -> None:
    from poolcast import console
    from poolcast.errors import UnsupportedScenarioError
    from poolcast.runner import refuse_unsupported

    try:
        if not allow_unsupported:
            refuse_unsupported(scenario)
    except UnsupportedScenarioError as error:
        console.findings(console.make_console(stderr=True), error.findings)
        _fail("\nRefused: the product does not support this. --allow-unsupported runs it all the same.")


def _how(method: str, replications: int | None, precision: float | None, seed: int) -> str:
    from poolcast import summary, units

    if method != "simulate":
        return summary.METHODS[method]
    many = f"until ±{units.quantity(precision, 'share')}" if replications is None else units.plural(replications, "replication")
    return f"{many} · seed {seed}"


def _opening(name: str, scenario: Scenario, how: str) -> Any:
    from poolcast import _core, console

    screen = console.make_console()
    console.head(screen, scenario, how)
    console.findings(screen, _core.check(scenario), brief=f"poolcast validate {name}")
    return screen


def _execute(scenario: Scenario, arguments: list[str], *, quiet: bool) -> Any:
    from poolcast import console, runner

    try:
        with console.ProgressBar(scenario.name, visible=not quiet) as show:
            return runner.execute(scenario, arguments, show)
    except KeyboardInterrupt:
        _fail("Stopped at once.", _INTERRUPTED)
    except FileNotFoundError as error:
        _fail(str(error))


def _finish(scenario: Scenario, finished: Any, *, as_json: bool, out: Path | None, console: Any, started: float) -> None:
    from poolcast import console as screens
    from poolcast import units
    from poolcast.result import Result

    try:
        data = json.loads(finished.output)
    except ValueError:
        data = None
    if finished.messages.strip():
        click.echo(finished.messages.rstrip(), err=True)
    if data is None or not data["replications"]:
        if finished.interrupted:
            _fail("Stopped before a replication was finished; there is nothing to keep.", _INTERRUPTED)
        _fail("" if finished.messages.strip() else f"poolcast-sim ended with code {finished.code}", _code(finished, None))
    seconds = time.monotonic() - started
    if as_json:
        click.echo(finished.output, nl=False)
    else:
        screen = console or screens.make_console()
        screens.verdicts(screen, data)
        screens.comes_back(screen, data)
        if console is not None:
            screens.figures(screen, data)
            screens.headroom(screen, scenario)
    # Only now, so that an unwritable folder does not cost the answer; and never beside the data of another run.
    page = None
    if out is not None and finished.code != _BAD_INPUT and out.is_dir():
        page = _save(Result(data, scenario), out)
    if console is not None and (page or out is None):
        _closing(console, data, page, seconds)
    if data.get("interrupted"):
        many = units.plural(data["replications"], "replication")
        click.echo(f"Stopped: what was finished counts, {many} of the scenario itself.", err=True)
    if data.get("failure"):
        click.echo(f"A worker died: {data['failure']}", err=True)
    sys.exit(_code(finished, data))


def _save(result: Result | Availability, path: Path) -> Path:
    try:
        return result.save_report(path)
    except OSError as error:
        _fail(f"The page cannot be written: {error}")


def _closing(screen: Any, data: dict[str, Any], page: Path | None, seconds: float) -> None:
    from poolcast import units

    count = data["events"] + sum(variant["events"] for variant in data.get("variants") or [])
    where = f"Page: {page}" if page else "Page, picture and data: add --out DIR"
    screen.print(f"\n{where}    {seconds:.1f} s, {units.events(count)} events", soft_wrap=True)


def _code(finished: Any, data: dict[str, Any] | None) -> int:
    if data is not None and data.get("interrupted"):
        return _INTERRUPTED
    return int(finished.code) if 0 <= finished.code <= _WORKER_DIED else _WORKER_DIED


@main.command()
@scenario_argument
@set_option
def validate(scenario: str, changes: tuple[str, ...]) -> None:
    """Check SCENARIO against the documented limits; exit 1 when one of severity error is passed."""
    from poolcast import units

    question = _load(scenario, changes)
    counts = {"error": 0, "warning": 0, "note": 0}
    for finding in question.findings():
        severity = str(finding.severity)
        counts[severity] += 1
        file, line, column = question.position_of(finding.key)
        where = f"{_near(file)}:{line}:{column}: " if file else f"{scenario}: "
        click.echo(f"{where}{severity} {finding.rule}: {finding.sentence}")
    click.echo(", ".join(units.plural(count, word) for word, count in counts.items()))
    if any(counts.values()):
        click.echo("poolcast explain ID shows a rule, its derivation and its source.")
    sys.exit(_FAILS if counts["error"] else _HOLDS)


def _near(file: str) -> str:
    """The shortest of the path, the path from here, and the path inside the library."""
    from poolcast.scenario import library_folders

    absolute = Path(file).resolve()
    folders = [Path(folder).resolve() for folder in library_folders()]
    inside = [str(absolute.relative_to(folder)) for folder in folders if absolute.is_relative_to(folder)]
    return min(file, os.path.relpath(file), *inside, key=len)


@main.command()
@click.argument("rule", type=RuleId(), metavar="ID")
@click.argument("scenario", type=ScenarioName(), required=False)
@click.option("--product", default="skype-for-business-2015", show_default=True, help="Whose rule it is, without a scenario.")
def explain(rule: str, scenario: str | None, product: str) -> None:
    """Print rule ID with its derivation and its source, and what it finds in SCENARIO."""
    import difflib

    from poolcast import _core

    question = _load(scenario) if scenario else None
    profile = question.topology.product if question else product
    if profile not in _core.products():
        _fail(f"no product is called {profile}; known: {', '.join(_core.products())}")
    try:
        click.echo(_core.explain(rule.upper(), product=profile, scenario=question).rstrip())
    except KeyError:
        close = difflib.get_close_matches(rule.upper(), [entry.id for entry in _core.rules(profile)], 1, 0.5)
        hint = f"; did you mean {close[0]}?" if close else ""
        _fail(f"no rule is called {rule}{hint} (`poolcast limits` lists all)")


@main.command()
@click.option("--severity", type=click.Choice(["error", "warning", "note"]), help="Only rules of this severity.")
@click.option("--product", default="skype-for-business-2015", show_default=True, help="Whose rules.")
def limits(severity: str | None, product: str) -> None:
    """List the documented rules and limits."""
    from poolcast import _core, console

    try:
        found = _core.rules(product)
    except ValueError as error:
        _fail(str(error))
    console.rules(console.make_console(), [rule for rule in found if severity in (None, rule.severity)])


@main.command()
@scenario_argument
@set_option
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, values unrounded.")
def capacity(scenario: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Derive the capacity page of SCENARIO: rooms, access entries, message rates, deliveries, database growth."""
    from poolcast import _core, console

    rows = _core.capacity(_load(scenario, changes))
    if as_json:
        columns = ("section", "quantity", "part", "value", "unit", "limit", "formula", "source")
        values = [{column: getattr(row, column) for column in columns} for row in rows]
        click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    else:
        console.capacity(console.make_console(), rows)


@main.command()
@click.argument("runbook", type=RunbookName(), required=False)
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a key: steps.decide.median=10min.")
@click.option("--samples", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="How many runs are drawn.")
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Same runbook and seed: same answer."
)
@click.option("--shift", type=click.IntRange(1, 1000), help="So many people who can do everything, instead of the roles.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object and nothing else.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Folder for picture and data.")
def runbook(
    runbook: str | None, changes: tuple[str, ...], samples: int, seed: int, shift: int | None, as_json: bool, out: Path | None
) -> None:
    """Say how long users are away while people work through RUNBOOK (a name or a file); without one, list those there are."""
    from poolcast import _core, console, recovery
    from poolcast.scenario import library_entries

    screen = console.make_console()
    if runbook is None:
        console.library(screen, [entry for entry in library_entries() if entry[1] == "runbook"])
        return
    try:
        answer = recovery.runbook(runbook, set=changes, samples=samples, seed=seed, shift=shift)
    except _core.ConfigError as error:
        _fail(str(error))
    if as_json:
        click.echo(answer.to_json(), nl=False)
    else:
        console.recovery(screen, answer)
    if out is None:
        return
    try:
        picture = answer.save(out)
    except OSError as error:
        _fail(f"The picture cannot be written: {error}")
    click.echo(f"\nPicture: {picture}", err=as_json)


@main.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from poolcast import _core

    click.echo(_core.json_schema(), nl=False)


@main.command("list")
@click.option(
    "--kind", type=click.Choice(["scenario", "topology", "workload", "cost-set", "runbook"]), help="Only entries of this kind."
)
def list_(kind: str | None) -> None:
    """List the library: scenarios, topologies, workloads, cost sets and runbooks."""
    from poolcast import console
    from poolcast.scenario import library_entries

    entries = library_entries()
    wanted = None if kind is None else kind.replace("-", " ")
    console.library(console.make_console(), [entry for entry in entries if wanted in (None, entry[1])])


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where the page goes.  [default: DIR/report.html]")
def report(folder: Path, out: Path | None) -> None:
    """Draw the page and the picture of the folder DIR, of a run or of an availability."""
    from poolcast.page import page_path

    result = _read_folder(folder)
    try:
        path = page_path(out or folder)
    except ValueError as error:
        _fail(str(error))
    page = _save(result, path)
    click.echo(f"Page: {page}\nPicture: {page.with_suffix('.png')}")


_run_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@main.command()
@click.argument("run_a", type=_run_folder, metavar="RUN_A")
@click.argument("run_b", type=_run_folder, metavar="RUN_B")
@click.option("--windows", is_flag=True, help="One line per window instead of one over the whole run.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON, values unrounded.")
def compare(run_a: Path, run_b: Path, windows: bool, as_json: bool) -> None:
    """Lay two run folders of one scenario side by side, simulated or measured, as they are."""
    from poolcast import compare as comparison
    from poolcast import console

    one, two = _read_run(run_a), _read_run(run_b)
    try:
        table = comparison.side_by_side(one, two, windows=windows)
    except ValueError as error:
        _fail(str(error))
    if as_json:
        click.echo(table.to_json(orient="records", double_precision=15))
        return
    kinds = [comparison.kind_of(run) for run in (one, two)]
    names = (kinds[0], kinds[1]) if kinds[0] != kinds[1] else (f"{kinds[0]}, A", f"{kinds[1]}, B")
    screen = console.make_console()
    screen.print(
        f"{one.name}     scenario {one.data['scenario']['digest'][:12]}, seeds {one.data['seed']} and {two.data['seed']}"
    )
    for path, run in ((run_a, one), (run_b, two)):
        if run.invalid:
            screen.print(f"{path} is not valid: {run.invalid}")
    console.side_by_side(screen, table, names)


def _read_run(folder: Path) -> Result:
    from poolcast.result import read_run

    return _read(read_run, folder)


def _read_folder(folder: Path) -> Result | Availability:
    from poolcast.nines import Availability

    return _read(Availability.from_folder, folder) if Availability.is_in(folder) else _read_run(folder)


def _read(reader: Callable[[Path], _Answer], folder: Path) -> _Answer:
    from poolcast import _core

    try:
        return reader(folder)
    except _core.ConfigError as error:
        _fail(str(error))
    except (OSError, ValueError, KeyError) as error:
        _fail(f"{folder}: not a run folder: {error}")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), required=False)
def completion(shell: str | None) -> None:
    """Print the completion script of SHELL: eval "$(poolcast completion bash)"."""
    from click.shell_completion import get_completion_class

    name = shell or Path(os.environ.get("SHELL", "bash")).name
    script = get_completion_class(name)
    if script is None:
        _fail(f"no completion for {name}; choose bash, zsh or fish")
    click.echo(script(main, {}, "poolcast", "_POOLCAST_COMPLETE").source())


if __name__ == "__main__":
    main()
