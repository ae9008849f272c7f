"""Runbooks, from Python and from the command line."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import poolcast as pc
import pytest
from click.testing import CliRunner, Result
from poolcast.cli import main

QUICK = ["--samples", "300"]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def failover() -> pc.Recovery:
    return pc.runbook("site-failover", samples=300)


def test_tables_have_a_row_per_figure_step_and_run(failover: pc.Recovery) -> None:
    assert list(failover.summary.figure) == ["users away", "last step done", "posts lost, the last"]
    assert list(failover.steps.step) == [step.name for step in failover.runbook.steps]
    assert len(failover.runs) == 300
    assert failover.steps.source.str.len().min() > 0


def test_quantiles_are_numpy_s(failover: pc.Recovery) -> None:
    own = failover.summary.set_index("figure").loc["users away"]
    outage = failover.runs.outage_s
    for column, probability in (("p5_s", 0.05), ("p50_s", 0.5), ("p95_s", 0.95)):
        assert own[column] == pytest.approx(np.quantile(outage, probability), rel=1e-12)
    assert own.mean_s == pytest.approx(outage.mean(), rel=1e-12)


def test_the_median_run_ends_with_its_critical_path(failover: pc.Recovery) -> None:
    table = failover.median_run.set_index("step")
    path = failover.critical_path()
    assert path[0] == "decide"
    assert path[-1] == failover.runbook.back_in_service_after
    assert list(table.loc[path].start_s)[1:] == list(table.loc[path].end_s)[:-1]
    assert set(table.index[table.critical]) == set(path)


def test_same_seed_same_answer_and_another_seed_another(failover: pc.Recovery) -> None:
    assert pc.runbook("site-failover", samples=300).to_json() == failover.to_json()
    assert pc.runbook("site-failover", samples=300, seed=2).to_json() != failover.to_json()


def test_a_runbook_can_be_edited_in_python() -> None:
    book = pc.load_runbook("site-failover")
    next(step for step in book.steps if step.name == "decide").median_s = 60
    next(step for step in book.steps if step.name == "decide").p90_s = 120
    assert pickle.loads(pickle.dumps(book)) == book
    quick = pc.runbook(book, samples=300)
    assert quick.core.outage.p50_s < pc.runbook("site-failover", samples=300).core.outage.p50_s - 20 * 60
    book.steps[1].after.append("activte")
    with pytest.raises(pc.ConfigError, match=r"found `activte`; expected a step of this runbook \(did you mean `activate`\?\)"):
        pc.runbook(book, samples=300)


def test_a_planned_runbook_loses_nothing() -> None:
    back = pc.runbook("site-failback", samples=300)
    assert "posts lost, the last" not in set(back.summary.figure)
    assert json.loads(back.to_json())["lost"] is None


def test_a_shift_of_one_takes_longer_than_three_specialists(failover: pc.Recovery) -> None:
    alone = pc.runbook("site-failover", samples=300, shift=1)
    assert alone.core.outage.p50_s > failover.core.outage.p50_s + 600
    assert alone.people() == "1 on shift, each for everything"


@pytest.mark.parametrize("samples", [0, 1_000_001])
def test_a_number_of_runs_that_cannot_be_is_refused(samples: int) -> None:
    with pytest.raises(ValueError, match="samples: found"):
        pc.runbook("site-failover", samples=samples)


def test_the_picture_is_drawn_also_of_steps_that_take_no_time(tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("name: $x$\nsteps: [{name: a, takes: 0s}]\nback_in_service_after: a\n")
    for name in ("site-failover", str(file)):
        assert pc.runbook(name, samples=20).plot()._repr_png_().startswith(b"\x89PNG")


def test_the_command_prints_steps_distribution_and_critical_path() -> None:
    done = call("runbook", "site-failover", *QUICK)
    assert done.exit_code == 0
    for words in ("Site failover", "300 runs · seed 1", "apply-log", "by itself", "users away", "posts lost", "Critical path"):
        assert words in done.stdout


def test_the_command_without_a_name_lists_what_there_is() -> None:
    done = call("runbook")
    assert "site-failover" in done.stdout
    assert "site-failback" in done.stdout


def test_json_is_the_object_and_nothing_else(failover: pc.Recovery) -> None:
    done = call("runbook", "site-failover", *QUICK, "--json")
    assert done.stdout == failover.to_json()
    assert json.loads(done.stdout)["format"] == "poolcast-runbook/1"


def test_out_writes_picture_and_data_and_the_runbook_reads_back(tmp_path: Path, failover: pc.Recovery) -> None:
    done = call("runbook", "site-failover", *QUICK, "--out", str(tmp_path / "new" / "folder"))
    folder = tmp_path / "new" / "folder"
    assert f"Picture: {folder / 'runbook.png'}" in done.stdout
    assert {path.name for path in folder.iterdir()} == {"runbook.png", "runbook.json", "runbook.yaml", "runs.csv"}
    assert pc.load_runbook(folder / "runbook.yaml") == failover.runbook
    (tmp_path / "file").write_text("")
    refused = call("runbook", "site-failover", *QUICK, "--out", str(tmp_path / "file" / "folder"))
    assert refused.exit_code == 2
    assert "cannot be written" in refused.stderr


def test_changes_of_the_command_line_reach_a_step() -> None:
    slow = call("runbook", "site-failover", *QUICK, "--set", "steps.decide.median=20h", "--set", "steps.decide.p90=20h")
    assert "20 h" in slow.stdout
    wrong = call("runbook", "site-failover", "--set", "steps.decid.median=1min")
    assert wrong.exit_code == 2
    assert "did you mean `decide`?" in wrong.stderr


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: Mine\nsteps:\n  - {name: a, take: 3min}\nback_in_service_after: a\n")
    done = call("runbook", str(file))
    assert done.exit_code == 2
    assert f"{file}:3:15: steps[0].take: unknown key; did you mean `takes`?" in done.stderr


def test_runbooks_complete_by_name_and_are_listed() -> None:
    command = main.commands["runbook"]
    argument = next(parameter for parameter in command.params if parameter.name == "runbook")
    context = command.make_context("runbook", [], resilient_parsing=True)
    assert [item.value for item in argument.shell_complete(context, "site-failb")] == ["site-failback"]
    assert "site-failover" in call("list", "--kind", "runbook").stdout
