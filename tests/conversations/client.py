"""A client that speaks as pidgin-sipe does: dialogs without branches, INFOs answered at once, posts shown when they come back.

Waiting is always for something: `reply`, `notice`, `post` and `answer` take the next message of their kind and keep the others
for whoever asks for them.
"""

import hashlib
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from node import DOMAIN, PASSWORD, Node, Room
from sip_wire import PATIENCE_S, Message, Wire, message_bytes

NAMESPACE = "{urn:parlano:xml:ns:xccos}"
numbers = itertools.count(1)


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def digest(challenge: str, login: str, password: str, uri: str = "(null)") -> str:
    """The value of Proxy-Authorization; the uri as pidgin-sipe sends it."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    ha1 = md5(f"{login}:{asked['realm']}:{password}")
    response = md5(f"{ha1}:{asked['nonce']}:00000001:c0ffee:auth:{md5(f'REGISTER:{uri}')}")
    return (
        f'Digest username="{login}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", qop=auth, nc=00000001, '
        f'cnonce="c0ffee", response="{response}", algorithm=MD5'
    )


def envelope(inside: str, envid: int = 1) -> str:
    return f'<xccos ver="1" envid="{envid}" xmlns="urn:parlano:xml:ns:xccos">{inside}</xccos>'


def command(name: str, data: str = "") -> str:
    return envelope(f'<cmd id="cmd:{name}" seqid="1"><data>{data}</data></cmd>', next(numbers))


def grpchat(room: Room, text: str, attributes: str = "") -> str:
    claimed = f'author="sip:nobody@{DOMAIN}" ts="2000-01-01T00:00:00Z"'  # which the server does not believe
    begin = f'<grpchat id="grpchat" seqid="1" chanUri="{room.uri}" {claimed} {attributes}>'
    return envelope(f"{begin}<chat>{escape(text)}</chat></grpchat>", next(numbers))


@dataclass
class Reply:
    """A `rpl`."""

    element: ET.Element

    @property
    def code(self) -> int:
        return int(self.element.find(f"{NAMESPACE}resp").get("code", "0"))  # type: ignore[union-attr]

    @property
    def text(self) -> str:
        return self.element.findtext(f"{NAMESPACE}resp", "")

    def all(self, name: str) -> list[ET.Element]:
        return list(self.element.iter(NAMESPACE + name))

    def attributes(self, element: str, attribute: str) -> list[str]:
        return [each.get(attribute, "") for each in self.all(element)]

    def chats(self) -> list[str]:
        return [each.text or "" for each in self.all("chat")]


@dataclass
class Dialog:
    """One INVITE's dialog."""

    uri: str
    call_id: str
    tag: str
    remote_tag: str = ""
    target: str = ""
    cseq: int = 1


@dataclass
class Client:
    """One device of one user on one connection."""

    node: Node
    user: str
    wire: Wire
    epid: str = "01010101"
    kept: list[Message] = field(default_factory=list)
    chat: Dialog | None = None
    register_cseq: int = 0
    unknown_dialogs: set[str] = field(default_factory=set)  # Call-IDs whose requests are answered 481

    @property
    def address(self) -> str:
        return f"sip:{self.user}@{DOMAIN}"

    @property
    def from_header(self) -> str:
        return f"<{self.address}>"

    # --- messages ---

    def send(self, start: str, headers: list[tuple[str, str]], body: str = "") -> None:
        self.wire.send(message_bytes(start, [("Via", "SIP/2.0/tcp 127.0.0.1:36688"), *headers], body))

    def take(self, wanted: Callable[[Message], bool], patience_s: float = PATIENCE_S) -> Message:
        """The first message that is wanted; INFOs of the server are answered as they come."""
        for at, message in enumerate(self.kept):
            if wanted(message):
                return self.kept.pop(at)
        while True:
            message = self.wire.receive(patience_s)
            if message.status == 0:
                self.accept(message)
            if wanted(message):
                return message
            self.kept.append(message)

    def accept(self, request: Message) -> None:
        copied = [(name, request.header(name)) for name in ("Via", "From", "To", "Call-ID", "CSeq")]
        known = request.header("Call-ID") not in self.unknown_dialogs
        status = "200 OK" if known else "481 Call/Transaction Does Not Exist"
        self.wire.send(message_bytes(f"SIP/2.0 {status}", copied))

    def answer(self, method: str, cseq: int, call_id: str | None = None) -> Message:
        """The final answer to a request of ours."""
        return self.take(
            lambda m: m.status >= 200 and m.method == method and m.cseq == cseq and call_id in (None, m.header("Call-ID"))
        )

    def hears_nothing(self) -> bool:
        """Whether no request of the server is waiting: an OPTIONS there and back leaves time for what was on its way."""
        cseq = next(numbers)
        self.send("OPTIONS " + self.address + " SIP/2.0", self.out_of_dialog("OPTIONS", cseq))
        self.answer("OPTIONS", cseq)
        return not any(message.status == 0 for message in self.kept)

    def out_of_dialog(self, method: str, cseq: int) -> list[tuple[str, str]]:
        return [
            ("From", f"{self.from_header};tag=out;epid={self.epid}"),
            ("To", f"<{self.address}>"),
            ("Call-ID", f"out-{cseq}"),
            ("CSeq", f"{cseq} {method}"),
        ]

    # --- sign-in ---

    def register(self, extra: list[tuple[str, str]], expires: int = 7200) -> Message:
        """One REGISTER and its answer. A repetition with credentials keeps CSeq and branch, as pidgin-sipe does."""
        if not extra:
            self.register_cseq += 1
        self.send(f"REGISTER sip:{DOMAIN} SIP/2.0", [*self.register_headers(expires), *extra])
        return self.answer("REGISTER", self.register_cseq)

    def register_headers(self, expires: int) -> list[tuple[str, str]]:
        return [
            ("From", f"{self.from_header};tag=4996;epid={self.epid}"),
            ("To", self.from_header),
            ("Call-ID", "register-1"),
            ("CSeq", f"{self.register_cseq} REGISTER"),
            ("Contact", f'<sip:127.0.0.1:36688;transport=tls>;proxy=replace;+sip.instance="<urn:uuid:{room_like(self.epid)}>"'),
            ("Event", "registration"),
            ("Expires", str(expires)),
        ]

    def sign_in(self, password: str = PASSWORD) -> Message:
        """The last answer of a sign-in by Digest."""
        challenged = self.register([])
        assert challenged.status == 407
        login = f"{self.user}@{DOMAIN}"
        return self.register([("Proxy-Authorization", digest(challenged.header("Proxy-Authenticate"), login, password))])

    # --- dialogs ---

    def subscribe(self, event: str) -> Message:
        cseq = next(numbers)
        headers = [*self.out_of_dialog("SUBSCRIBE", cseq), ("Event", event), ("Expires", "0"), ("Contact", f"<{self.address}>")]
        self.send(f"SUBSCRIBE {self.address} SIP/2.0", headers)
        return self.answer("SUBSCRIBE", cseq)

    def invite(self, uri: str) -> tuple[Message, Dialog]:
        dialog = Dialog(uri, f"call-{next(numbers)}", f"t{next(numbers)}")
        headers = [*self.in_dialog(dialog, "INVITE"), ("Contact", f"<{self.address};opaque=user:epid:x;gruu>")]
        self.send(f"INVITE {uri} SIP/2.0", [*headers, ("Content-Type", "application/sdp")], "v=0\r\n")
        answered = self.answer("INVITE", 1, dialog.call_id)
        if answered.status == 200:
            dialog.remote_tag = answered.header("To").partition(";tag=")[2]
            dialog.target = answered.header("Contact").strip("<>")
            self.send(f"ACK {dialog.target} SIP/2.0", self.in_dialog(dialog, "ACK"))
        return answered, dialog

    def in_dialog(self, dialog: Dialog, method: str) -> list[tuple[str, str]]:
        remote = f"<{dialog.uri}>" + (f";tag={dialog.remote_tag}" if dialog.remote_tag else "")
        return [
            ("From", f"{self.from_header};tag={dialog.tag};epid={self.epid}"),
            ("To", remote),
            ("Call-ID", dialog.call_id),
            ("CSeq", f"{dialog.cseq} {method}"),
        ]

    def request(self, method: str, dialog: Dialog | None = None, body: str = "", content_type: str = "text/plain") -> int:
        """Sends a request in a dialog, by default the chat's, and gives back its CSeq."""
        dialog = dialog or self.chat
        assert dialog is not None
        dialog.cseq += 1
        typed = [("Content-Type", content_type)] if body else []
        self.send(f"{method} {dialog.target} SIP/2.0", [*self.in_dialog(dialog, method), *typed], body)
        return dialog.cseq

    def open_chat(self) -> None:
        """From the pool's address to the node's, as every client finds its way."""
        answered, pool = self.invite(f"sip:chat@{DOMAIN}")
        assert answered.status == 200
        cseq = self.request("INFO", pool, command("requri"))
        assert self.answer("INFO", cseq).status == 200
        node_uri = self.reply("requri").attributes("uib", "uri")[0]
        cseq = self.request("BYE", pool)
        assert self.answer("BYE", cseq).status == 200
        answered, self.chat = self.invite(node_uri)
        assert answered.status == 200

    # --- XCCOS ---

    def info(self, body: str) -> Message:
        """An INFO in the chat and its final answer."""
        assert self.chat is not None
        return self.answer("INFO", self.request("INFO", None, body), self.chat.call_id)

    def ask(self, name: str, data: str = "") -> Reply:
        """A command that is accepted, and its reply."""
        assert self.info(command(name, data)).status == 200
        return self.reply(name)

    def enter(self, *rooms: Room) -> Reply:
        chanids = "".join(f'<chanid key="{i}" domain="{DOMAIN}" value="{room.id}"/>' for i, room in enumerate(rooms))
        return self.ask("join" if len(rooms) == 1 else "bjoin", chanids)

    def leave(self, room: Room) -> Reply:
        return self.ask("part", f"<chanib uri={quoteattr(room.uri)}/>")

    def say(self, room: Room, text: str, attributes: str = "") -> Message:
        return self.info(grpchat(room, text, attributes))

    def history(self, room: Room, query: str = '<last cnt="25"/>', name: str = "bccontext") -> Reply:
        return self.ask(name, f"<chanib uri={quoteattr(room.uri)}/><bcq>{query}</bcq>")

    def element(self, wanted: Callable[[ET.Element], bool], patience_s: float = PATIENCE_S) -> ET.Element:
        """The first wanted child of an envelope that the server sends."""
        message = self.take(lambda m: m.status == 0 and any(wanted(child) for child in ET.fromstring(m.body)), patience_s)
        return next(child for child in ET.fromstring(message.body) if wanted(child))

    def reply(self, name: str) -> Reply:
        return Reply(self.element(lambda element: element.get("id") == f"rpl:{name}"))

    def notice(self, *names: str) -> Reply:
        return Reply(self.element(lambda element: element.get("id", "")[4:] in names and element.tag == NAMESPACE + "ntc"))

    def post(self) -> ET.Element:
        return self.element(lambda element: element.tag == NAMESPACE + "grpchat")

    def hears(self, text: str) -> ET.Element:
        """The next post, which must say this."""
        heard = self.post()
        assert heard.findtext(f"{NAMESPACE}chat") == text
        return heard


def room_like(epid: str) -> str:
    """A UUID made of an epid."""
    return f"{epid}-0000-4000-8000-000000000000"


def connect(node: Node, user: str, *, tls: bool = False, epid: str = "01010101") -> Client:
    return Client(node, user, node.wire(tls=tls), epid)


def signed_in(node: Node, user: str, *, tls: bool = False, epid: str = "01010101") -> Client:
    client = connect(node, user, tls=tls, epid=epid)
    assert client.sign_in().status == 200
    return client


def chatting(node: Node, user: str, *rooms: Room, tls: bool = False, epid: str = "01010101") -> Client:
    """Signed in, with a chat dialog, in these rooms."""
    client = signed_in(node, user, tls=tls, epid=epid)
    client.open_chat()
    if rooms:
        assert client.enter(*rooms).code == 200
    return client
