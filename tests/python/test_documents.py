"""What is written about the package is true of it."""

from __future__ import annotations

import ast
import importlib.util
import re
import textwrap
from pathlib import Path

import poolcast as pc
import pytest


def test_the_stubs_are_fresh(top: Path) -> None:
    place = importlib.util.spec_from_file_location("make_stubs", top / "tools" / "make_stubs.py")
    assert place is not None
    assert place.loader is not None
    tool = importlib.util.module_from_spec(place)
    place.loader.exec_module(tool)
    committed = (top / "bindings" / "poolcast" / "_core.pyi").read_text(encoding="utf-8")
    assert ast.dump(ast.parse(committed)) == ast.dump(ast.parse(tool.stubs())), "run: .venv/bin/python tools/make_stubs.py"


def test_the_package_is_typed() -> None:
    folder = Path(pc.__file__).parent
    assert (folder / "py.typed").exists()
    assert (folder / "_core.pyi").exists()


def test_everything_public_is_documented() -> None:
    for name in pc.__all__:
        assert getattr(pc, name).__doc__ or name == "__version__", name


def python_examples(top: Path) -> str:
    """The indented blocks of the README that are Python."""
    text = (top / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", text, re.MULTILINE)
    return "\n".join(textwrap.dedent(block) for block in blocks if "import poolcast" in block)


def test_the_readme_s_python_runs(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = python_examples(top)
    assert "pc.run(" in code
    small = pc.load("smoke")  # the example's own scenario takes too long for a test
    monkeypatch.setattr(pc, "load", lambda *_, **__: small)
    exec(compile(code, "README.md", "exec"), {})


def test_the_library_and_the_worker_program_are_in_the_package() -> None:
    folder = Path(pc.__file__).parent
    assert (folder / "bin" / "poolcast-sim").exists()
    assert (folder / "scenarios" / "lose-one-of-four.yaml").exists()
