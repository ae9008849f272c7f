"""The command line, by click's runner and as a program."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import poolcast as pc
import pytest
from click.testing import CliRunner, Result
from poolcast import console, runner
from poolcast.cli import main

QUICK = ["--replications", "2"]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_availability_says_so_when_nothing_takes_service_away() -> None:
    witness_alone = "faults=[{at: 0s, lose: sql-w, about_every: 365day, for_about: 8h}]"
    done = call("availability", "years-of-chance", "--set", witness_alone)
    assert done.exit_code == 0, done.output
    assert "No loss among these risks takes users' service." in done.output


def test_availability_shows_compliance_apart_and_what_matters_most() -> None:
    site_alone = "faults=[{at: 0s, lose: north, about_every: {value: 1825day, low: 700day, high: 7300day}, for_about: 6h}]"
    done = call("availability", "years-of-chance", "--set", site_alone, "--sensitivity")
    assert done.exit_code == 0, done.output
    for words in ("no users' time", "What matters most", "about every: lose north", "operators' times"):
        assert words in done.output


def test_availability_shows_which_end_of_an_assumption_it_could_not_play() -> None:
    often = "faults=[{at: 0s, lose: north, about_every: {value: 1825day, low: 1min, high: 7300day}, for_about: 6h}]"
    done = call("availability", "years-of-chance", "--set", "workload.users=400", "--set", often, "--sensitivity")
    assert done.exit_code == 0, done.output
    assert "hardly ever everything is well" in done.output


def program(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "poolcast.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text("name: Mine\ntopology: enterprise-multiple-server\nworkload: performance-user-model\nhorizn: 1h\n")
    return file


def test_a_run_prints_header_findings_verdicts_and_figures() -> None:
    done = call("run", "smoke", *QUICK)
    assert done.exit_code in {0, 1}
    for words in ("Smoke test", "400 users · 4 active + 4 standby · 2 replications · seed 1", "documented-2015, not calibrated"):
        assert words in done.stdout
    for words in (
        "Objective",
        "delivery latency p95 at most 500 ms",
        "Latency",
        "Server",
        "chat-2",
        "By itself",
        "comes back",
        "Recovery",
        "95 % back",
        "add --out DIR",
    ):
        assert words in done.stdout
    assert "events" in done.stdout
    assert " \n" not in done.stdout


def test_the_exit_code_is_the_answer() -> None:
    never = "objectives=[{metric: delivery_latency, statistic: p95, at_most: 1us}]"
    always = "objectives=[{metric: delivery_latency, statistic: p95, at_most: 1h}]"
    assert call("run", "smoke", *QUICK, "--set", always).exit_code == 0
    failed = call("run", "smoke", *QUICK, "--set", never)
    assert failed.exit_code == 1
    assert "fails by" in failed.stdout


def test_json_is_the_object_and_nothing_else() -> None:
    done = program("run", "smoke", *QUICK, "--json")
    data = json.loads(done.stdout)
    assert data["format"] == "poolcast-run/1"
    assert data["replications"] == 2
    assert done.stderr == ""
    assert data == json.loads(pc.run("smoke", replications=2, progress=False).to_json())


def test_out_writes_page_picture_and_data(tmp_path: Path) -> None:
    done = call("run", "smoke", *QUICK, "--out", str(tmp_path / "run"))
    assert f"Page: {tmp_path / 'run' / 'report.html'}" in done.stdout
    for name in ("report.html", "report.png", "run.json", "report.csv", "scenario.yaml"):
        assert (tmp_path / "run" / name).stat().st_size > 0
    (tmp_path / "run" / "report.html").unlink()
    assert call("report", str(tmp_path / "run")).exit_code == 0
    assert (tmp_path / "run" / "report.html").exists()


def test_an_answer_whose_files_cannot_be_written_is_printed(
    result: pc.Result, fake_program: Callable[[str], None], tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text(json.dumps(result.data))
    fake_program(f"print(open({str(tmp_path / 'run.json')!r}).read()); print('cannot be written', file=sys.stderr); sys.exit(2)")
    done = call("run", "smoke", "--out", str(tmp_path / "run"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert "delivery latency p95 at most 500 ms" in done.stdout
    assert not (tmp_path / "run").exists()


def test_a_page_that_cannot_be_written_is_told_after_the_answer(
    result: pc.Result, fake_program: Callable[[str], None], tmp_path: Path
) -> None:
    result_folder = tmp_path / "run"
    pc.run("smoke", replications=1, progress=False, out=result_folder)
    (result_folder / "report.html").mkdir()
    (tmp_path / "run.json").write_text(json.dumps(result.data))
    fake_program(f"print(open({str(tmp_path / 'run.json')!r}).read())")
    done = call("run", "smoke", "--out", str(result_folder))
    assert done.exit_code == 2
    assert "delivery latency p95 at most 500 ms" in done.stdout
    assert done.stderr.startswith("The page cannot be written: ")
    again = call("report", str(result_folder), "--out", str(tmp_path / "run.json" / "page.html"))
    assert again.exit_code == 2
    assert again.stderr.startswith("The page cannot be written: ")


def test_a_picture_s_name_is_not_taken_for_the_page(tmp_path: Path) -> None:
    call("run", "smoke", *QUICK, "--out", str(tmp_path / "run"))
    done = call("report", str(tmp_path / "run"), "--out", str(tmp_path / "page.png"))
    assert done.exit_code == 2
    assert "a page's name ends in .html or .htm" in done.stderr
    assert not (tmp_path / "page.png").exists()
    assert call("report", str(tmp_path / "run"), "--out", str(tmp_path / "page.htm")).exit_code == 0
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_brackets_and_colons_in_names_are_printed_as_they_are() -> None:
    variants = "variants=[{name: 'peers [/x]', set: [workload.users=200]}, {name: '[fast] :smile:', set: [workload.users=200]}]"
    done = call("run", "smoke", "--replications", "1", "--set", variants, "--set", "name='Smoke [/b] [red]'")
    assert done.exit_code in {0, 1}
    for words in ("(peers [/x])", "([fast] :smile:)", "Smoke [/b] [red]"):
        assert words in done.stdout


def test_the_progress_bar_takes_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with console.ProgressBar("run [/x]", visible=True) as show:
        assert show is not None
        show(runner.Progress(0.5, 1, 2, "[fast]"))


def test_a_precision_is_a_share_or_a_percentage() -> None:
    for text in ("40%", "0.4"):
        done = call("run", "smoke", "--precision", text)
        assert done.exit_code in {0, 1}
        assert "until ±40 %" in done.stdout


def test_quiet_prints_the_verdicts_only() -> None:
    done = call("run", "smoke", *QUICK, "--quiet")
    assert "delivery latency" in done.stdout
    assert "Latency  " not in done.stdout


@pytest.mark.parametrize("verb", ["run", "validate", "capacity"])
def test_bad_input_is_told_with_its_place_and_no_traceback(verb: str, broken: Path) -> None:
    done = program(verb, str(broken))
    assert done.returncode == 2
    assert f"{broken}:4:1: horizn: unknown key; did you mean `horizon`?" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "no-such-scenario"],
        ["run", "smoke", "--replications", "0"],
        ["run", "smoke", "--replications", "10001"],
        ["run", "smoke", "--seed", "-1"],
        ["run", "smoke", "--precision", "much"],
        ["run", "smoke", "--precision", "0"],
        ["run", "smoke", "--precision", "100%"],
        ["run", "smoke", "--precision", "nan"],
        ["run", "smoke", "--precision", "5%", "--replications", "12"],
        ["run", "smoke", "--set", "workload.users"],
        ["explain", "PC-NOTHING"],
        ["report", "/nowhere"],
        ["list", "--kind", "nothing"],
        ["dance"],
    ],
)
def test_wrong_arguments_are_bad_input(arguments: list[str]) -> None:
    done = program(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_unsupported_scenario_is_refused_unless_it_is_allowed() -> None:
    change = ["--set", "topology.databases[0].mode=always-on"]
    refused = call("run", "smoke", *QUICK, *change)
    assert refused.exit_code == 2
    assert "PC-" in refused.stderr
    assert "--allow-unsupported" in refused.stderr
    assert call("run", "smoke", *QUICK, *change, "--allow-unsupported").exit_code in {0, 1}
    checked = call("validate", "smoke", *change)
    assert checked.exit_code == 1
    assert "error PC-" in checked.stdout


def test_validate_names_the_place_of_a_finding(top: Path) -> None:
    done = call("validate", str(top / "scenarios" / "lose-one-of-four.yaml"))
    assert done.exit_code == 0
    assert "PC-USERS-N1" in done.stdout
    assert re.search(r"lose-one-of-four\.yaml:\d+:\d+: warning PC-USERS-N1: ", done.stdout)
    assert re.search(
        r"^workloads/performance-user-model\.yaml:\d+:\d+: ", call("validate", "lose-one-of-four").stdout, re.MULTILINE
    )
    assert "0 errors, " in done.stdout


def test_explain_gives_rule_derivation_and_source() -> None:
    done = call("explain", "pc-users-n1", "lose-one-of-four")
    assert done.exit_code == 0
    assert "20,000" in done.stdout
    assert call("explain", "PC-USERS-N2").stderr.startswith("no rule is called PC-USERS-N2; did you mean PC-USERS-N")


def test_limits_list_and_schema() -> None:
    everything, errors = call("limits").stdout, call("limits", "--severity", "error").stdout
    assert "PC-USERS-N1" in everything
    assert "PC-USERS-N1" not in errors
    assert "lose-one-of-four" in call("list").stdout
    cost_sets = call("list", "--kind", "cost-set").stdout
    for name in ("documented-2015", "measured-peers"):
        assert re.search(rf"^  {name} +(?!{name})\w+ \w+", cost_sets, re.MULTILINE)
    assert "$schema" in json.loads(call("schema").stdout)


def test_capacity_is_a_table_or_json() -> None:
    assert "posts" in call("capacity", "lose-one-of-four").stdout
    rows = json.loads(call("capacity", "lose-one-of-four", "--json").stdout)
    assert {"section", "quantity", "value", "unit", "limit", "formula", "source"} <= set(rows[0])


def test_the_version_is_the_package_s() -> None:
    assert call("--version").stdout.strip() == f"poolcast, version {pc.__version__}"


def complete(words: str) -> set[str]:
    count = len(words.split()) - (0 if words.endswith(" ") else 1)
    environment = {**os.environ, "_POOLCAST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    done = CliRunner().invoke(main, [], prog_name="poolcast", env=environment)
    return {line.split(",", 1)[1] for line in done.stdout.splitlines()}


def test_verbs_scenarios_and_rules_are_completed() -> None:
    assert complete("poolcast va") == {"validate"}
    assert complete("poolcast run lose-one-of") == {"lose-one-of-four", "lose-one-of-four-60000"}
    assert "PC-USERS-N1" in complete("poolcast explain pc-users")
    for shell in ("bash", "zsh", "fish"):
        assert "_POOLCAST_COMPLETE" in call("completion", shell).stdout


def test_help_loads_no_tables_and_no_pictures() -> None:
    script = (
        "import sys; sys.argv = ['poolcast', '--help']\n"
        "from poolcast.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'pandas', 'numpy', 'matplotlib', 'rich', 'jinja2', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_ctrl_c_keeps_what_is_finished(result: pc.Result, fake_program: Callable[[str], None], tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({**result.data, "interrupted": True}))
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    fake_program(
        "def stop(*_):\n"
        f"    sys.stdout.write(open({str(tmp_path / 'run.json')!r}).read()); sys.stdout.flush(); os._exit(3)\n"
        "signal.signal(signal.SIGINT, stop)\n"
        f"open({str(ready)!r}, 'w').close()\n"
        "signal.pause()\n",
    )
    command = [sys.executable, "-m", "poolcast.cli", "run", "smoke"]
    # A job in the background of a script inherits that Ctrl-C is ignored; at a terminal it is not.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        ready.open().close()  # returns when the run has begun
        process.send_signal(signal.SIGINT)
        try:
            output, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 3
    assert "Stopped: what was finished counts, 3 replications of the scenario itself." in errors
    assert "delivery latency p95 at most 500 ms" in output


def test_two_runs_of_a_scenario_are_laid_side_by_side(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        call("run", "smoke", *QUICK, "--seed", seed, "--out", str(tmp_path / seed))
    done = call("compare", str(tmp_path / "1"), str(tmp_path / "2"))
    assert done.exit_code == 0
    for word in ("delivery latency", "simulated, A", "simulated, B", "ratio", "seeds 1 and 2"):
        assert word in done.stdout
    rows = json.loads(call("compare", str(tmp_path / "1"), str(tmp_path / "2"), "--json", "--windows").stdout)
    assert {"metric", "place", "part", "window_start_s", "statistic", "unit", "a", "b", "ratio"} == set(rows[0])
    call("run", "smoke", *QUICK, "--set", "workload.users=200", "--out", str(tmp_path / "3"))
    refused = call("compare", str(tmp_path / "1"), str(tmp_path / "3"))
    assert refused.exit_code == 2
    assert "different scenarios" in refused.stderr
