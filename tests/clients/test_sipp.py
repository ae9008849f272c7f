"""SIPp, Debian's build of which has no TLS, over plain TCP on the loopback with Digest."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from node import DOMAIN, LOBBY, PASSWORD, USERS, Node

SCENARIO = Path(__file__).parent / "sipp" / "sign_in_join_post.xml"


@pytest.fixture
def node(tmp_path: Path, prepared: Path) -> Iterator[Node]:
    server = Node(tmp_path)
    server.copy_content(prepared)
    server.start()
    yield server
    server.stop()


def sipp(node: Node, folder: Path, password: str) -> subprocess.CompletedProcess[str]:
    users = folder / "users.csv"
    # SIPp takes credentials that differ per user only as a whole.
    credentials = {user: f"[authentication username={user}@{DOMAIN} password={password}]" for user in USERS}
    users.write_text("SEQUENTIAL\n" + "".join(f"{user};{credentials[user]};{LOBBY.id};\n" for user in USERS))
    command = ["sipp", f"127.0.0.1:{node.ports['plain TCP']}", "-t", "tn", "-max_socket", "100", "-sf", str(SCENARIO)]
    command += ["-inf", str(users), "-m", str(len(USERS)), "-l", "1", "-i", "127.0.0.1", "-nostdin", "-timeout", "60s"]
    command += ["-timeout_error", "-trace_err", "-error_file", str(folder / "errors.log")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=90, check=False)


def test_every_user_signs_in_enters_posts_and_hears_it(node: Node, tmp_path: Path) -> None:
    ended = sipp(node, tmp_path, PASSWORD)
    errors = tmp_path / "errors.log"
    assert ended.returncode == 0, (errors.read_text() if errors.exists() else "") + ended.stdout[-3000:]


def test_nobody_gets_in_with_a_wrong_password(node: Node, tmp_path: Path) -> None:
    assert sipp(node, tmp_path, "Wrong-123").returncode == 1
    assert node.logged("A sign-in was refused.")
