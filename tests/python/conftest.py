"""What the tests of the installed package share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import poolcast as pc
import pytest


@pytest.fixture(scope="session")
def top() -> Path:
    """The checkout."""
    return Path(__file__).parents[2]


@pytest.fixture
def scenario() -> pc.Scenario:
    """A small scenario of the library; a fresh one for each test, so that it may be edited."""
    return pc.load("smoke")


@pytest.fixture(scope="session")
def result() -> pc.Result:
    """A finished run of the smoke scenario, with a variant."""
    scenario = pc.load("smoke")
    scenario.variants.append(pc.Variant(name="half <of> the users", set=["workload.users=200"]))
    return pc.run(scenario, replications=3, progress=False)


@pytest.fixture
def fake_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Call it with the Python text of what poolcast-sim shall do instead, once it has read its scenario."""

    def write(text: str) -> None:
        path = tmp_path / "poolcast-sim"
        path.write_text(f"#!{sys.executable}\nimport json, os, signal, sys\nsys.stdin.read()\n{text}")
        path.chmod(0o755)
        monkeypatch.setenv("POOLCAST_SIM", str(path))

    return write
