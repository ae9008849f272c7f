"""A client that signs in by NTLMv2 and signs every request, as the product's own clients do. MD4 and RC4 are written out here,
because OpenSSL 3 keeps them from Python."""

import base64
import hashlib
import hmac
import re
import struct
from dataclasses import dataclass

from client import Client
from node import DOMAIN, PASSWORD
from sip_wire import Message

REALM = "SIP Communications Service"
MASK = 0xFFFFFFFF


def md4(data: bytes) -> bytes:
    """RFC 1320."""
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data))
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    rounds = (
        (lambda x, y, z: (x & y) | (~x & z), 0, range(16), (3, 7, 11, 19)),
        (lambda x, y, z: (x & y) | (x & z) | (y & z), 0x5A827999, [4 * (i % 4) + i // 4 for i in range(16)], (3, 5, 9, 13)),
        (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
    )
    for begin in range(0, len(padded), 64):
        words = struct.unpack("<16I", padded[begin : begin + 64])
        a, b, c, d = state
        for mix, constant, order, shifts in rounds:
            for at, word in enumerate(order):
                turned = (a + (mix(b, c, d) & MASK) + words[word] + constant) & MASK
                shift = shifts[at % 4]
                a, b, c, d = d, ((turned << shift) | (turned >> (32 - shift))) & MASK, b, c
        state = [(old + new) & MASK for old, new in zip(state, (a, b, c, d), strict=True)]
    return struct.pack("<4I", *state)


def rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) & 255])
    return bytes(out)


def hmac_md5(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.md5).digest()


@dataclass
class Keys:
    """Of one handshake."""

    exported: bytes
    opaque: str
    target: str
    number: int = 0  # of our last signature

    def signature(self, side: str, text: str) -> str:
        """`side`: client-to-server, or server-to-client."""
        purpose = b"session key to " + side.encode()
        signing = hashlib.md5(self.exported + purpose + b" signing key magic constant\0").digest()
        sealing = hashlib.md5(self.exported + purpose + b" sealing key magic constant\0").digest()
        number = struct.pack("<I", 100)
        digest = hmac_md5(signing, number + text.encode())[:8]
        return (b"\1\0\0\0" + rc4(hashlib.md5(sealing + number).digest(), digest) + number).hex().upper()


def signed_text(message: Message, method: str, random: str, number: str, target: str) -> str:
    def ends(value: str) -> list[str]:
        return [re.findall(r"<([^>]*)>", value)[0], (re.findall(r";tag=([^;]*)", value) or [""])[0]]

    cseq = message.header("CSeq").split()[0]
    parts = [random, number, REALM, target, message.header("Call-ID"), cseq, method]
    parts += [*ends(message.header("From")), *ends(message.header("To")), "", "", message.header("Expires")]
    if message.status:
        parts.append(str(message.status))
    return "<NTLM>" + "".join(f"<{part}>" for part in parts)


def type3(challenge: bytes, user: str, password: str, exported: bytes) -> bytes:
    """The answer to a type 2 message."""
    key = hmac_md5(md4(password.encode("utf-16-le")), user.upper().encode("utf-16-le"))
    blob = b"\1\1" + b"\0" * 42
    proof = hmac_md5(key, challenge[24:32] + blob)
    session = rc4(hmac_md5(key, proof), exported)
    head, payload = b"NTLMSSP\0\3\0\0\0", b""
    for part in (b"", proof + blob, b"", user.encode("utf-16-le"), b"", session):
        head += struct.pack("<HHI", len(part), len(part), 64 + len(payload))
        payload += part
    return head + b"\0\0\0\0" + payload


@dataclass
class NtlmClient(Client):
    """Signs what it sends, once it has keys."""

    keys: Keys | None = None
    signs: bool = True
    handshakes: int = 0

    def send(self, start: str, headers: list[tuple[str, str]], body: str = "") -> None:
        if self.keys and self.signs and not any(name == "Authorization" for name, _ in headers):
            headers = [*headers, self.authorization(self.keys, start, headers)]
        super().send(start, headers, body)

    def authorization(self, keys: Keys, start: str, headers: list[tuple[str, str]], data: str = "") -> tuple[str, str]:
        keys.number += 1
        random = f"{keys.number:08x}"
        text = signed_text(Message(start, headers), start.split()[0], random, str(keys.number), keys.target)
        value = f'NTLM qop="auth", opaque="{keys.opaque}", realm="{REALM}", targetname="{keys.target}", crand="{random}", '
        value += f'cnum="{keys.number}", response="{keys.signature("client-to-server", text)}"'
        return "Authorization", value + (f', gssapi-data="{data}"' if data else "") + ", version=4"

    def has_signed(self, message: Message) -> bool:
        """Whether the server signed this message with our newest keys."""
        found = dict(re.findall(r'(\w+)="([^"]*)"', message.header("Authentication-Info")))
        if not self.keys or found.get("opaque") != self.keys.opaque:
            return False
        text = signed_text(message, message.method, found["srand"], found["snum"], self.keys.target)
        return found["rspauth"] == self.keys.signature("server-to-client", text)

    def begin_handshake(self) -> Message:
        """Asks for a challenge: the REGISTER carries no signature."""
        empty = f'NTLM qop="auth", realm="{REALM}", targetname="x", gssapi-data="", version=4'
        self.register_cseq += 1
        return self.register([("Authorization", empty)])

    def end_handshake(self, challenged: Message, password: str = PASSWORD) -> Message:
        asked = dict(re.findall(r'([\w-]+)="([^"]*)"', challenged.header("WWW-Authenticate")))
        self.handshakes += 1
        keys = Keys(hashlib.md5(str(self.handshakes).encode()).digest(), asked["opaque"], asked["targetname"])
        answer = base64.b64encode(type3(base64.b64decode(asked["gssapi-data"]), self.user, password, keys.exported)).decode()
        self.register_cseq += 1
        headers = self.register_headers(7200)
        answered = self.register([self.authorization(keys, f"REGISTER sip:{DOMAIN} SIP/2.0", headers, answer)])
        if answered.status == 200:
            self.keys = keys
        return answered

    def sign_in(self, password: str = PASSWORD) -> Message:
        self.register([])
        challenged = self.begin_handshake()
        return self.end_handshake(challenged, password)
