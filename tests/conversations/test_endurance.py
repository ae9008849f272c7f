"""What a client does wrong or slowly, and how the server ends."""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import chatting, command, connect, signed_in
from node import DOMAIN, LOBBY, Node, program
from sip_wire import ClosedError, Wire
from test_operations import metric


def test_keep_alives_want_no_answer(node: Node) -> None:
    client = signed_in(node, "ann")
    client.wire.send(b"\r\n\r\n")
    assert client.hears_nothing()


def test_a_request_may_come_in_any_pieces(node: Node) -> None:
    client = connect(node, "ann")
    whole = client.wire
    sent = bytearray()

    class Slow(Wire):
        def send(self, data: bytes) -> None:
            sent.extend(data)
            for at in range(0, len(data), 7):
                whole.connection.sendall(data[at : at + 7])

    client.wire = Slow(whole.connection)
    assert client.sign_in().status == 200
    assert sent


def refused(node: Node, data: bytes) -> int:
    """The status of the answer, 0 for none; the connection must end."""
    wire = node.wire()
    wire.send(data)
    try:
        status = wire.receive().status
    except ClosedError:
        return 0
    wire.wait_for_close()
    return status


HEAD = "Via: SIP/2.0/TCP x\r\nFrom: <sip:ann@lab.example>;tag=1\r\nTo: <sip:x@lab.example>\r\nCall-ID: c\r\nCSeq: 1 INFO\r\n"


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("Content-Length: 99999999\r\n\r\n", 413),
        ("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 0),
        ("Content-Length: -1\r\n\r\n", 0),
        ("Content-Type: text/plain\r\n\r\n", 400),
        ("X: " + "x" * 20000 + "\r\n\r\n", 0),
        ("".join(f"X{i}: y\r\n" for i in range(200)) + "\r\n", 0),
        ("X: y\n\r\n", 0),
    ],
    ids=[
        "body too large",
        "two lengths",
        "negative length",
        "type without length",
        "head too large",
        "too many headers",
        "bare LF",
    ],
)
def test_what_cannot_be_framed_ends_the_connection(node: Node, rest: str, status: int) -> None:
    assert refused(node, f"INFO sip:x@{DOMAIN} SIP/2.0\r\n{HEAD}{rest}".encode()) == status
    assert signed_in(node, "bo").subscribe("vnd-microsoft-provisioning-v2").status == 200, "others do not notice"


def test_a_message_that_is_framed_and_malformed_is_400_and_the_connection_goes_on(node: Node) -> None:
    client = signed_in(node, "ann")
    client.wire.send(f"INFO sip:x@{DOMAIN} SIP/2.0\r\n{HEAD}X: a\x01b\r\n\r\n".encode())
    assert client.take(lambda m: m.status > 0).status == 400
    assert client.hears_nothing()


@pytest.mark.flags("--patience", "1.5")
def test_slow_and_silent_clients_are_shed(node: Node) -> None:
    """Half-open connections, a message that drips, a client that stays silent: all end at their deadlines."""
    silent, tls_silent = node.wire(), Wire(node.wire().connection)
    dripping = signed_in(node, "ann").wire
    dripping.send(b"INFO sip:x")
    began = time.monotonic()
    with ThreadPoolExecutor() as pool:
        for waited in [pool.submit(wire.wait_for_close, 45) for wire in (silent, tls_silent, dripping)]:
            waited.result()
    assert time.monotonic() - began > 1, "not at once: a slow network is no attack"


@pytest.mark.flags("--patience", "1.5")
def test_a_client_without_a_tls_handshake_is_shed(node: Node) -> None:
    Wire.tcp(node.ports["TLS"]).wait_for_close(25)


def test_sigterm_drains_what_is_in_flight_and_ends(node: Node) -> None:
    node.stop()
    node.flags = ("--drain", "1")
    node.start()
    clients = [chatting(node, user, LOBBY) for user in ("ann", "bo", "cy")]
    assert clients[0].say(LOBBY, "before").status == 200
    node.terminate()
    assert node.logged("Draining")
    with pytest.raises(OSError, match="refused"):
        node.wire()
    for client in clients:
        client.wire.wait_for_close()
    assert node.wait() == 0
    node.start()
    assert chatting(node, "bo", LOBBY).history(LOBBY).chats() == ["before"]


def test_plain_tcp_is_refused_beyond_the_loopback(node: Node) -> None:
    command = [str(program("serve", "poolcast-server")), "--data", str(node.data), "--tcp", "0.0.0.0:0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert "loopback" in ended.stderr
    assert "--tcp" in ended.stderr


def test_more_requests_than_the_rate_allows_are_answered_503(node: Node) -> None:
    client = chatting(node, "ann")
    body = '<xccos ver="1" envid="1" xmlns="urn:parlano:xml:ns:xccos"><cmd id="cmd:getinv" seqid="1"/></xccos>'
    for _ in range(3000):
        client.request("INFO", None, body)
    statuses = [client.take(lambda m: m.status > 0 and m.method == "INFO").status for _ in range(3000)]
    assert statuses[0] == 200
    assert 503 in statuses


def test_a_refusal_reaches_a_client_that_is_still_sending(node: Node) -> None:
    """Closing over what was not read would reset the connection and take the 413 away."""
    wire = node.wire()
    head = f"INFO sip:x@{DOMAIN} SIP/2.0\r\n{HEAD}Content-Type: text/plain\r\nContent-Length: 3000000\r\n\r\n"
    wire.send(head.encode() + b"x" * 3_000_000)
    assert wire.receive().status == 413
    assert wire.connection.recv(1) == b"", "the end, not a reset"


@pytest.mark.flags("--address-connections", "3", "--http", "127.0.0.1:0")
def test_one_address_cannot_take_all_places(node: Node) -> None:
    idle = [node.wire() for _ in range(3)]
    with pytest.raises(ClosedError):
        node.wire().receive()
    assert metric(node, "poolcast_turned_away_total", why="address_connections") == 1
    idle[0].close()
    until = time.monotonic() + 20
    while time.monotonic() < until:  # the server hears of the end a moment later
        try:
            client = signed_in(node, "ann")
            break
        except (ClosedError, OSError):
            continue
    assert node.wire(), "who has signed in does not count"
    assert client.hears_nothing()


def test_each_listener_names_itself(node: Node) -> None:
    for tls, transport in ((True, "TLS"), (False, "TCP")):
        client = chatting(node, "ann", tls=tls)
        assert client.info(command("getinv")).status == 200
        info = client.take(lambda m: m.status == 0)
        port = node.ports["TLS" if tls else "plain TCP"]
        assert info.header("Via").startswith(f"SIP/2.0/{transport} 127.0.0.1:{port}")
        assert client.chat is not None
        assert str(port) in client.chat.target
