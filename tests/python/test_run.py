"""Running scenarios and reading what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import poolcast as pc
import pytest
from poolcast import runner

STOP_LIMIT_S = 20  # far above the 100 ms that it takes, so that a busy machine does not fail the test


def test_formulas_answer_the_same_metrics_without_intervals(scenario: pc.Scenario) -> None:
    fluid = pc.run(scenario, method="fluid", progress=False, variants=False)
    assert fluid.method == "fluid"
    assert fluid.replications == 1
    assert fluid.users_back["t95_s"].notna().all()
    assert fluid.metrics["ci_low"].isna().all()
    scenario.faults.clear()
    scenario.objectives.clear()
    steady = pc.run(scenario, method="analytic", progress=False)
    assert {"post_latency", "delivery_latency", "utilisation"} <= set(steady.metrics["metric"])
    table = pc.diff(steady, pc.run(scenario, replications=2, progress=False))
    assert "post_latency" in set(table["metric"])


def test_availability_is_split_by_cause_and_needs_losses_at_random(scenario: pc.Scenario) -> None:
    answer = pc.availability("years-of-chance", precision="20%")
    causes = sum(cause["minutes_per_year"] for cause in answer["by_cause"].values())
    assert causes == pytest.approx(answer["unavailable"]["minutes_per_year"])
    assert answer["by_cause"]["site"]["minutes_per_year"] > answer["by_cause"]["database"]["minutes_per_year"]
    assert answer == pc.availability("years-of-chance", precision="20%")
    with pytest.raises(pc.ConfigError, match="losses and cuts at random"):
        pc.availability(scenario)


def test_availability_of_the_whole_topology_is_five_nines_where_the_scenario_says_so() -> None:
    prepared = pc.availability("five-nines", runbook="site-failover-prepared")
    assert 5.0 < prepared["nines"] < 5.05
    assert [pool["pool"] for pool in prepared["by_pool"]] == ["chat-north", "chat-south"]
    assert prepared["compliance"]["minutes_per_year"] > prepared["unavailable"]["minutes_per_year"]
    usual = pc.availability("five-nines")
    assert usual["nines"] < 5.0
    (usual_times,), (prepared_times,) = usual["operators"], prepared["operators"]
    assert usual_times["decision_mean_s"] > 4 * prepared_times["decision_mean_s"]
    assert (usual_times["failover_from"], prepared_times["failover_from"]) == ("library", "flag")
    with pytest.raises(pc.ConfigError, match="no runbook has this name"):
        pc.availability("five-nines", runbook="site-failure")


def test_a_fit_plays_what_the_fluid_model_says_and_puts_it_in_its_place() -> None:
    small = ["workload.users=400", "costs.join_rate=1/s", "topology.chat_pools.chat.active=[chat-1, chat-2]"]
    faults = "faults=[{at: 0s, lose: chat-1, about_every: 20day, for_about: 1h}]"
    scenario = pc.load("years-of-chance", set=[*small, faults])
    fluid = pc.availability(scenario)
    played = pc.availability(scenario, fit=True, progress=False)
    assert [storm["survivors"] for storm in played["surges"]] == [1, 0]
    for storm in played["surges"]:
        assert storm["played_s"] == pytest.approx(storm["fluid_s"], rel=0.1)
    storm = played["surges"][0]
    ratio = played["unavailable"]["minutes_per_year"] / fluid["unavailable"]["minutes_per_year"]
    assert ratio == pytest.approx(storm["played_s"] / storm["fluid_s"])
    assert fluid["surges"][0]["played_s"] is None
    assert played == pc.availability(scenario, fit=True, progress=False)


def test_availability_that_the_program_does_not_answer_is_no_bad_input(fake_program: Callable[[str], None]) -> None:
    fake_program("import sys; print('broken invariant', file=sys.stderr); sys.exit(4)")
    with pytest.raises(pc.RunError, match="broken invariant"):
        pc.availability("years-of-chance")


def test_sensitivity_puts_first_what_moves_the_availability_most() -> None:
    faults = "faults=[{at: 0s, lose: north, about_every: {value: 1825day, low: 700day, high: 7300day}, for_about: 6h}]"
    answer = pc.availability(pc.load("years-of-chance", set=[faults]), sensitivity=True)
    rate, operators = answer["sensitivity"]
    assert rate["key"] == "about_every"
    assert rate["faults"] == ["lose north"]
    assert rate["low"]["minutes_per_year"] > 8 * rate["high"]["minutes_per_year"]
    assert operators["key"] == "operators"
    assert operators["low"]["minutes_per_year"] == pytest.approx(operators["high"]["minutes_per_year"])  # no second site


def test_formulas_refuse_what_they_exclude_and_what_makes_no_sense(scenario: pc.Scenario) -> None:
    with pytest.raises(pc.ConfigError, match="assume that nothing breaks"):
        pc.run(scenario, method="analytic", progress=False)
    with pytest.raises(ValueError, match="nothing is random"):
        pc.run(scenario, method="fluid", replications=3, progress=False)
    with pytest.raises(ValueError, match="expected one of simulate, analytic, fluid"):
        pc.run(scenario, method="guess", progress=False)


def test_metrics_have_place_window_figures_and_intervals(result: pc.Result) -> None:
    frame = result.metrics
    for column in ("metric", "unit", "place", "window_start_s", "window_s", "mean", "p50", "p95", "p99", "ci_low", "ci_high"):
        assert column in frame.columns
    whole = frame[(frame["metric"] == "delivery_latency") & frame["whole_run"].astype(bool)]
    assert (whole["p50"] <= whole["p95"]).all()
    assert (whole["p95"] <= whole["p99"]).all()
    assert (frame["ci_low"].dropna() <= frame["mean"][frame["ci_low"].notna()]).all()


def test_users_back_has_a_row_per_replication_and_loss(result: pc.Result) -> None:
    frame = result.users_back
    assert list(frame.columns) == ["replication", "after", "displaced_users", "t50_s", "t95_s", "t100_s"]
    assert list(frame["replication"]) == [0, 1, 2]
    assert set(frame["after"]) == {"lose chat-2"}
    assert (frame["t50_s"] <= frame["t95_s"]).all()


def test_verdicts_and_findings_are_tables(result: pc.Result) -> None:
    assert set(result.verdicts["verdict"]) <= {"holds", "fails", "unknown"}
    assert len(result.verdicts) == 3
    assert list(result.findings.columns) == ["rule", "severity", "key", "sentence", "source"]


def test_a_timeline_names_metric_statistic_and_unit(result: pc.Result) -> None:
    latency = result.timeline("delivery_latency", statistic="p95")
    assert list(latency.columns) == ["t_s", "window_s", "place", "part", "delivery_latency_p95_s", "p95_ci_low", "p95_ci_high"]
    users = result.timeline("users_connected", place="chat")
    assert "users_connected_mean" in users.columns
    assert users["t_s"].is_monotonic_increasing
    assert set(result.timeline("utilisation", place="chat-2")["place"]) == {"chat-2"}
    with pytest.raises(ValueError, match="unknown metric 'latency'"):
        result.timeline("latency")


def test_variants_are_results_of_their_own(result: pc.Result) -> None:
    (name, variant), *others = result.variants.items()
    assert not others
    assert name == "half <of> the users"
    assert variant.data["scenario"]["users"] == 200
    assert not variant.metrics.empty
    assert variant.replications == 3


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(scenario: pc.Scenario) -> None:
    one = pc.run(scenario, replications=2, workers=1, progress=False)
    two = pc.run(scenario, replications=2, workers=2, progress=False)
    other = pc.run(scenario, replications=2, seed=2, progress=False)
    assert one.to_json() == two.to_json()
    assert one == two
    assert one != other


def test_each_failure_has_its_recovery_and_the_run_its_comeback(result: pc.Result) -> None:
    table = result.recovery
    assert list(table.failure) == ["lose chat-2"]
    own = table.iloc[0]
    assert own.users_affected > 50
    assert own.half_back_p5_s <= own.half_back_p50_s <= own.most_back_p50_s <= own.all_back_p95_s
    assert own.most_back_never == 0
    assert own.user_minutes_lost > 0
    assert own.recovery_point_p50_s is None or own.recovery_point_p50_s != own.recovery_point_p50_s  # no database went
    answer = result.comes_back
    assert answer is not None
    assert answer["answer"] == "comes_back"
    assert answer["counts"]["comes_back"] == result.replications


def test_json_is_read_back(result: pc.Result) -> None:
    assert pc.Result.from_json(result.to_json()) == result
    with pytest.raises(ValueError, match="not a run of a format known here"):
        pc.Result({"format": "poolcast-run/9"})


def test_a_run_folder_is_read_back(tmp_path: Path, scenario: pc.Scenario) -> None:
    scenario.variants.append(pc.Variant(name="fewer", set=["workload.users=200"]))
    run = pc.run(scenario, replications=2, progress=False, out=tmp_path / "run")
    again = pc.read_run(tmp_path / "run")
    pd.testing.assert_frame_equal(again.metrics, run.metrics)
    pd.testing.assert_frame_equal(again.users_back, run.users_back)
    pd.testing.assert_frame_equal(again.variants["fewer"].metrics, run.variants["fewer"].metrics)
    assert again.scenario == run.scenario


def test_an_unsupported_scenario_is_refused_by_name(scenario: pc.Scenario) -> None:
    scenario.topology.databases[0].mode = "always_on"
    with pytest.raises(pc.UnsupportedScenarioError, match="PC-") as caught:
        pc.run(scenario, progress=False)
    assert caught.value.findings


def test_an_interrupt_keeps_what_is_finished(scenario: pc.Scenario) -> None:
    interrupted_at = 0.0

    def interrupt(step: runner.Progress) -> None:
        nonlocal interrupted_at
        if step.finished >= 1 and not interrupted_at:
            interrupted_at = time.monotonic()
            raise KeyboardInterrupt

    finished = runner.execute(scenario, runner.options_of(replications=5000), interrupt)
    assert time.monotonic() - interrupted_at < STOP_LIMIT_S
    assert finished.interrupted
    run = runner.result_of(finished, scenario)
    assert run.interrupted
    assert 1 <= run.replications < 5000


def test_an_interrupt_with_nothing_finished_is_a_keyboard_interrupt(
    scenario: pc.Scenario, fake_program: Callable[[str], None]
) -> None:
    fake_program(
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(3))\n"
        'print(json.dumps({"progress": 0.0, "finished": 0, "wanted": 1, "variant": None}), file=sys.stderr, flush=True)\n'
        "signal.pause()\n",
    )

    def interrupt(_: runner.Progress) -> None:
        raise KeyboardInterrupt

    finished = runner.execute(scenario, [], interrupt)
    with pytest.raises(KeyboardInterrupt):
        runner.result_of(finished, scenario)


def test_a_crash_of_a_run_is_an_exception(scenario: pc.Scenario, fake_program: Callable[[str], None]) -> None:
    fake_program("os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(pc.RunError, match="ended with code -11"):
        pc.run(scenario, progress=False)


def test_a_dead_worker_leaves_what_was_finished(
    scenario: pc.Scenario, result: pc.Result, fake_program: Callable[[str], None]
) -> None:
    data = {**result.data, "failure": "replication 3: killed by signal 9"}
    fake_program(f"print({json.dumps(data)!r}); sys.exit(4)")
    with pytest.raises(pc.RunError, match="killed by signal 9") as caught:
        pc.run(scenario, progress=False)
    assert caught.value.result is not None
    assert caught.value.result.replications == 3


def test_a_run_whose_files_cannot_be_written_keeps_its_answer(
    scenario: pc.Scenario, result: pc.Result, fake_program: Callable[[str], None]
) -> None:
    text = json.dumps(result.data)
    fake_program(f"print({text!r}); print('/proc/x: cannot be written', file=sys.stderr); sys.exit(2)")
    with pytest.raises(pc.RunError, match="/proc/x: cannot be written") as caught:
        pc.run(scenario, progress=False)
    assert caught.value.result == result


def test_precision_takes_the_place_of_replications(scenario: pc.Scenario) -> None:
    assert runner.options_of(precision="5%") == runner.options_of(precision=0.05)
    with pytest.raises(ValueError, match="exclude each other"):
        pc.run(scenario, replications=12, precision=0.05, progress=False)
    for wrong in (0, 1, "100%", "much", float("nan")):
        with pytest.raises(ValueError, match="expected a share between 0 % and 100 %"):
            pc.run(scenario, precision=wrong, progress=False)


def test_the_progress_bar_follows_the_run(scenario: pc.Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    pc.run(scenario, replications=2, progress=True)
    assert "Smoke test" in capsys.readouterr().err


def test_a_variant_finds_what_lies_beside_its_scenario(tmp_path: Path) -> None:
    (tmp_path / "my-costs.yaml").write_text("model: measured-peers\nname: my-costs\nlog_flush: 10ms\n", encoding="utf-8")
    text = pc.load("smoke").to_yaml().removesuffix("variants: []\n") + "variants:\n  - {name: mine, set: [costs=my-costs]}\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    run = pc.run(tmp_path / "mine.yaml", replications=1, progress=False)
    assert run.variants["mine"].scenario.costs.log_flush.value_s == pytest.approx(0.010)
