#!/usr/bin/env python3
"""PostgreSQL for tests and benchmarks: a cluster of their own in a temporary directory, never the system's service.

    with_postgres.py run -- COMMAND ...    start a cluster, run the command, stop it; the command's exit status is ours
    with_postgres.py start|stop|remove|kill|pause|resume|promote DIR
    with_postgres.py mirror DIR STANDBY    start a synchronous standby of the cluster in DIR, in a directory of its own

The command finds in its environment POOLCAST_POSTGRES_DIR (the cluster's directory), POOLCAST_POSTGRES_ODBC (the connection
string of its database `poolcast`) and POOLCAST_POSTGRES_TOOL (this file). The server listens on a Unix socket in a directory that
only its owner can enter, so it needs no port and no password. PostgreSQL refuses to run as root: then it runs as `postgres` or
`nobody`.
`kill` is SIGKILL to every process of the server at once, `pause` and `resume` are SIGSTOP and SIGCONT.
"""

import argparse
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

PORT = 5432  # only the name of the socket's file
USER = "poolcast"
PQOPT = "target_session_attrs=read-write connect_timeout=2 application_name=poolcast"

# What a test machine has, and durable: a benchmark that does not flush measures nothing.
SETTINGS = f"""
listen_addresses = ''
port = {PORT}
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 100
shared_buffers = 128MB
log_min_messages = warning
"""


def programs() -> Path:
    """The folder of initdb and pg_ctl: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not versions:
        raise SystemExit("PostgreSQL is not installed: apt-get install postgresql-15")
    return versions[-1]


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as, when it cannot be us."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


class Cluster:
    """One PostgreSQL cluster in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.user = server_user()

    def odbc(self, database: str = USER) -> str:
        """The ODBC connection string of a database of this cluster."""
        return (
            f"Driver=psqlodbcw.so;Servername={self.directory};Port={PORT};Database={database};Username={USER};"
            f"Protocol=7.4-0;Pqopt={{{PQOPT}}}"
        )

    def start(self) -> None:
        """Creates the cluster when it is not there; returns when it answers."""
        first = not self.data.exists()
        if first:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.user:
                os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)
            # C.UTF-8: letters of every script are letters, and no locale needs to be installed.
            self._run(
                "initdb", "-N", "-D", self.data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"
            )
            with (self.data / "postgresql.conf").open("a") as stream:
                stream.write(SETTINGS + f"unix_socket_directories = '{self.directory}'\n")
        self._run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "-t", "60", "start")
        if first:
            self._run("createdb", "-h", self.directory, "-p", PORT, "-U", USER, USER)

    def add_database(self, name: str, like: str = "template1") -> None:
        """Another database, with what is in the one that it is like; nobody may be using that one."""
        self._run("createdb", "-h", self.directory, "-p", PORT, "-U", USER, "-T", like, name)

    def mirror(self, standby: "Cluster") -> None:
        """Makes the other one a hot standby of this cluster, and lets every commit here wait until it has flushed."""
        standby.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user:
            os.chown(standby.directory, self.user.pw_uid, self.user.pw_gid)
        source = f"host={self.directory} port={PORT} user={USER} application_name=mirror"
        standby._run("pg_basebackup", "-d", source, "-D", standby.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        with (standby.data / "postgresql.conf").open("a") as stream:
            stream.write(f"unix_socket_directories = '{standby.directory}'\nrecovery_init_sync_method = syncfs\n")
        standby.start()
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.write("synchronous_standby_names = 'mirror'\n")
        self._run("pg_ctl", "-D", self.data, "reload")

    def promote(self) -> None:
        """Makes a standby the primary; returns when it takes writes."""
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "promote")

    def stop(self) -> None:
        """Stops in order; not running is fine."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def signal(self, number: signal.Signals) -> None:
        """To the server and to every process that it has started."""
        server = int((self.data / "postmaster.pid").read_text().split()[0])
        watched = []
        for pid in [server, *children(server)]:
            try:
                watched.append(os.pidfd_open(pid))
                os.kill(pid, number)
            except ProcessLookupError:  # a child that has ended by itself
                continue
        for descriptor in watched:
            # The next server does not start while one of these still holds the shared memory.
            if number == signal.SIGKILL and not select.select([descriptor], [], [], 10)[0]:
                raise SystemExit("the server's processes do not end")
            os.close(descriptor)
        if number == signal.SIGKILL:
            # Where nobody hurries to bury dead processes, the next server would take their number for a living one's.
            for name in ("data/postmaster.pid", f".s.PGSQL.{PORT}.lock", f".s.PGSQL.{PORT}"):
                (self.directory / name).unlink(missing_ok=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(programs() / program), *(str(argument) for argument in arguments)]
        # The server inherits the output: a pipe would stay open for as long as it runs.
        with (self.directory / "output").open("a+") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
                check=False,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
            if done.returncode != 0:
                output.seek(0)
                raise SystemExit(f"{program} failed:\n{output.read()}")


def children(parent: int) -> list[int]:
    """The processes that the parent has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def run(command: Sequence[str]) -> int:
    """Runs the command beside a fresh cluster."""
    directory = Path(tempfile.mkdtemp(prefix="poolcast-pg-"))
    cluster = Cluster(directory)
    try:
        cluster.start()
        environment = {
            **os.environ,
            "POOLCAST_POSTGRES_DIR": str(directory),
            "POOLCAST_POSTGRES_ODBC": cluster.odbc(),
            "POOLCAST_POSTGRES_TOOL": str(Path(__file__).resolve()),
        }
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run").add_argument("command", nargs=argparse.REMAINDER)
    for verb in ("start", "stop", "remove", "kill", "pause", "resume", "promote"):
        verbs.add_parser(verb).add_argument("directory", type=Path)
    mirror = verbs.add_parser("mirror")
    mirror.add_argument("directory", type=Path)
    mirror.add_argument("standby", type=Path)
    arguments = parser.parse_args()
    if arguments.verb == "run":
        command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
        if not command:
            parser.error("run: which command?")
        return run(command)
    cluster = Cluster(arguments.directory)
    if arguments.verb == "start":
        cluster.start()
        print(cluster.odbc())
    elif arguments.verb == "stop":
        cluster.stop()
    elif arguments.verb == "promote":
        cluster.promote()
    elif arguments.verb == "mirror":
        standby = Cluster(arguments.standby)
        cluster.mirror(standby)
        print(standby.odbc())
    elif arguments.verb == "remove":
        cluster.stop()
        shutil.rmtree(arguments.directory, ignore_errors=True)
    else:
        cluster.signal({"kill": signal.SIGKILL, "pause": signal.SIGSTOP, "resume": signal.SIGCONT}[arguments.verb])
    return 0


if __name__ == "__main__":
    sys.exit(main())
