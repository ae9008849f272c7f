"""SIP on a socket, as plainly as a test needs it: bytes out, messages in, every wait with a deadline."""

import socket
import ssl
from dataclasses import dataclass, field

# What a test waits for arrives within this on a slow machine, or not at all.
PATIENCE_S = 20.0


class ClosedError(Exception):
    """The server ended the connection."""


@dataclass
class Message:
    """One SIP message."""

    start: str
    headers: list[tuple[str, str]]
    body: str = ""

    @property
    def status(self) -> int:
        """Of a response; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def reason(self) -> str:
        return self.start.split(" ", 2)[2]

    @property
    def method(self) -> str:
        """Of a response: the method it answers."""
        return self.header("CSeq").split()[1]

    @property
    def cseq(self) -> int:
        return int(self.header("CSeq").split()[0])

    def header(self, name: str, otherwise: str = "") -> str:
        return next((value for known, value in self.headers if known.lower() == name.lower()), otherwise)

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]


def message_bytes(start: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """A message with its Content-Length."""
    encoded = body.encode()
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(encoded)}", "", ""]
    return "\r\n".join(lines).encode() + encoded


@dataclass
class Wire:
    """One connection to the server."""

    connection: socket.socket
    received: bytes = b""
    closed: bool = field(default=False)

    @classmethod
    def tcp(cls, port: int) -> "Wire":
        return cls(socket.create_connection(("127.0.0.1", port), PATIENCE_S))

    @classmethod
    def tls(cls, port: int, certificate: str, version: ssl.TLSVersion | None = None) -> "Wire":
        context = ssl.create_default_context(cafile=certificate)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        return cls(context.wrap_socket(plain, server_hostname="localhost"))

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def _more(self, patience_s: float) -> None:
        self.connection.settimeout(patience_s)
        try:
            data = self.connection.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            data = b""
        if not data:
            self.closed = True
            raise ClosedError
        self.received += data

    def receive(self, patience_s: float = PATIENCE_S) -> Message:
        """The next message; TimeoutError when none comes, ClosedError when none can come any more."""
        while b"\r\n\r\n" not in self.received:
            self._more(patience_s)
        head, _, _ = self.received.partition(b"\r\n\r\n")
        start, *lines = head.decode().split("\r\n")
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        message = Message(start, headers)
        size = int(message.header("Content-Length", "0"))
        while len(self.received) < len(head) + 4 + size:
            self._more(patience_s)
        message.body = self.received[len(head) + 4 : len(head) + 4 + size].decode()
        self.received = self.received[len(head) + 4 + size :]
        return message

    def wait_for_close(self, patience_s: float = PATIENCE_S) -> None:
        """Until the server ends the connection; what it still sends is thrown away."""
        try:
            while True:
                self._more(patience_s)
        except ClosedError:
            return

    def close(self) -> None:
        self.connection.close()
