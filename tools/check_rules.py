"""The rules of check_tree.py, as data: arrows, sizes, banned words. Every exception carries its reason."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Box:
    """A box of the architecture's graph: a folder (or one file) and whom it may know."""

    name: str
    folder: str
    may_include: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()  # beginnings of <headers> besides the standard library
    posix: bool = False  # whether it talks to the operating system
    includes_everything: bool = False


LIBRARY = ("domain", "domain/limits")

BOXES = (
    Box("domain", "domain"),
    Box("domain/io", "domain/io", ("domain",), ("yaml-cpp/", "nlohmann/", "openssl/")),
    Box("domain/io/generate", "domain/io/generate.cpp", ("domain", "domain/io", "domain/limits")),
    Box("domain/limits", "domain/limits", ("domain",)),
    Box("sim", "sim", (*LIBRARY, "sim/cost", "sim/recorder"), ("simgrid/", "xbt/", "boost/math/"), posix=True),
    # What the formulas share with the simulation; they know no SimGrid.
    Box("sim/cost", "sim/cost.hpp", LIBRARY),
    Box("sim/recorder", "sim/recorder.hpp", (*LIBRARY, "sim/cost")),
    Box("sim/analytic", "sim/analytic", (*LIBRARY, "sim/cost", "sim/recorder"), ("Eigen/",)),
    Box("sim/program", "sim/program", ("sim", "sim/analytic", *LIBRARY, "domain/io"), ("CLI/", "nlohmann/"), posix=True),
    Box("sim/main", "sim/main.cpp", ("sim", "sim/analytic", "sim/program"), posix=True),
    Box("bindings", "bindings", (*LIBRARY, "domain/io"), ("pybind11/",)),
    Box("server", "reference-server", LIBRARY, posix=True),
    Box("server/proto", "reference-server/proto", ("domain", "server"), ("expat.h", "openssl/")),
    Box("server/fuzz", "reference-server/fuzz", ("domain", "server/proto", "server/link")),
    Box("server/sip", "reference-server/sip", ("domain", "server", "server/proto")),
    Box("server/chat", "reference-server/chat", ("domain", "server", "server/proto", "server/store/rows")),
    Box(
        "server/net", "reference-server/net", ("domain", "server", "server/proto"), ("boost/", "openssl/", "netinet/"), posix=True
    ),
    Box(
        "server/store",
        "reference-server/store",
        ("domain", "server", "server/proto", "server/store/rows"),
        ("sql", "openssl/"),
        posix=True,
    ),
    # The rows that the chat decides on: plain values, no database in them.
    *(
        Box("server/store/rows", f"reference-server/store/{name}.hpp", ("server", "server/store/rows"))
        for name in ("ids", "directory", "message", "personal")
    ),
    Box("server/link", "reference-server/link", ("domain", "server", "server/proto", "server/net", "server/store/rows")),
    Box(
        "server/compliance",
        "reference-server/compliance",
        ("domain", "server", "server/proto", "server/store", "server/store/rows"),
        posix=True,
    ),
    Box("server/files", "reference-server/files", ("domain", "server", "server/proto", "server/net"), posix=True),
    Box(
        "server/ops",
        "reference-server/ops",
        ("domain", "domain/io", "server", "server/proto", "server/net"),
        ("spdlog/", "nlohmann/"),
        posix=True,
    ),
    Box(
        "server/admin",
        "reference-server/admin",
        ("domain", "domain/io", "server", "server/proto", "server/store", "server/store/rows", "server/compliance"),
        ("CLI/", "nlohmann/"),
        posix=True,
    ),
    Box(
        "server/loadgen",
        "reference-server/loadgen",
        ("domain", "domain/io", "domain/limits", "server", "server/proto", "server/net"),
        ("CLI/", "nlohmann/", "openssl/", "netinet/", "arpa/"),
        posix=True,
    ),
    Box(
        "server/serve",
        "reference-server/serve",
        (
            "domain",
            "domain/io",
            "domain/limits",
            "server",
            *(
                f"server/{part}"
                for part in ("proto", "sip", "chat", "net", "link", "store", "store/rows", "compliance", "files", "ops")
            ),
        ),
        ("CLI/", "spdlog/", "nlohmann/"),
        posix=True,
    ),
    Box("bench", "bench", includes_everything=True),
    Box("tests", "tests", includes_everything=True),
)

# (file, beginning of header): one file of a box that may include more than the box.
OUTSIDE_EXCEPTIONS = (
    ("domain/statistics.cpp", "boost/math/"),  # Student's t for intervals: docs/adr/0003
)

LONGEST_FILE = 500
# file -> why it is longer. A generated or tabular file is a reason, "it grew" is not.
LONG_FILES: dict[str, str] = {}

CODE = (".cpp", ".hpp", ".py", ".pyi", ".sh", ".cmake", ".txt", ".yaml", ".json", ".toml", ".ipynb", ".md")
CPP = (".cpp", ".hpp")


@dataclass(frozen=True)
class Ban:
    rule: str
    pattern: re.Pattern[str]
    remedy: str
    suffixes: tuple[str, ...] = CPP
    folders: tuple[str, ...] = ()  # empty: everywhere
    in_comments: bool = False
    except_in: tuple[str, ...] = field(default=("tools/check_rules.py", "tests/tools/test_check_tree.py"))

    def applies_to(self, path: str) -> bool:
        if path in self.except_in or not path.endswith(self.suffixes):
            return False
        return not self.folders or path.startswith(tuple(folder + "/" for folder in self.folders))


CMAKE = ("CMakeLists.txt", ".cmake")

BANNED_WORDS = (
    Ban("detached", re.compile(r"\bdetached\b"), "spawn it in a SessionGroup, which waits for it and hears how it ended"),
    Ban(
        "catch-all",
        re.compile(r"catch\s*\(\s*\.\.\.\s*\)"),
        "name what you catch: a killed actor unwinds by an exception that must pass",
        folders=("sim",),
    ),
    Ban("random", re.compile(r"\brandom_device\b|\bs?rand\s*\("), "take a RandomStream by name: same seed, same bytes"),
    Ban(
        "wall-clock",
        re.compile(r"\bsystem_clock\b|\bhigh_resolution_clock\b|\bgettimeofday\b"),
        "take the simulated time: same inputs, same bytes",
        folders=("domain", "sim"),
    ),
    Ban(
        "sleep",
        # An actor that sleeps does so in simulated time, by a member function or by SimGrid's this_actor.
        re.compile(r"\bthis_thread::sleep|\btime\.sleep\s*\(|(?<![\w.:>])(::)?(u|nano)?sleep\s*\("),
        "wait for what should happen, with a deadline; time is an argument",
        suffixes=(*CPP, ".py", ".sh"),
        folders=("tests",),
    ),
    Ban(
        "skip",
        re.compile(r"GTEST_SKIP\(\)\s*;|\bDISABLED_\w|pytest\.skip\(\s*\)|mark\.skip(?!\w)(?!\(\s*reason)"),
        'say why the test is skipped: GTEST_SKIP() << "…", or reason=…; a commented-out test is deleted',
        suffixes=(*CPP, ".py"),
    ),
    Ban("glob", re.compile(r"\bGLOB(_RECURSE)?\b"), "list the sources by hand", suffixes=CMAKE),
    Ban(
        "download",
        re.compile(r"\bFetchContent|\bExternalProject|\bfile\s*\(\s*DOWNLOAD"),
        "take it from Debian through find_package; the build downloads nothing",
        suffixes=CMAKE,
    ),
    Ban(
        "directory-wide",
        re.compile(r"^\s*(include_directories|add_definitions|link_directories|link_libraries|add_compile_options)\s*\("),
        "attach it to a target",
        suffixes=CMAKE,
    ),
    Ban(
        "shared",
        re.compile(r"\.\./shared\b"),
        "take what is needed into the repository",
        suffixes=CODE,
        in_comments=True,
    ),
    Ban(
        "machine-path",
        re.compile(r"(?<![\w.])/(home|Users)/\w+|(?<![\w.])/root/|(?<![\w.])/work/\w|(?<![\w./}])/tmp/\w|\bC:\\\\?Users"),
        "name it from the top of the checkout, or take it as an argument",
        suffixes=CODE,
        in_comments=True,
    ),
    Ban(
        "todo",
        re.compile(r"\bFIXME\b|\bTODO\b(?!\(\w+\):.*#\d+)"),
        "do it, or write TODO(name): what, #issue",
        suffixes=CODE,
        in_comments=True,
    ),
)

# Headers of the C++ library, C's in their C++ names.
STANDARD_HEADERS = frozenset(
    """
    algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable coroutine
    deque exception execution expected filesystem format forward_list fstream functional future initializer_list iomanip ios
    iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric optional
    ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack
    stdexcept stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version
    cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib
    cstring ctime cuchar cwchar cwctype
    """.split()
)

# What a program may ask of the operating system, besides <sys/…>.
POSIX_HEADERS = frozenset("unistd.h fcntl.h poll.h signal.h pthread.h sched.h spawn.h termios.h".split())
