#!/usr/bin/env python3
"""./dev bench-server: the reference server against the marks of its issue, on this machine.

Starts PostgreSQL in a temporary directory, poolcast-server on it (and on SQLite beside it), and thousands of clients; kills what
the marks want killed; prints figure, mark, what was measured and whether it is reached. Exit status 0 when everything could be
measured, whatever the marks say: they are marks, no test.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from machine import allow_connections, describe, flush_time_s
from rows import ROWS, Bench, Figure, measure
from stage import TOP, Programs

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "none": ""}


def text_of(figure: Figure, value: float | None) -> str:
    """A value with its unit; small costs keep their digits."""
    if value is None:
        return "—"
    if figure.unit == "/s":
        return f"{value:,.0f}/s"
    if figure.unit in {"posts", "sessions"}:
        return f"{value:,.0f}"
    digits = 4 if "CPU-s" in figure.name else 2
    return f"{value:.{digits}f} {figure.unit}".rstrip()


def verdict(figure: Figure, *, quick: bool) -> str:
    """reached, or by how much it is not; a quick run is not judged."""
    if figure.reached is None or quick:
        return ""
    if figure.reached:
        return "reached"
    if figure.value is None or not figure.mark:
        return "NOT reached"
    share = figure.value / figure.mark
    return f"NOT reached, {share:.2f} of it" if figure.larger_is_better else f"NOT reached, {share:.2f} times it"


def table(figures: list[Figure], *, quick: bool) -> str:
    """Plain text with columns as wide as they need."""
    rows = [("figure", "database", "mark", "measured", "verdict", "")]
    for figure in figures:
        sign = "≥" if figure.larger_is_better else "≤"
        mark = "" if figure.mark is None else f"{sign} {text_of(figure, figure.mark)}"
        rows.append(
            (figure.name, NAMES[figure.database], mark, text_of(figure, figure.value), verdict(figure, quick=quick), figure.note)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]).rstrip() for row in rows
    )


def as_json(bench: Bench, machine: dict[str, Any]) -> dict[str, Any]:
    """Everything that was measured."""
    figures = [{**vars(figure), "reached": figure.reached} for figure in bench.figures]
    return {
        "format": "poolcast-bench-server/1",
        "machine": machine,
        "users": bench.users,
        "figures": figures,
        "details": bench.details,
    }


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=TOP / "build" / "release", help="build to measure")
    parser.add_argument("--only", action="append", choices=list(ROWS), metavar="ROW", help="; ".join(ROWS))
    parser.add_argument("--database", choices=["postgresql", "sqlite"], help="only this back end")
    parser.add_argument("--quick", action="store_true", help="500 users and short runs: to try it, not to judge by")
    parser.add_argument("--json", type=Path, default=TOP / "build" / "bench-server.json", help="where all figures go")
    parser.add_argument("--nice", type=int, help="run everything at this priority, such as -10 (needs the privilege)")
    return parser.parse_args()


def main() -> int:
    """Measures and prints."""
    wanted = arguments()
    programs = Programs(wanted.build.resolve())
    if programs.missing():
        print("not built: " + ", ".join(path.name for path in programs.missing()), file=sys.stderr)
        return 2
    if wanted.nice is not None:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, wanted.nice)
        except PermissionError:
            print(f"--nice {wanted.nice} needs a privilege that this account does not have", file=sys.stderr)
            return 2
    wanted.json.parent.mkdir(parents=True, exist_ok=True)
    bench = Bench(programs, users=500 if wanted.quick else 5000, quick=wanted.quick)
    problem = allow_connections(bench.users)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    machine = describe() | {"flush_median_s": flush_time_s(Path(tempfile.gettempdir()))}
    print(f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, load {machine['load_1min']:.1f}; ", end="")
    print(f"fdatasync {float(str(machine['flush_median_s'])) * 1000:.2f} ms (median of 200)", flush=True)
    began = time.monotonic()
    for row in wanted.only or list(ROWS):
        for database in ROWS[row][0]:
            if wanted.database in (None, database) or database == "none":
                print(f"  {time.monotonic() - began:6.0f} s  {row} {NAMES[database]}", file=sys.stderr, flush=True)
                measure(bench, row, database)
    print()
    print(table(bench.figures, quick=bench.quick))
    wanted.json.write_text(json.dumps(as_json(bench, machine), ensure_ascii=False, indent=1) + "\n")
    return 1 if any("could not be measured" in figure.note for figure in bench.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
