"""The verb `poolcast tipping-point`. A module of its own because cli.py is long enough."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from poolcast.parameters import Precision, scenario_argument, set_option

_NEVER_TIPS, _TIPS_OVER, _BAD_INPUT, _INTERRUPTED, _WORKER_DIED = range(5)


@click.command("tipping-point")
@scenario_argument
@set_option
@click.option("--fault", metavar="LABEL", help="The fault whose duration is varied, 'lose chat'.  [default: the first that ends]")
@click.option("--vary", metavar="KEY", help="Instead: this key, workload.users, or KEY=VALUE with {} for the size in it.")
@click.option("--from", "low", metavar="SIZE", help="Smallest size, with its unit.  [default: 1s for a duration]")
@click.option("--to", "high", metavar="SIZE", help="Largest size.  [default: 1h for a duration]")
@click.option(
    "--precision",
    type=Precision(),
    default=0.1,
    metavar="SHARE",
    help="How close the two sizes at the cliff are.  [default: 10%]",
)
@click.option("--replications", type=click.IntRange(1, 10_000), default=4, show_default=True, help="Of every size.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Same seed: the same answer.")
@click.option("--workers", "--jobs", type=click.IntRange(1), help="Processes at the same time.  [default: one per core]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object and nothing else.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Folder for picture and data.")
@click.option("--allow-unsupported", is_flag=True, help="Search although a rule of severity error is broken.")
def tipping_point(
    scenario: str,
    changes: tuple[str, ...],
    fault: str | None,
    vary: str | None,
    low: str | None,
    high: str | None,
    precision: float,
    replications: int,
    seed: int,
    workers: int | None,
    as_json: bool,
    out: Path | None,
    allow_unsupported: bool,
) -> None:
    """Find the smallest trigger that tips SCENARIO over: from which size on it does not come back by itself.

    \b
    poolcast tipping-point reconnect-storm                       how long an outage may last, 1 s to 1 h
    poolcast tipping-point mine.yaml --fault 'lose sql-1' --to 4h
    poolcast tipping-point reconnect-storm --vary workload.users --from 1000 --to 80000
    poolcast tipping-point mine.yaml --vary 'workload.client.first_wait=0s..{}' --from 0s --to 30s

    Sizes are halved until two neighbours are close, each played with the same random numbers. The key `comes_back_within`
    says how long coming back may take.

    Exit codes: 0 no size tips it over; 1 one does, or it is not decided; 2 bad input; 3 stopped by Ctrl-C; 4 a worker died.
    """
    from poolcast import _core, cli, console
    from poolcast.errors import RunError
    from poolcast.tipping import tipping_point as find

    question = cli._load(scenario, changes)
    cli._refuse(question, allow_unsupported)
    try:
        with console.ProgressBar(question.name, visible=not as_json) as show:
            answer = find(
                question,
                vary=vary,
                fault=fault,
                low=low,
                high=high,
                precision=precision,
                replications=replications,
                seed=seed,
                workers=workers,
                progress=False,
                allow_unsupported=allow_unsupported,
                on_progress=show,
            )
    except KeyboardInterrupt:
        cli._fail("Stopped before a size was played to its end; there is nothing to keep.", _INTERRUPTED)
    except RunError as error:
        cli._fail(str(error), _WORKER_DIED)
    except (_core.ConfigError, ValueError, FileNotFoundError) as error:
        cli._fail(str(error), _BAD_INPUT)
    if as_json:
        click.echo(answer.to_json(), nl=False)
    else:
        screen = console.make_console()
        console.head(screen, question, f"tipping point · {replications} per size · seed {seed}")
        console.tipping_point(screen, answer)
    if out is not None:
        try:
            click.echo(f"\nPicture: {answer.save(out)}", err=as_json)
        except OSError as error:
            cli._fail(f"The picture cannot be written: {error}")
    if answer.data["interrupted"]:
        sys.exit(_INTERRUPTED)
    sys.exit(_NEVER_TIPS if all(one.answer == "comes_back" for one in answer.tried) else _TIPS_OVER)
