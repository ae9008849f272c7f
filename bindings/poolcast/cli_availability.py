"""The verb `poolcast availability`. A module of its own because cli.py is long enough."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from poolcast.parameters import Precision, RunbookName, scenario_argument, set_option

_BAD_INPUT = 2
_WORKER_DIED = 4


def _fail(text: str, code: int = _BAD_INPUT) -> NoReturn:
    click.echo(text.rstrip(), err=True)
    sys.exit(code)


@click.command()
@scenario_argument
@set_option
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Same seed: the same answer.")
@click.option(
    "--precision", type=Precision(), default=0.1, metavar="SHARE", help="How narrow the interval has to be.  [default: 10%]"
)
@click.option(
    "--runbook",
    type=RunbookName(),
    help="How operators fail a lost site over; its first step is their decision.  "
    "[default: the one that SCENARIO follows, else site-failover]",
)
@click.option(
    "--failback", type=RunbookName(), help="The way back.  [default: the one that SCENARIO follows, else site-failback]"
)
@click.option("--sensitivity", is_flag=True, help="Which assumption moves the answer most, each at the ends of its interval.")
@click.option("--fit", is_flag=True, help="Play reconnect storms with the full simulation, not its fluid model; takes minutes.")
@click.option(
    "--fit-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="--fit with the storms that FILE holds, or played and written to it; refused when they are of other pools.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Folder for page, picture and data.")
@click.option("--allow-unsupported", is_flag=True, help="Answer although a rule of severity error is broken.")
def availability(
    scenario: str,
    changes: tuple[str, ...],
    seed: int,
    precision: float,
    runbook: str | None,
    failback: str | None,
    sensitivity: bool,
    fit: bool,
    fit_file: Path | None,
    as_json: bool,
    out: Path | None,
    allow_unsupported: bool,
) -> None:
    """Say how much of a year users have the service when the losses at random of SCENARIO happen, and what takes the rest."""
    from poolcast import _core, console, console_availability, runner
    from poolcast.errors import RunError, UnsupportedScenarioError
    from poolcast.scenario import load

    try:
        question = load(scenario, set=changes)
        answer = runner.availability(
            question,
            precision=precision,
            seed=seed,
            runbook=runbook,
            failback=failback,
            sensitivity=sensitivity,
            fit=fit,
            fit_file=fit_file,
            allow_unsupported=allow_unsupported,
            progress=sys.stderr.isatty(),
        )
    except UnsupportedScenarioError as error:
        console.findings(console.make_console(stderr=True), error.findings)
        _fail("\nRefused: the product does not support this. --allow-unsupported answers it all the same.")
    except (_core.ConfigError, FileNotFoundError) as error:
        _fail(str(error))
    except RunError as error:
        _fail(str(error), _WORKER_DIED)
    if as_json:
        click.echo(answer.to_json(), nl=False)
    else:
        screen = console.make_console()
        console.head(screen, question, f"losses at random · seed {seed}")
        console_availability.availability(screen, answer)
    if out is None:
        return
    try:
        page = answer.save(out)
    except OSError as error:
        _fail(f"The page cannot be written: {error}")
    click.echo(f"\nPage: {page}\nPicture: {page.with_suffix('.png')}", err=as_json)
