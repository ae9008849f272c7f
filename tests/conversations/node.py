"""A real poolcast-server with its own folder and ports, filled by poolcast-admin, ended with the test."""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sip_wire import PATIENCE_S, Wire

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = "lab.example"
PASSWORD = "Secret-123"


def program(folder: str, name: str) -> Path:
    """A program of ours: of the build in POOLCAST_BUILD, else of the newest among the usual builds."""
    chosen = os.environ.get("POOLCAST_BUILD")
    builds = [Path(chosen)] if chosen else [ROOT / "build" / preset for preset in ("release", "dev", "asan")]
    found = [path for path in (build / "reference-server" / folder / name for build in builds) if path.exists()]
    if not found:
        raise FileNotFoundError(f"{name} is not built: cmake --workflow --preset release")
    return max(found, key=lambda path: path.stat().st_mtime)


def room_id(number: int) -> str:
    return f"61634b1b-3e3c-4b8f-8b36-{number:012d}"


@dataclass
class Room:
    """A room of the tests' lab."""

    name: str
    id: str
    privacy: str = "open"
    auditorium: bool = False
    members: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    presenters: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        return f"ma-chan://{DOMAIN}/{self.id}"


LOBBY = Room("Lobby", room_id(1))
CLUB = Room("Club", room_id(2), privacy="closed", members=("ann", "bo"), managers=("ann",))
CELLAR = Room("Cellar", room_id(3), privacy="secret", members=("ann",))
STAGE = Room("Stage", room_id(4), auditorium=True, members=("ann", "bo"), presenters=("ann",))
ROOMS = (LOBBY, CLUB, CELLAR, STAGE)
USERS = ("ann", "bo", "cy", "dee", "eve")


def content() -> str:
    """The lab's users and rooms, as poolcast-admin imports them."""
    lines: list[dict[str, object]] = [{"user": user, "display": user.capitalize(), "password": PASSWORD} for user in USERS]
    lines.append({"category": "General", "id": room_id(99), "description": ""})
    lines += [
        {
            "room": room.name,
            "id": room.id,
            "category": "General",
            "privacy": room.privacy,
            "auditorium": room.auditorium,
            "members": room.members,
            "managers": room.managers,
            "presenters": room.presenters,
        }
        for room in ROOMS
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


@dataclass
class Node:
    """One server process. `start()` may be called again after `stop()` or `kill()`: folder and ports stay."""

    folder: Path
    flags: tuple[str, ...] = ()
    odbc: str = ""  # of a database that it does not have for itself
    process: subprocess.Popen[str] | None = None
    log: list[str] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def certificate(self) -> str:
        return str(self.data / "tls" / "server.pem")

    def admin(self, *arguments: str) -> str:
        """What poolcast-admin says."""
        command = [str(program("admin", "poolcast-admin")), "--data", str(self.data), "--domain", DOMAIN]
        command += [*(["--odbc", self.odbc] if self.odbc else []), *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if ended.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, parents=True)
        lines, password = self.folder / "content.jsonl", self.folder / "password"
        lines.write_text(content())
        password.write_text(PASSWORD)
        password.chmod(0o600)
        self.admin("import", str(lines))
        self.admin("user", "add", "boss", "--administrator", "--password-file", str(password))

    def copy_content(self, prepared: Path) -> None:
        shutil.copytree(prepared, self.data)

    def start(self) -> None:
        # The ports of its first start, so that its clients find it again.
        tls, tcp = (f"127.0.0.1:{self.ports.get(kind, 0)}" for kind in ("TLS", "plain TCP"))
        command = [str(program("serve", "poolcast-server")), "--data", str(self.data), "--domain", DOMAIN]
        command += ["--listen", tls, "--tcp", tcp]
        command += ["--odbc", self.odbc] if self.odbc else []
        self.log = []
        self.process = subprocess.Popen([*command, *self.flags], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        ready = threading.Event()
        threading.Thread(target=self._read_log, args=(self.process, self.log, ready), daemon=True).start()
        if not ready.wait(PATIENCE_S) or self.process.poll() is not None:
            raise RuntimeError("poolcast-server did not start:\n" + "\n".join(self.log))

    def _read_log(self, process: subprocess.Popen[str], log: list[str], ready: threading.Event) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(line.rstrip())
            found = re.search(
                r'message="Listening for (TLS|plain TCP|HTTP|files)[^"]*".* address=(?:https://)?127\.0\.0\.1:(\d+)', line
            )
            if found:
                self.ports[found[1]] = int(found[2])
            if 'message="The node is ready."' in line:
                ready.set()
        ready.set()

    def wire(self, *, tls: bool = False) -> Wire:
        wire = Wire.tls(self.ports["TLS"], self.certificate) if tls else Wire.tcp(self.ports["plain TCP"])
        self.wires.append(wire)
        return wire

    def terminate(self) -> None:
        """SIGTERM, without waiting."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def wait(self, patience_s: float = PATIENCE_S) -> int:
        assert self.process is not None
        return self.process.wait(patience_s)

    def stop(self) -> None:
        for wire in self.wires:
            wire.close()
        self.wires.clear()
        if self.process is not None and self.process.poll() is None:
            self.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def logged(self, words: str, patience_s: float = PATIENCE_S) -> bool:
        """Whether a line with these words is in the log, or comes soon."""
        until = time.monotonic() + patience_s
        pause = threading.Event()
        while not any(words in line for line in self.log):
            if time.monotonic() > until:
                return False
            pause.wait(0.01)
        return True
