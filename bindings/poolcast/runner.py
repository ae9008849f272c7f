"""Runs happen in the program poolcast-sim: a crash of a run never takes the interpreter, and Ctrl-C keeps what is finished."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import _core
from poolcast.errors import RunError, UnsupportedScenarioError
from poolcast.scenario import Scenario, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from poolcast.nines import Availability
    from poolcast.result import Result

_STOP_LIMIT_S = 30.0  # how long a stopped run may take to print what it has; then it is killed


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    share: float  # of the scenario, or of the variant
    finished: int  # replications
    wanted: int
    variant: str | None


@dataclass(frozen=True)
class Finished:
    """What poolcast-sim left behind: its exit code, the object on its standard output, and what it said."""

    code: int
    output: str
    messages: str
    interrupted: bool


def program() -> str:
    """Path of poolcast-sim: POOLCAST_SIM when set, else the package's own, else the one on the PATH."""
    own = Path(__file__).parent / "bin" / "poolcast-sim"
    found = os.environ.get("POOLCAST_SIM") or (str(own) if own.exists() else shutil.which("poolcast-sim"))
    if not found:
        raise FileNotFoundError("poolcast-sim is not part of this installation; install with `pip install .` or set POOLCAST_SIM")
    return found


def precision_share(wanted: float | str) -> float:
    """0.05 of 0.05, "5%" or "0.05"; ValueError when it is not between 0 % and 100 %."""
    text = str(wanted).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ValueError(f"precision: found {wanted}; expected a share between 0 % and 100 %, such as 5% or 0.05")
    return share


METHODS = ("simulate", "analytic", "fluid")


def options_of(
    *,
    method: str = "simulate",
    replications: int | None = None,
    precision: float | str | None = None,
    seed: int = 1,
    workers: int | None = None,
    antithetic: bool = False,
    allow_unsupported: bool = False,
    variants: bool = True,
    out: str | os.PathLike[str] | None = None,
) -> list[str]:
    """The arguments of poolcast-sim for these options. ValueError on options that contradict each other or are out of range."""
    if method not in METHODS:
        raise ValueError(f"method: found {method!r}; expected one of {', '.join(METHODS)}")
    if method != "simulate" and (replications is not None or precision is not None or antithetic):
        raise ValueError(f"nothing is random in method {method!r}: leave replications, precision and antithetic out")
    if replications is not None and precision is not None:
        raise ValueError("replications and precision exclude each other: with precision, the run decides how many it makes")
    arguments = ["--seed", str(seed)]
    if method != "simulate":
        arguments += ["--method", method]
    if replications is not None:
        arguments += ["--replications", str(replications)]
    if precision is not None:
        arguments += ["--precision", str(precision_share(precision))]
    if workers is not None:
        arguments += ["--workers", str(workers)]
    if antithetic:
        arguments.append("--antithetic")
    if allow_unsupported:
        arguments.append("--allow-unsupported")
    if not variants:
        arguments.append("--no-variants")
    if out is not None:
        arguments += ["--out", os.fspath(out)]
    return arguments


def default_replications(method: str, replications: int | None, precision: float | str | None) -> int | None:
    """12 for a simulation when nothing else is asked for."""
    return 12 if method == "simulate" and replications is None and precision is None else replications


def execute(scenario: Scenario, arguments: list[str], on_progress: Callable[[Progress], None] | None = None) -> Finished:
    """Run poolcast-sim on a scenario. Ctrl-C stops it and keeps what it prints then; a second one kills it."""
    command = [program(), "-", "--progress", *arguments]
    for folder in scenario.search_folders():
        command += ["--library", folder]
    # A session of its own, so that Ctrl-C at a terminal reaches it once, from here.
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    output: list[str] = []
    messages: list[str] = []
    reader = threading.Thread(target=_read_all, args=(process, output), daemon=True)
    interrupted = False
    try:
        try:
            reader.start()
            _feed(process, scenario.to_yaml())
            _follow(process, messages, on_progress)
            process.wait()
        except KeyboardInterrupt:
            interrupted = True
            process.send_signal(signal.SIGINT)
            _follow(process, messages, None)
            process.wait(_STOP_LIMIT_S)
        reader.join()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        if process.stderr is not None:
            process.stderr.close()
    return Finished(process.returncode, "".join(output), _placed("".join(messages), scenario), interrupted)


def _placed(messages: str, scenario: Scenario) -> str:
    """Problems with the place of their key in the user's file, not in the text that the program was fed."""

    def place(found: re.Match[str]) -> str:
        file, line, column = scenario.position_of(found[1])
        return f"{file}:{line}:{column}: {found[1]}: " if file else f"{found[1]}: "

    return re.sub(r"^standard input:\d+:\d+: ([\w.\[\]-]+): ", place, messages, flags=re.MULTILINE)


def _read_all(process: subprocess.Popen[str], output: list[str]) -> None:
    if process.stdout is not None:
        with process.stdout:
            output.append(process.stdout.read())


def _feed(process: subprocess.Popen[str], text: str) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin:  # it refused its arguments; stderr says why
            process.stdin.write(text)


def _follow(process: subprocess.Popen[str], messages: list[str], on_progress: Callable[[Progress], None] | None) -> None:
    if process.stderr is None:
        return
    for line in process.stderr:
        step = _progress(line)
        if step is None:
            messages.append(line)
        elif on_progress is not None:
            on_progress(step)


def _progress(line: str) -> Progress | None:
    if not line.startswith('{"progress"'):
        return None
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return Progress(float(entry["progress"]), int(entry["finished"]), int(entry["wanted"]), entry.get("variant"))


def refuse_unsupported(scenario: Scenario) -> None:
    """Raise UnsupportedScenarioError when a rule of severity error is broken."""
    broken = [finding for finding in scenario.findings() if finding.severity == _core.Severity.error]
    if broken:
        raise UnsupportedScenarioError(broken)


def result_of(finished: Finished, scenario: Scenario | None) -> Result:
    """The result of a run, or the exception that says why there is none."""
    from poolcast.result import Result

    result = None
    with contextlib.suppress(ValueError):
        result = Result(json.loads(finished.output), scenario=scenario)
    text = finished.messages.strip()
    if result is None or result.replications == 0:
        if finished.interrupted:
            raise KeyboardInterrupt
        if finished.code == 2:
            raise _core.ConfigError(text)
        raise RunError(text or f"poolcast-sim ended with code {finished.code}", result)
    if result.failure is not None:
        raise RunError(result.failure, result)
    if finished.code == 2:  # it ran, and could not write its folder
        raise RunError(text, result)
    return result


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    method: str = "simulate",
    replications: int | None = None,
    precision: float | str | None = None,
    seed: int = 1,
    workers: int | None = None,
    antithetic: bool = False,
    progress: bool = True,
    allow_unsupported: bool = False,
    variants: bool = True,
    out: str | os.PathLike[str] | None = None,
) -> Result:
    """Play a scenario and return what happened.

    method        "simulate"; "analytic": formulas of the steady state; "fluid": users through a reconnect storm. The formulas
                  refuse (ConfigError) what their assumptions exclude, have one replication and no intervals; docs/methods.md.
    replications  Number of runs with different random numbers; 12 without `precision`.
    precision     Instead of `replications`: run until the objectives' intervals have this relative half-width, 0.05 or "5%".
    seed          Same scenario, seed and version: the same result, whatever the number of workers.
    workers       Processes at the same time; as many as cores when None.
    antithetic    Run in antithetic pairs.
    progress      Show a progress bar.
    allow_unsupported   Run although the scenario breaks a rule of severity error.
    variants      Run the scenario's variants too; `result.variants` has them.
    out           Folder for the run's files; `poolcast.read_run` reads it back.

    Ctrl-C stops the run and returns what is finished (`result.interrupted`); with nothing finished, KeyboardInterrupt is raised.
    Raises ValueError on options that contradict each other, ConfigError on bad input, UnsupportedScenarioError,
    and RunError when a worker dies or the run's files cannot be written; its `result` keeps the answer.
    """
    many = default_replications(method, replications, precision)
    arguments = options_of(
        method=method,
        replications=many,
        precision=precision,
        seed=seed,
        workers=workers,
        antithetic=antithetic,
        allow_unsupported=allow_unsupported,
        variants=variants,
        out=out,
    )
    question = (scenario if isinstance(scenario, Scenario) else load(scenario)).checked()
    if not allow_unsupported:
        refuse_unsupported(question)
    with _bar(question.name, progress) as show:
        finished = execute(question, arguments, show)
    return result_of(finished, question)


@contextlib.contextmanager
def _bar(name: str, visible: bool) -> Any:
    if not visible:
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=100, desc=name, unit="%", bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix}", leave=False) as bar:

        def show(step: Progress) -> None:
            bar.set_description(name if step.variant is None else f"{name}: {step.variant}")
            bar.set_postfix_str(f"{step.finished} of {step.wanted} replications, {bar.format_dict['elapsed']:.0f} s")
            bar.n = 100 * min(step.share, 1.0)
            bar.refresh()

        yield show


def availability(
    scenario: Scenario | str | os.PathLike[str],
    *,
    precision: float | str = 0.1,
    seed: int = 1,
    runbook: str | os.PathLike[str] | None = None,
    failback: str | os.PathLike[str] | None = None,
    sensitivity: bool = False,
    fit: bool = False,
    fit_file: str | os.PathLike[str] | None = None,
    allow_unsupported: bool = False,
    progress: bool = True,
) -> Availability:
    """How much of their time users have the service when machines are lost at random, and what takes the rest.

    The scenario's losses and cuts with `about_every` and `for_about` are the risks; the control plane alone is played, by Monte
    Carlo with importance sampling, until the 95 % interval of the unavailability has the relative half-width `precision`.
    `runbook` and `failback` say how long operators need for a lost site and the way back; without them, the runbooks that the
    scenario follows, else site-failover and site-failback. The first step of the former is their decision. `sensitivity` adds
    what each assumption does at the ends of its interval. With a day curve a loss meets the users of its hour, and the answer
    is a share of the time that they want to be there. `fit` plays the reconnect storms with the full simulation instead of
    taking them from its fluid model, which takes a minute for 80,000 users and several with a day curve, with a bar while
    `progress`; with `fit_file` it takes them from that file, or plays them and writes it. The answer's `data` is described in
    docs/run-format.md. Raises ConfigError on a scenario without such losses, with others, or with so many that hardly ever
    everything is well, and RunError when the program ends without an answer.
    """
    from poolcast.nines import Availability

    question = (scenario if isinstance(scenario, Scenario) else load(scenario)).checked()
    if not allow_unsupported:
        refuse_unsupported(question)
    arguments = ["--availability", "--seed", str(seed), "--precision", str(precision_share(precision))]
    for flag, name in (("--runbook", runbook), ("--failback", failback)):
        arguments += [] if name is None else [flag, os.fspath(name)]
    if sensitivity:
        arguments.append("--sensitivity")
    if fit:
        arguments.append("--fit")
    if fit_file is not None:
        arguments += ["--fit-file", os.fspath(fit_file)]
    if allow_unsupported:
        arguments.append("--allow-unsupported")
    with _bar(question.name, progress and (fit or fit_file is not None)) as show:
        finished = execute(question, arguments, show)
    if finished.code != 0:
        if finished.interrupted:
            raise KeyboardInterrupt
        text = finished.messages.strip()
        if finished.code == 2:
            raise _core.ConfigError(text)
        raise RunError(text or f"poolcast-sim ended with code {finished.code}")
    return Availability(json.loads(finished.output), question, _files_among({"failover": runbook, "failback": failback}))


def _files_among(named: dict[str, str | os.PathLike[str] | None]) -> dict[str, str]:
    """The runbooks that are named by their path, with all keys: what they include need not be at hand later."""
    from poolcast.nines import is_file_name
    from poolcast.recovery import load_runbook

    paths = {way: os.fspath(name) for way, name in named.items() if name is not None}
    return {way: _core.print_runbook(load_runbook(path)) for way, path in paths.items() if is_file_name(path)}
