"""Runs clang-tidy on every source of a compile database, on all cores, and remembers what was clean.

    tools/tidy.py BUILD_DIR [PART_OF_PATH…]

A file counts as known when its preprocessed text (comments kept: NOLINT is one), its flags, .clang-tidy and the clang-tidy
version are those of a clean run; then it is not looked at again. The memory is .cache/tidy.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# From version 21 on the checks leave out the headers of others, which is more than half of the time.
CLANG_TIDY = "clang-tidy-22"
# The flags are for g++, and clang need not know every warning of it. The analyser stops a function after fewer states than its
# default of 225,000, which halves the time of files full of templates.
EXTRA = ("-Wno-unknown-warning-option", "-Xclang", "-analyzer-config", "-Xclang", "max-nodes=40000")
TOP = Path(__file__).resolve().parents[1]
MEMORY = TOP / ".cache" / "tidy"


@dataclass(frozen=True)
class Unit:
    """One entry of the compile database."""

    file: str
    folder: str
    arguments: tuple[str, ...]


def read_units(build: Path, wanted: list[str]) -> list[Unit]:
    units = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        file = Path(entry["directory"], entry["file"]).resolve()
        if TOP not in file.parents or (TOP / "build") in file.parents:
            continue
        if not wanted or any(part in str(file) for part in wanted):
            arguments = tuple(shlex.split(entry["command"]))
            units[str(file)] = Unit(str(file), entry["directory"], arguments)
    return [units[file] for file in sorted(units)]


def preprocessed(unit: Unit) -> bytes:
    arguments = list(unit.arguments)
    while arguments and (arguments[0] == "env" or "=" in arguments[0] or arguments[0].endswith("ccache")):
        arguments.pop(0)
    if "-o" in arguments:
        at = arguments.index("-o")
        del arguments[at : at + 2]
    finished = subprocess.run([*arguments, "-E", "-CC"], cwd=unit.folder, capture_output=True, check=False)
    # A file that does not compile is never known: clang-tidy says what is wrong with it.
    return finished.stdout if finished.returncode == 0 else os.urandom(16)


def settings_of(unit: Unit, version: bytes) -> bytes:
    """The .clang-tidy files that count for a unit, and the version."""
    files = [folder / ".clang-tidy" for folder in Path(unit.file).parents if TOP in (folder, *folder.parents)]
    return version + b"".join(file.read_bytes() for file in files if file.exists())


def key_of(unit: Unit, settings: bytes) -> str:
    text = preprocessed(unit).replace(str(TOP).encode(), b"")
    flags = " ".join(unit.arguments).replace(str(TOP), "").encode()
    return hashlib.sha256(settings + flags + text).hexdigest()


def tidy(unit: Unit, build: Path, version: bytes) -> tuple[Unit, str, float]:
    """The unit, what clang-tidy complains about (empty: clean), and the seconds it took (0: known)."""
    known = MEMORY / key_of(unit, settings_of(unit, version))
    if known.exists():
        known.touch()
        return unit, "", 0.0
    began = time.monotonic()
    command = [CLANG_TIDY, "-p", str(build), "--quiet", *(f"--extra-arg={flag}" for flag in EXTRA), unit.file]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode == 0:
        known.touch()
        return unit, "", time.monotonic() - began
    return unit, finished.stdout + finished.stderr, time.monotonic() - began


def main(arguments: list[str]) -> int:
    build = Path(arguments[0]).resolve()
    units = read_units(build, arguments[1:])
    MEMORY.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, check=True).stdout
    version += " ".join(EXTRA).encode()
    complaints = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for unit, complaint, seconds in pool.map(lambda unit: tidy(unit, build, version), units):
            name = Path(unit.file).relative_to(TOP)
            if complaint:
                complaints.append(f"{name}:\n{complaint}")
            verdict = "findings" if complaint else "clean"
            print(f"{name}: {verdict}, {f'{seconds:.1f} s' if seconds else 'known'}", flush=True)
    # Last, so that they are what one sees of a long output.
    for complaint in complaints:
        print(complaint)
    print(f"{len(units)} files, {len(complaints)} with findings")
    return int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
