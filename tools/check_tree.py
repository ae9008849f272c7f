"""Checks what no compiler and no linter knows: who may include whom, how long a file may be, which words are banned.

Run it from the top of the checkout, or name the checkout; it prints `file:line: rule: what to do` and exits 1 when it found
something. Only the standard library, so that it runs before anything is installed. The rules stand in check_rules.py.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import check_rules as rules


@dataclass(frozen=True, order=True)
class Problem:
    file: str
    line: int
    rule: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.remedy}"


@dataclass(frozen=True)
class Source:
    """One text file of the tree, by its path from the top."""

    path: str
    text: str

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def is_cpp(self) -> bool:
        return self.suffix in (".cpp", ".hpp")

    def numbered_lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.text.splitlines(), 1)


def without_comments(text: str) -> str:
    """C++ text with its comments blanked and its lines kept, so that prose may use banned words; strings stay."""
    pattern = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found

    return pattern.sub(blank, text)


# --- includes ---

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def box_of(path: str) -> rules.Box | None:
    """The box of the architecture's graph that a file belongs to; the longest folder wins."""
    fitting = [box for box in rules.BOXES if path == box.folder or path.startswith(box.folder + "/")]
    return max(fitting, key=lambda box: len(box.folder), default=None)


def check_includes(source: Source) -> Iterator[Problem]:
    box = box_of(source.path)
    if not source.is_cpp or box is None or box.includes_everything:
        return
    for number, line in Source(source.path, without_comments(source.text)).numbered_lines():
        match = INCLUDE.match(line)
        if match is None:
            continue
        quoted, target = match.group(1) == '"', match.group(2)
        remedy = remedy_for_ours(box, target) if quoted else remedy_for_outside(source.path, box, target)
        if remedy:
            yield Problem(source.path, number, "arrow", remedy)


def remedy_for_ours(box: rules.Box, target: str) -> str:
    other = box_of(target)
    if other is None:
        return f'"{target}" is no file of a known folder; write its path from the top of the tree, or <> if it is not ours'
    if other.name == box.name or other.name in box.may_include:
        return ""
    return f"{box.name} may not include {other.name} ({target}); it may include: {', '.join(box.may_include) or 'nothing'}"


def remedy_for_outside(path: str, box: rules.Box, target: str) -> str:
    if is_allowed_outside(path, box, target):
        return ""
    allowed = ", ".join(box.outside) or "nothing"
    return f"{box.name} may not include <{target}>; besides the standard library it may include: {allowed}"


def is_allowed_outside(path: str, box: rules.Box, target: str) -> bool:
    if target in rules.STANDARD_HEADERS:
        return True
    prefixes = list(box.outside) + [prefix for file, prefix in rules.OUTSIDE_EXCEPTIONS if file == path]
    if any(target.startswith(prefix) for prefix in prefixes):
        return True
    return box.posix and (target in rules.POSIX_HEADERS or target.startswith("sys/"))


# --- words and sizes ---


def check_words(source: Source) -> Iterator[Problem]:
    text = without_comments(source.text) if source.is_cpp else source.text
    for ban in rules.BANNED_WORDS:
        if not ban.applies_to(source.path):
            continue
        searched = source.text if ban.in_comments else text
        for number, line in enumerate(searched.splitlines(), 1):
            if ban.pattern.search(line):
                yield Problem(source.path, number, ban.rule, ban.remedy)


def check_size(source: Source) -> Iterator[Problem]:
    if not source.is_cpp and source.suffix not in (".py", ".sh") and source.path not in ("dev", ".ci/run"):
        return
    lines = len(source.text.splitlines())
    if lines > rules.LONGEST_FILE and source.path not in rules.LONG_FILES:
        yield Problem(
            source.path,
            lines,
            "size",
            f"{lines} lines, more than {rules.LONGEST_FILE}; split it by subject, or give a reason in tools/check_rules.py",
        )


# --- targets and notebooks ---


def listed_sources(cmake_file: Source) -> set[str]:
    """The .cpp files that a CMakeLists.txt names, by their path from the top."""
    folder = PurePosixPath(cmake_file.path).parent
    listed = set()
    for word in re.findall(r"[^\s()\"]+\.cpp\b", re.sub(r"#[^\n]*", "", cmake_file.text)):
        top = re.sub(r"^\$\{(PROJECT|CMAKE|poolcast)_SOURCE_DIR\}/", "", word)
        if top != word:
            listed.add(os.path.normpath(top))
        else:
            listed.add(os.path.normpath(folder / word.replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")))
    return listed


def check_targets(sources: list[Source]) -> Iterator[Problem]:
    listed: set[str] = set()
    for source in sources:
        if source.name == "CMakeLists.txt":
            listed |= listed_sources(source)
    for source in sources:
        if source.suffix == ".cpp" and source.path not in listed:
            yield Problem(source.path, 1, "target", "no target builds it; list it in its folder's CMakeLists.txt, or delete it")


def check_notebook(source: Source) -> Iterator[Problem]:
    if source.suffix != ".ipynb":
        return
    try:
        cells = json.loads(source.text)["cells"]
    except (ValueError, KeyError, TypeError):
        yield Problem(source.path, 1, "notebook", "not a notebook of format 4; save it again with Jupyter")
        return
    for number, cell in enumerate(cells, 1):
        code = "".join(cell.get("source", []))
        if cell.get("cell_type") != "code":
            continue
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Problem(source.path, number, "notebook", f"cell {number} has output; clear all outputs before the commit")
        if re.search(r"^\s*(def|class) ", code, re.MULTILINE):
            yield Problem(source.path, number, "notebook", f"cell {number} defines something; move it to the package")


# --- the tree ---


def tree_files(top: Path) -> list[str]:
    """What git tracks or would track; without git, every file outside hidden and build folders."""
    if (top / ".git").exists():
        command = ["git", "-C", str(top), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        return sorted({name for name in names if name and (top / name).is_file()})
    found = (file.relative_to(top) for file in top.rglob("*") if file.is_file())
    return sorted(str(file) for file in found if not {"build", "out", ".git", ".venv", "__pycache__"} & set(file.parts))


def read_sources(top: Path) -> list[Source]:
    sources = []
    for name in tree_files(top):
        content = (top / name).read_bytes()
        if b"\0" not in content[:8000]:
            sources.append(Source(PurePosixPath(name).as_posix(), content.decode("utf-8", errors="replace")))
    return sources


def check(sources: list[Source]) -> list[Problem]:
    problems: list[Problem] = []
    checks = (check_includes, check_words, check_size, check_notebook)
    for source in sources:
        for check_one in checks:
            problems.extend(check_one(source))
    problems.extend(check_targets(sources))
    return sorted(problems)


def report(problems: Iterable[Problem]) -> int:
    count = 0
    for count, problem in enumerate(problems, 1):  # noqa: B007 (the last count is the sum)
        print(problem)
    if count:
        print(f"{count} problems", file=sys.stderr)
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(report(check(read_sources(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))))
