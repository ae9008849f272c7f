"""The last line of `./dev test` counts what ran and hides no failure."""

from pathlib import Path

import pytest
import stage_summary

JUNIT = """<testsuite><testcase name="a" status="run"/><testcase name="b"><failure/></testcase>
<testcase name="c"><skipped/></testcase></testsuite>"""


def last_line(stages: list[stage_summary.Stage]) -> str:
    return stage_summary.summary(stages).splitlines()[-1]


def test_stage_without_junit_counts_as_one() -> None:
    stages = [stage_summary.read_stage("build\t0\t1.5\t-"), stage_summary.read_stage("spelling\t1\t0.2\t-")]
    assert last_line(stages) == "1 passed, 1 failed"


def test_junit_counts_its_tests(tmp_path: Path) -> None:
    junit = tmp_path / "a.xml"
    junit.write_text(JUNIT)
    stage = stage_summary.read_stage(f"tests\t8\t3.0\t{junit}")
    assert (stage.passed, stage.failed, stage.skipped) == (1, 1, 1)


def test_crash_without_results_is_a_failure(tmp_path: Path) -> None:
    stage = stage_summary.read_stage(f"tests\t139\t3.0\t{tmp_path / 'none.xml'}")
    assert (stage.passed, stage.failed) == (0, 1)


def test_exit_status_says_whether_anything_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages = tmp_path / "stages.tsv"
    stages.write_text("a\t0\t1.0\t-\n")
    assert stage_summary.main(str(stages)) == 0
    stages.write_text("a\t0\t1.0\t-\nb\t1\t1.0\t-\n")
    assert stage_summary.main(str(stages)) == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed\n")


def test_no_stage_at_all_is_a_failure(tmp_path: Path) -> None:
    stages = tmp_path / "stages.tsv"
    stages.write_text("")
    assert stage_summary.main(str(stages)) == 1
