"""What is shipped to run the server as a service: the unit's limits fit the server's, and systemd finds nothing wrong with it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
UNIT = TOP / "packaging" / "poolcast-server.service"
CONTAINERFILE = TOP / "packaging" / "Containerfile"


def settings(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def server_flags() -> set[str]:
    return set(re.findall(r'add_(?:option|flag)\("(--[a-z-]+)"', (TOP / "reference-server" / "serve" / "main.cpp").read_text()))


@pytest.fixture
def unit_for_checking(tmp_path: Path) -> Path:
    """The unit as on a machine where the program is installed."""
    text = (
        UNIT.read_text()
        .replace("/usr/local/bin/poolcast-server", "/bin/true")
        .replace("file:///usr/local/share", "file:///usr/share")
    )
    unit = tmp_path / UNIT.name
    unit.write_text(text)
    return unit


def run_systemd_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program is not None, "tools/packages.apt lists systemd: run ./dev test, which installs it"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_the_unit(unit_for_checking: Path) -> None:
    finished = run_systemd_analyze("verify", "--man=no", str(unit_for_checking))
    assert (finished.returncode, finished.stderr) == (0, "")


def test_the_sandbox_leaves_little_exposed(unit_for_checking: Path) -> None:
    # Tenths of systemd's scale from 0 (nothing) to 10 (everything); up to 2.0 it says OK.
    finished = run_systemd_analyze("security", "--offline=true", "--threshold=20", "--no-pager", str(unit_for_checking))
    assert finished.returncode == 0, finished.stdout[-400:] + finished.stderr


def test_systemd_waits_longer_than_the_drain_takes() -> None:
    unit = settings(UNIT.read_text())
    drain_s = float(re.search(r"--drain (\d+)", unit["ExecStart"][0]).group(1))  # type: ignore[union-attr]
    assert float(unit["TimeoutStopSec"][0]) >= drain_s + 10


def test_services_use_flags_that_the_server_has() -> None:
    known = server_flags()
    env = (TOP / "packaging" / "server.env").read_text()
    for text in (
        settings(UNIT.read_text())["ExecStart"][0],
        env.split("FLAGS=")[1],
        CONTAINERFILE.read_text().split("ENTRYPOINT")[1],
    ):
        assert set(re.findall(r"(?<=[\s\"])(--[a-z-]+)", text)) <= known


def test_reload_is_the_signal_that_reads_the_certificate_again() -> None:
    assert settings(UNIT.read_text())["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert "SIGHUP" in (TOP / "reference-server" / "serve" / "main.cpp").read_text()


def test_the_image_runs_as_a_user_that_is_not_root() -> None:
    users = re.findall(r"^USER (\S+)", CONTAINERFILE.read_text(), re.MULTILINE)
    assert users[-1:] not in ([], ["root"], ["0"])


def test_the_image_copies_programs_from_where_the_build_puts_them() -> None:
    copied = re.findall(r"/build/(\S+)/(poolcast-\S+)", CONTAINERFILE.read_text())
    assert {program for _, program in copied} == {"poolcast-server", "poolcast-admin"}
    for listing in (TOP / "reference-server").glob("*/CMakeLists.txt"):
        for program in re.findall(r"add_executable\(\s*(poolcast-(?:server|admin))\b", listing.read_text()):
            assert (str(listing.parent.relative_to(TOP)), program) in copied
