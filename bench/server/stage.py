"""What a benchmark stands on: a database, the server, and a fleet of clients that takes orders."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from machine import Use, use_of_tree

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "postgres"))

from with_postgres import Cluster  # noqa: E402

DOMAIN = "corp.example"
READY_WITHIN_S = 60


class FailedError(Exception):
    """A row cannot be measured: the sentence says why."""


class Programs:
    """Where the programs of a build are."""

    def __init__(self, build: Path) -> None:
        server = build / "reference-server"
        self.server = server / "serve" / "poolcast-server"
        self.admin = server / "admin" / "poolcast-admin"
        self.load = server / "loadgen" / "poolcast-load"
        self.bare = build / "bench" / "server" / "bare_fanout"

    def missing(self) -> list[Path]:
        """Those that are not built."""
        return [path for path in (self.server, self.admin, self.load, self.bare) if not path.exists()]


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Database:
    """The content database of one server: PostgreSQL in a cluster of its own, or SQLite inside the server."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.cluster: Cluster | None = None

    def start(self) -> None:
        """Creates the cluster at the first time; returns when it answers."""
        if self.kind == "postgresql":
            self.cluster = self.cluster or Cluster(self.folder / "postgresql")
            self.cluster.start()

    def connection(self) -> str | None:
        """The ODBC connection string; None for the server's own."""
        return self.cluster.odbc() if self.cluster else None

    def process(self) -> int | None:
        """The process from which all others of the database descend."""
        if self.cluster is None:
            return None
        return int((self.cluster.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """SIGKILL to all of it at once."""
        if self.cluster is None:
            raise FailedError("SQLite lives in the server and dies with it")
        self.cluster.signal(signal.SIGKILL)

    def stop(self) -> None:
        """In order."""
        if self.cluster is not None:
            self.cluster.stop()


class Server:
    """poolcast-server on a database, on one port of the loopback."""

    def __init__(self, programs: Programs, scenario: Path, folder: Path, database: Database, *, tls: bool) -> None:
        self.programs, self.scenario, self.folder, self.database, self.tls = programs, scenario, folder, database, tls
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Its folder of keys, certificate and embedded database."""
        return self.folder / "data"

    def populate(self, users: int | None) -> None:
        """Writes users and rooms of the scenario into the database."""
        self.data.mkdir(exist_ok=True)
        password = self.password_file()
        lines = self.folder / "population.jsonl"
        changes = [f"--set=workload.users={users}", f"--set=workload.reference_users={users}"] if users else []
        common = [str(self.scenario), f"--library={TOP / 'scenarios'}", f"--password-file={password}", *changes]
        run([str(self.programs.load), "prepare", *common, f"--out={lines}"])
        odbc = self.database.connection()
        where = [f"--data={self.data}", f"--domain={DOMAIN}", *([f"--odbc={odbc}"] if odbc else [])]
        run([str(self.programs.admin), "import", str(lines), *where])

    def password_file(self) -> Path:
        """All users have one password."""
        path = self.folder / "password"
        path.write_text("benchmark-1\n")
        path.chmod(0o600)
        return path

    def start(self) -> None:
        """Returns when it accepts connections."""
        odbc = self.database.connection()
        listen = f"127.0.0.1:{self.port}"
        command = [
            str(self.programs.server),
            *(f"--scenario={self.scenario}", "--node=chat-1", f"--library={TOP / 'scenarios'}", f"--data={self.data}"),
            *([f"--listen={listen}"] if self.tls else ["--no-tls", f"--tcp={listen}"]),
            *([f"--odbc={odbc}"] if odbc else []),
            "--quiet",
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_WITHIN_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self.process.poll() is not None:
                raise FailedError(f"the server ended with {self.process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise FailedError(f"the server does not listen after {READY_WITHIN_S} s: {self.last_words()}")
            time.sleep(0.005)

    def last_words(self) -> str:
        """The end of its log."""
        text = (self.folder / "server.log").read_text(errors="replace")
        return " / ".join(text.splitlines()[-3:])

    def certificate(self) -> Path:
        """What clients shall trust."""
        found = sorted(path for path in (self.data / "tls").glob("*.pem") if "key" not in path.name)
        if not found:
            raise FailedError("the server made no certificate")
        return found[0]

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """At once, but in order."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)  # the second time it does not wait for clients to move
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()

    def use(self) -> Use:
        """Of the server alone."""
        return use_of_tree(self.process.pid if self.process else None)

    def use_with_database(self) -> Use:
        """Of the server and of its database."""
        return self.use() + use_of_tree(self.database.process())


class Fleet:
    """poolcast-load drive: clients that take orders, one JSON object a line."""

    def __init__(self, server: Server, users: int | None) -> None:
        changes = [f"--set=workload.users={users}", f"--set=workload.reference_users={users}"] if users else []
        secure = ["--tls", f"--ca={server.certificate()}"] if server.tls else []
        command = [
            *(str(server.programs.load), "drive", str(server.scenario), f"--library={TOP / 'scenarios'}"),
            *(f"--server=127.0.0.1:{server.port}", f"--domain={DOMAIN}", f"--password-file={server.password_file()}"),
            *changes,
            *secure,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.clients = int(self.hear()["clients"])

    def say(self, do: str, **more: object) -> None:
        """Gives an order without waiting for it to be carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next line that it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise FailedError(f"the load generator ended with {self.process.wait()}")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def order(self, do: str, **more: object) -> dict[str, Any]:
        """Gives an order and waits; FailedError when it could not be carried out in time."""
        self.say(do, **more)
        return self.done(do)

    def done(self, do: str) -> dict[str, Any]:
        """The answer to an order that was given."""
        heard = self.hear()
        while "mark" in heard:
            heard = self.hear()
        if not heard["complete"]:
            raise FailedError(
                f"{do}: {heard['ready']} of {heard['clients']} clients are in after {heard['seconds']:.0f} s; {heard['reason']}"
            )
        return heard

    def close(self) -> None:
        """Ends it."""
        if self.process.poll() is None:
            with suppress(OSError, ValueError):
                self.say("quit")
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Stage:
    """A database with the population of a scenario, a server on it and, on demand, clients. Used in a `with`."""

    def __init__(self, programs: Programs, scenario: str, database: str, *, tls: bool, users: int | None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="poolcast-bench-"))
        self.folder.chmod(0o711)  # PostgreSQL as another user passes through
        self.database = Database(database, self.folder)
        self.server = Server(programs, TOP / "bench" / "server" / f"{scenario}.yaml", self.folder, self.database, tls=tls)
        self.users = users
        self.fleet: Fleet | None = None

    def __enter__(self) -> Stage:
        try:
            self.database.start()
            self.server.populate(self.users)
            self.server.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self.server.stop()
        with suppress(SystemExit):  # a cluster that was killed and not restarted
            self.database.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def clients(self) -> Fleet:
        """The clients, signed out at first."""
        if self.fleet is None:
            self.fleet = Fleet(self.server, self.users)
        return self.fleet

    def leave(self) -> None:
        """Ends the clients."""
        if self.fleet is not None:
            self.fleet.close()
            self.fleet = None


def run(command: list[str]) -> str:
    """Runs a program to its end; FailedError with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0:
        raise FailedError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout
