"""Two real nodes of one pool on one PostgreSQL, linked over TLS by certificates of the pool's own authority, or plainly."""

import contextlib
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from node import DOMAIN, Node

NAMES = ("chat-1", "chat-2")

SCENARIO = """
name: A pool of two
topology:
  name: Two nodes on this machine
  sites:
    - {{name: here, domain: {domain}}}
  front_end_pools:
    - {{name: front, site: here}}
  chat_pools:
    - {{name: chat, site: here, next_hop: front, active: [chat-1, chat-2]}}
  databases:
    - {{holds: content, principal: sql-1}}
  file_store: {{server: files-1}}
  links:
    - {{within: here}}
  deployment:
{deployment}
workload:
  model: performance-user-model
  users: 100
  reference_users: 100
  provisioned_users: 100
  endpoints_per_user: 1
  room_classes:
    - {{name: small, users_per_room: 20, rooms_per_user: 2, posts: 1/s}}
  roster_window: 200ms
horizon: 1min
"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *(str(argument) for argument in arguments)], check=True, capture_output=True)


@dataclass
class Authority:
    """A certificate authority of a pool."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "authority.pem"

    def make(self) -> None:
        self.folder.mkdir(parents=True)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / "authority.key")
        openssl("req", "-x509", *key, "-out", self.certificate, "-days", 2, "-subj", "/CN=Pool authority")

    def sign(self, name: str, file: str = "") -> tuple[Path, Path]:
        """The certificate of the node of that name, and its key."""
        stem = self.folder / (file or name)
        certificate, key, request = stem.with_suffix(".pem"), stem.with_suffix(".key"), stem.with_suffix(".csr")
        names = stem.with_suffix(".names")
        names.write_text(f"subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth,clientAuth\n")
        fresh = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
        openssl("req", *fresh, "-out", request, "-subj", f"/CN={name}")
        signer = ("-CA", self.certificate, "-CAkey", self.folder / "authority.key", "-CAcreateserial")
        openssl("x509", "-req", "-in", request, *signer, "-out", certificate, "-days", 2, "-extfile", names)
        return certificate, key


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cable:
    """What lies between the two nodes: can be cut and mended."""

    to: int
    listener: socket.socket = field(default_factory=socket.socket)
    ends: list[socket.socket] = field(default_factory=list)
    whole: bool = True

    def __post_init__(self) -> None:
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to)) if self.whole else None
            except OSError:
                far = None
            if far is None:
                near.close()
                continue
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def cut(self) -> None:
        self.whole = False
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.ends.clear()

    def mend(self) -> None:
        self.whole = True

    def remove(self) -> None:
        self.cut()
        # Wakes the thread that waits in accept().
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Pool:
    """chat-1 and chat-2. The first calls the second, through a cable of ours."""

    def __init__(self, folder: Path, odbc: str) -> None:
        self.folder = folder
        self.link_ports = {name: free_port() for name in NAMES}
        self.cable = Cable(self.link_ports["chat-2"])
        self.nodes = {name: Node(folder / name, odbc=odbc) for name in NAMES}

    @property
    def one(self) -> Node:
        return self.nodes["chat-1"]

    @property
    def two(self) -> Node:
        return self.nodes["chat-2"]

    def prove_by(self, name: str, authority: Path, certificate: Path, key: Path) -> None:
        """What that node is started with from now on; without this its links are plain."""
        self.nodes[name].flags = self._flags(
            name,
            f", link_authority: {authority}, link_certificate: {certificate}, link_private_key: {{file: {key}}}",
        )

    def _flags(self, name: str, proof: str) -> tuple[str, ...]:
        ports = {**self.link_ports}
        if name == "chat-1":
            ports["chat-2"] = self.cable.port
        deployment = "\n".join(
            f'    - {{node: {each}, link: "127.0.0.1:{port}"{proof if each == name else ""}}}' for each, port in ports.items()
        )
        scenario = self.folder / f"{name}.yaml"
        scenario.write_text(SCENARIO.format(domain=DOMAIN, deployment=deployment))
        plain = () if proof else ("--plain-links",)
        return ("--scenario", str(scenario), "--node", name, "--http", "127.0.0.1:0", *plain)

    def describe(self) -> None:
        """Writes the scenarios, with plain links where nothing else was asked for."""
        for name, node in self.nodes.items():
            node.flags = node.flags or self._flags(name, "")

    def start(self, *, linked: bool = True) -> None:
        self.describe()
        for node in self.nodes.values():
            node.start()
        if linked:
            for node in self.nodes.values():
                assert node.logged("Linked with another node"), "\n".join(node.log)

    def stop(self) -> None:
        for node in self.nodes.values():
            node.stop()
        self.cable.remove()
