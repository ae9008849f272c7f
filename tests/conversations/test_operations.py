"""What whoever runs a node sees: metrics, health, the status page, the log, certificates, run folders."""

import csv
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from client import chatting, connect, signed_in
from node import CLUB, LOBBY, PASSWORD, ROOT, Node, program
from test_files import upload

HTTP = pytest.mark.flags("--http", "127.0.0.1:0")
SMOKE = pytest.mark.flags("--scenario", "smoke", "--node", "chat-1", "--library", str(ROOT / "scenarios"))
LINE = re.compile(r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? (\S+)')


def get(node: Node, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", node.ports["HTTP"], timeout=20)
    connection.request(method, path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def metric(node: Node, name: str, part: str | None = None, why: str = "") -> float:
    """The value of the one line of this metric with this part, or this label `why`."""
    found = []
    for line in get(node, "/metrics")[1].splitlines():
        parts = re.findall(r'part="([^"]*)"', line)
        if re.match(name + r"[{ ]", line) and parts == ([] if part is None else [part]) and (not why or f'why="{why}"' in line):
            found.append(float(line.rpartition(" ")[2]))
    assert len(found) == 1, name
    return found[0]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "run" / "measurements" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def certificate_of(node: Node) -> str:
    return ssl.get_server_certificate(("127.0.0.1", node.ports["TLS"]))


@HTTP
def test_metrics_are_well_formed_and_count_what_happened(node: Node) -> None:
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    for number in range(3):
        assert ann.say(LOBBY, f"post {number}").status == 200
        bo.hears(f"post {number}")
    text = get(node, "/metrics")[1]
    for line in text.splitlines():
        assert line.startswith(("# HELP poolcast_", "# TYPE poolcast_")) or LINE.fullmatch(line), line
    names = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
    assert len(names) == len(set(names))
    assert metric(node, "poolcast_messages_stored_total") == 3
    assert metric(node, "poolcast_copies_sent_total") == 6
    assert metric(node, "poolcast_completions_total", "post") == 3
    assert metric(node, "poolcast_service_time_seconds_count", "post") == 3


@HTTP
def test_the_status_page_and_health_tell_of_a_ready_node_and_can_only_be_read(node: Node) -> None:
    signed_in(node, "ann")
    status, page = get(node, "/")
    assert status == 200
    assert "<td>ready</td>" in page
    assert "<script" not in page
    assert get(node, "/healthz") == (200, '{"live":true,"ready":true,"draining":false,"phase":"ready","database":"connected"}\n')
    for path in ("/", "/metrics", "/healthz"):
        assert get(node, path, "POST")[0] == 405
    assert get(node, "/../content.sqlite")[0] == 404


@pytest.mark.flags("--http", "127.0.0.1:0", "--drain", "5")
def test_a_draining_node_is_alive_and_not_ready(node: Node) -> None:
    chatting(node, "ann", LOBBY)
    node.terminate()
    assert node.logged("Draining")
    status, body = get(node, "/healthz")
    assert status == 503
    assert json.loads(body)["draining"] is True
    assert get(node, "/healthz?live")[0] == 200


def test_a_new_certificate_serves_new_connections_and_leaves_old_ones_alone(node: Node, tmp_path: Path) -> None:
    ann = chatting(node, "ann", LOBBY, tls=True)
    before = certificate_of(node)
    other = Node(tmp_path / "other")
    other.data.mkdir(parents=True)
    other.start()
    other.stop()
    assert node.process is not None
    for file in ("server.pem", "server.key"):
        shutil.copyfile(other.data / "tls" / file, node.data / "tls" / file)
    node.process.send_signal(signal.SIGHUP)
    assert node.logged("The certificate was read again.")
    after = certificate_of(node)
    assert after != before
    assert after.split() == Path(node.certificate).read_text().split()
    assert ann.say(LOBBY, "still here").status == 200
    Path(node.certificate).write_text("not a certificate")
    node.process.send_signal(signal.SIGHUP)
    assert node.logged("server.pem")
    assert certificate_of(node) == after


def test_no_secret_is_in_the_log(node: Node) -> None:
    assert connect(node, "ann").sign_in("Wrong-" + PASSWORD).status in (401, 403, 407)
    bo = chatting(node, "bo", LOBBY, tls=True)
    assert bo.say(LOBBY, "something private").status == 200
    node.stop()
    text = "\n".join(node.log)
    assert PASSWORD not in text
    assert "something private" not in text
    assert "response=" not in text


@SMOKE
def test_a_run_leaves_a_folder_with_what_the_server_measured(node: Node, tmp_path: Path) -> None:
    node.stop()
    node.flags = (*node.flags, "--out", str(tmp_path / "run"))
    node.start()
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    for number in range(5):
        assert ann.say(LOBBY, f"post {number}").status == 200
        bo.hears(f"post {number}")
    node.stop()
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert run["source"] == "real"
    operations = table(tmp_path, "operations")
    asked = Counter((row["command"], row["ending"]) for row in operations)
    assert asked["register", "rejected"] == asked["register", "completed"] == 2, "the challenge and its answer"
    assert asked["lookup", "completed"] == 6, "INVITE, requri and BYE at the pool's address"
    assert asked["sign_in", "completed"] == 2
    assert all(float(row["service_s"]) > 0 and float(row["inbound_wait_s"]) >= 0 for row in operations)
    assert any(row["cpu_s"] for row in operations if row["command"] == "register")
    posts = [row for row in operations if row["command"] == "post"]
    assert len(posts) == 5
    assert all(row["ending"] == "completed" and float(row["store_s"]) > 0 for row in posts)
    assert float(posts[0]["cpu_s"] or 0) >= 0
    commits = table(tmp_path, "commits")
    assert sum(int(row["posts"]) for row in commits) == 5
    assert float(commits[0]["cpu_s"]) > 0
    assert all(row["mirror_s"] == "" for row in commits), "there is no mirror"
    assert [int(row["recipients"]) for row in table(tmp_path, "fan_outs")] == [2] * 5
    assert {row["queue"] for row in table(tmp_path, "reads")} >= {"reads"}
    with (tmp_path / "run" / "report.csv").open() as file:
        rows = {(row["metric"], row["part"]): row for row in csv.DictReader(file) if row["whole_run"] == "true"}
    assert ("service_time", "post") in rows
    assert ("service_time", "register") in rows
    assert ("utilisation", "host") in rows


@SMOKE
def test_a_second_sigterm_ends_at_once_and_still_leaves_the_run_folder(node: Node, tmp_path: Path) -> None:
    node.stop()
    node.flags = (*node.flags, "--out", str(tmp_path / "run"), "--drain", "600")
    node.start()
    ann = chatting(node, "ann", LOBBY)
    assert ann.say(LOBBY, "before").status == 200
    node.terminate()
    assert node.logged("Draining")
    node.terminate()
    assert node.wait() == 0
    assert json.loads((tmp_path / "run" / "run.json").read_text())["interrupted"] is True
    assert [row["ending"] for row in table(tmp_path, "operations") if row["command"] == "post"] == ["completed"]


@SMOKE
def test_the_databases_processes_are_watched_by_a_pid_file(node: Node, tmp_path: Path) -> None:
    node.stop()
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n/var/lib/postgresql\n")
    node.flags = (*node.flags, "--out", str(tmp_path / "run"), "--database-pid", str(pid_file))
    node.start()
    node.stop()
    watched = [row for row in table(tmp_path, "processes") if row["process"] == "database"]
    assert int(watched[0]["processes"]) >= 2, "this process, and the server that it has started"
    assert int(watched[0]["resident_bytes"]) > 0


@pytest.mark.parametrize("value", ["0", "no/such/file", "99999999999999"])
def test_a_database_process_that_is_none_is_bad_input(value: str, tmp_path: Path) -> None:
    command = [str(program("serve", "poolcast-server")), "--data", str(tmp_path / "data"), "--database-pid", value]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert "--database-pid" in ended.stderr


@pytest.mark.flags("--http", "127.0.0.1:0", "--files", "127.0.0.1:0")
def test_calls_of_the_file_service_are_measured(node: Node) -> None:
    ann = chatting(node, "ann", CLUB)
    upload(node, ann, CLUB, b"hello", 5)
    assert metric(node, "poolcast_service_time_seconds_count", "file_transfer") == 2
    assert metric(node, "poolcast_service_time_seconds_count", "file_token") == 1
    assert metric(node, "poolcast_queue_time_seconds_count", "disk") >= 2
    assert metric(node, "poolcast_store_time_seconds_count", "grant_file_token") >= 1


@HTTP
def test_a_tls_handshake_is_measured(node: Node) -> None:
    signed_in(node, "ann", tls=True)
    assert metric(node, "poolcast_service_time_seconds_count", "connect") == 1
    assert metric(node, "poolcast_cpu_time_seconds_count", "connect") == 1
