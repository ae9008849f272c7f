"""Sums up `./dev test`: a table of its stages and one last line, "N passed, N failed".

A stage that names a JUnit file counts the tests in it, every other stage counts as one. A stage that failed although no test of
it did (it crashed, or its file is missing) counts as one failure.
"""

import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    name: str
    exit_status: int
    seconds: float
    passed: int
    failed: int
    skipped: int


def count_tests(junit: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit file as ctest and pytest write it; zeros where there is none."""
    try:
        cases = list(ElementTree.parse(junit).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        return 0, 0, 0
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"))
    return len(cases) - failed - skipped, failed, skipped


def read_stage(line: str) -> Stage:
    name, status, seconds, junit = line.rstrip("\n").split("\t")
    exit_status = int(status)
    if junit == "-":
        passed, failed, skipped = int(exit_status == 0), int(exit_status != 0), 0
    else:
        passed, failed, skipped = count_tests(Path(junit))
        if exit_status != 0 and failed == 0:
            failed = 1
    return Stage(name, exit_status, float(seconds), passed, failed, skipped)


def summary(stages: list[Stage]) -> str:
    """The table and the last line."""
    width = max([len(stage.name) for stage in stages] + [len("stage")])
    lines = [f"{'stage':{width}}  result  passed  failed  skipped  seconds"]
    for stage in stages:
        result = "ok" if stage.exit_status == 0 and stage.failed == 0 else "FAILED"
        counts = f"{stage.passed:6}  {stage.failed:6}  {stage.skipped:7}"
        lines.append(f"{stage.name:{width}}  {result:6}  {counts}  {stage.seconds:7.1f}")
    seconds = sum(stage.seconds for stage in stages)
    lines.append(f"{len(stages)} stages in {seconds / 60:.1f} min")
    lines.append(f"{sum(stage.passed for stage in stages)} passed, {sum(stage.failed for stage in stages)} failed")
    return "\n".join(lines)


def main(stages_file: str) -> int:
    lines = Path(stages_file).read_text(encoding="utf-8").splitlines()
    stages = [read_stage(line) for line in lines]
    print(summary(stages))
    return int(not stages or any(stage.failed for stage in stages))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
