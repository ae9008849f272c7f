"""Stock pidgin-sipe, driven without a screen.

The plugin is Debian's own, loaded through libpurple by harness.c. On an up-to-date Debian 12 it can parse no XML at all: the
security update of libxml2 (2.9.14+dfsg-1.3~deb12u2 and later, CVE-2023-39615) ended a mixture of callbacks that SIPE 1.25 relies
on, whatever a server sends. So the client runs with saxshim.so preloaded, and whatever these tests show about interoperability
holds for stock SIPE with that preload.
"""

import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from node import DOMAIN, PASSWORD, ROOT, Node

PATIENCE_S = 30.0


def build() -> Path:
    """Compiles the harness and the preload; gives back their folder."""
    folder = ROOT / "build" / "clients"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["make", "-s", "-C", str(ROOT / "tests" / "clients"), f"OUT={folder}"], check=True, timeout=120)
    return folder


@dataclass
class StockClient:
    """One libpurple process. `wait` takes the next event with this beginning and forgets those before it."""

    process: subprocess.Popen[str]
    events: queue.Queue[str] = field(default_factory=queue.Queue)
    seen: list[str] = field(default_factory=list)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.put(line.rstrip("\n"))
        self.events.put("END")

    def do(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, *beginning: str) -> list[str]:
        wanted = list(beginning)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                event = self.events.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"no {wanted} after\n" + "\n".join(self.seen)) from None
            self.seen.append(event)
            fields = event.split("\t")
            if fields[: len(wanted)] == wanted:
                return fields
            if event == "END":
                raise EOFError(f"no {wanted} before the client ended:\n" + "\n".join(self.seen))

    def until(self, *ends: str) -> list[list[str]]:
        """All events up to one of these names."""
        events: list[list[str]] = []
        while not events or events[-1][0] not in ends:
            events.append(self.wait())
        return events

    def stop(self) -> None:
        if self.process.poll() is None:
            self.do("quit")
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()


Start = Callable[..., StockClient]  # of a user, optionally with a password


def start(programs: Path, node: Node, profile: Path, user: str, *, scheme: str, password: str = PASSWORD) -> StockClient:
    trusted = profile / "certificates" / "x509" / "tls_peers"
    trusted.mkdir(parents=True)
    shutil.copy(node.certificate, trusted / "127.0.0.1")
    settings = [f"server=127.0.0.1:{node.ports['TLS']}", "transport=tls", "reconnect_ms=300"]
    if scheme == "ntlm":
        settings.append("authentication=ntlm")
    address = f"{user}@{DOMAIN}"
    command = [str(programs / "harness"), str(profile), f"{address},{address}", password, *settings]
    environment = dict(os.environ, LD_PRELOAD=str(programs / "saxshim.so"), HOME=str(profile), LANG="C.UTF-8")
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    client = StockClient(process)
    threading.Thread(target=client._read, daemon=True).start()
    return client
