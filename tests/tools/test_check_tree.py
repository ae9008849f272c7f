"""Each rule of tools/check_tree.py has a tree that keeps it and one that breaks it."""

import json
import subprocess
import sys
from pathlib import Path

import check_tree
import pytest

TOP = Path(__file__).parents[2]


def problems_of(files: dict[str, str]) -> list[check_tree.Problem]:
    """What is wrong with a tree of these files, every .cpp of which a target lists."""
    listed = "\n".join(path for path in files if path.endswith(".cpp"))
    files = {"CMakeLists.txt": f"add_library(all {listed})\n", **files}
    return check_tree.check([check_tree.Source(path, text) for path, text in files.items()])


def notebook(*sources: str, outputs: list[str] | None = None) -> str:
    cells = [{"cell_type": "code", "source": [source], "outputs": outputs or [], "execution_count": None} for source in sources]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5})


KEEPS = {
    "domain_includes_domain": {"domain/report.hpp": '#include <vector>\n#include "domain/metric.hpp"\n'},
    "report_has_students_t": {"domain/statistics.cpp": "#include <boost/math/distributions/students_t.hpp>\n"},
    "io_reads_yaml": {"domain/io/read.cpp": '#include <yaml-cpp/yaml.h>\n#include "domain/scenario.hpp"\n'},
    "sim_uses_limits": {
        "sim/run.cpp": '#include <simgrid/s4u.hpp>\n#include <sys/wait.h>\n#include "domain/limits/finding.hpp"\n'
    },
    "program_reads_files": {
        "sim/program/plan.cpp": '#include <CLI/CLI.hpp>\n#include "domain/io/scenario_file.hpp"\n#include "sim/run.hpp"\n'
    },
    "bindings_bind": {"bindings/module.cpp": '#include <pybind11/pybind11.h>\n#include "domain/io/scenario_file.hpp"\n'},
    "tests_know_everything": {
        "tests/sim/run_test.cpp": '#include <gtest/gtest.h>\n#include "domain/io/x.hpp"\n#include "sim/y.hpp"\n'
    },
    "comment_names_an_include": {"domain/a.hpp": '// #include "sim/run.hpp"\n'},
    "prose_about_banned_words": {"sim/a.cpp": "// Never catch (...) here, and no random_device; /* detached */\n"},
    "named_catch": {"sim/a.cpp": "try { f(); } catch (const std::exception& e) { g(e); }\n"},
    "steady_clock_measures": {"sim/a.cpp": "auto t = std::chrono::steady_clock::now();\n"},
    "sleep_outside_tests": {"sim/a.cpp": "usleep(5);\n"},
    "actor_sleeps_in_simulated_time": {
        "tests/sim/a_test.cpp": "simgrid::s4u::this_actor::sleep_until(5);\nplane.sleep_until(6);\n"
    },
    "skip_with_reason": {"tests/a_test.cpp": 'GTEST_SKIP() << "needs a second core";\n'},
    "mark_skip_with_reason": {"tests/test_a.py": '@pytest.mark.skip(reason="needs ns-3")\n@pytest.mark.skipif(x, reason="y")\n'},
    "sources_by_hand": {"domain/CMakeLists.txt": "target_compile_options(x PRIVATE -g)\nfind_package(Boost)\n"},
    "todo_with_issue": {"domain/a.hpp": "// TODO(ada): split by room class, #14\n"},
    "paths_from_the_top": {"docs/a.md": "See scenarios/work/tmp.yaml, https://example.org/home/x and build/tmp/file.\n"},
    "file_of_500_lines": {"domain/a.hpp": "// line\n" * 500},
    "long_page": {"docs/a.md": "line\n" * 900},
    "notebook_asks": {"notebooks/01-a.ipynb": notebook("import poolcast as pc", "pc.run('x')")},
}

BREAKS = {
    "domain_includes_sim": ("arrow", {"domain/a.hpp": '#include "sim/run.hpp"\n'}),
    "domain_includes_io": ("arrow", {"domain/a.cpp": '#include "domain/io/scenario_file.hpp"\n'}),
    "domain_includes_yaml": ("arrow", {"domain/a.cpp": "#include <yaml-cpp/yaml.h>\n"}),
    "domain_asks_the_system": ("arrow", {"domain/a.cpp": "#include <unistd.h>\n"}),
    "students_t_elsewhere": ("arrow", {"domain/fold.cpp": "#include <boost/math/distributions/students_t.hpp>\n"}),
    "io_includes_limits": ("arrow", {"domain/io/a.cpp": '#include "domain/limits/finding.hpp"\n'}),
    "limits_include_io": ("arrow", {"domain/limits/a.cpp": '#include "domain/io/scenario_file.hpp"\n'}),
    "sim_reads_files": ("arrow", {"sim/run.cpp": '#include "domain/io/scenario_file.hpp"\n'}),
    "sim_knows_the_server": ("arrow", {"sim/run.cpp": '#include "reference-server/serve.hpp"\n'}),
    "server_knows_sim": ("arrow", {"reference-server/main.cpp": '#include "sim/run.hpp"\n'}),
    "bindings_simulate": ("arrow", {"bindings/module.cpp": '#include "sim/run.hpp"\n'}),
    "relative_include": ("arrow", {"sim/run.cpp": '#include "run.hpp"\n'}),
    "detached": ("detached", {"reference-server/net/a.cpp": "co_spawn(io, f(), asio::detached);\n"}),
    "catch_all_in_sim": ("catch-all", {"sim/actors/a.cpp": "try { f(); } catch (...) {}\n"}),
    "random_device": ("random", {"domain/a.cpp": "std::random_device seed;\n"}),
    "rand": ("random", {"sim/a.cpp": "int x = std::rand();\n"}),
    "wall_clock": ("wall-clock", {"sim/a.cpp": "auto t = std::chrono::system_clock::now();\n"}),
    "sleep_in_cpp_test": ("sleep", {"tests/a_test.cpp": "std::this_thread::sleep_for(1s);\n"}),
    "usleep_in_cpp_test": ("sleep", {"tests/a_test.cpp": "  usleep(100);\n"}),
    "sleep_in_python_test": ("sleep", {"tests/test_a.py": "time.sleep(1)\n"}),
    "bare_gtest_skip": ("skip", {"tests/a_test.cpp": "GTEST_SKIP();\n"}),
    "disabled_test": ("skip", {"tests/a_test.cpp": "TEST(A, DISABLED_b) {}\n"}),
    "bare_mark_skip": ("skip", {"tests/test_a.py": "@pytest.mark.skip\n"}),
    "glob": ("glob", {"domain/CMakeLists.txt": "file(GLOB SOURCES *.cpp)\n"}),
    "fetch_content": ("download", {"cmake/deps.cmake": "include(FetchContent)\n"}),
    "include_directories": ("directory-wide", {"sim/CMakeLists.txt": "include_directories(..)\n"}),
    "shared_folder": ("shared", {"tests/a_test.cpp": 'open("../' + 'shared/x");\n'}),
    "shared_in_comment": ("shared", {"domain/a.hpp": "// see ../" + "shared/domain\n"}),
    "home_path": ("machine-path", {"docs/a.md": "cd /home" + "/ada/poolcast\n"}),
    "temporary_path": ("machine-path", {"bench/run.sh": "cd /tmp" + "/w/a\n"}),
    "todo_without_issue": ("todo", {"domain/a.hpp": "// TO" + "DO: split\n"}),
    "fixme": ("todo", {"tools/a.py": "# FIX" + "ME\n"}),
    "file_of_501_lines": ("size", {"domain/a.hpp": "// line\n" * 501}),
    "notebook_with_output": ("notebook", {"notebooks/01-a.ipynb": notebook("1", outputs=["1"])}),
    "notebook_defines": ("notebook", {"notebooks/01-a.ipynb": notebook("def f():\n    pass")}),
    "notebook_broken": ("notebook", {"notebooks/01-a.ipynb": "{"}),
}


@pytest.mark.parametrize("name", KEEPS)
def test_keeps_every_rule(name: str) -> None:
    assert problems_of(KEEPS[name]) == []


@pytest.mark.parametrize("name", BREAKS)
def test_breaks_exactly_its_rule(name: str) -> None:
    rule, files = BREAKS[name]
    problems = problems_of(files)
    assert {problem.rule for problem in problems} == {rule}
    assert {problem.file for problem in problems} == set(files)


def test_file_no_target_lists_is_named() -> None:
    tree = [
        check_tree.Source("sim/CMakeLists.txt", "add_library(sim run.cpp actors/front_end.cpp)  # lost.cpp\n"),
        check_tree.Source("tests/CMakeLists.txt", "add_executable(t ${PROJECT_SOURCE_DIR}/bench/main.cpp)\n"),
        *(check_tree.Source(path, "") for path in ("sim/run.cpp", "sim/actors/front_end.cpp", "bench/main.cpp", "sim/lost.cpp")),
    ]
    problems = check_tree.check(tree)
    assert [(problem.file, problem.rule) for problem in problems] == [("sim/lost.cpp", "target")]


def test_line_numbers_survive_comments() -> None:
    problems = problems_of({"sim/a.cpp": "/* two\nlines */\n// one\nstd::random_device x;\n"})
    assert [problem.line for problem in problems] == [4]


def test_problem_prints_as_file_line_rule_remedy() -> None:
    assert str(check_tree.Problem("a.cpp", 3, "size", "split it")) == "a.cpp:3: size: split it"


def run_on(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOP / "tools" / "check_tree.py"), str(tree)], capture_output=True, text=True, check=False
    )


def test_exits_0_on_a_clean_tree_and_skips_builds(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "a.cpp").write_text("std::random_device x;\n")
    finished = run_on(tmp_path)
    assert (finished.returncode, finished.stdout) == (0, "")


def test_exits_1_and_names_file_line_and_rule(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "a.hpp").write_text('#pragma once\n#include "sim/run.hpp"\n')
    finished = run_on(tmp_path)
    assert finished.returncode == 1
    assert finished.stdout.startswith("domain/a.hpp:2: arrow: domain may not include sim")
