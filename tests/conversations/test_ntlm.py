"""NTLMv2 with signatures, on one connection: what is not signed is not taken, and keys may be changed while it talks."""

import pytest
from client import command, grpchat
from node import LOBBY, Node
from ntlm import NtlmClient, md4

pytestmark = pytest.mark.flags("--auth", "ntlm")


def chatting(node: Node, user: str) -> NtlmClient:
    client = NtlmClient(node, user, node.wire())
    assert client.sign_in().status == 200
    client.open_chat()
    assert client.enter(LOBBY).code == 200
    return client


def test_md4_is_that_of_rfc_1320() -> None:
    assert md4(b"abc").hex() == "a448017aaf21d8525fc10ae87aa6729d"


def test_what_the_server_sends_is_signed(node: Node) -> None:
    ann, bo = chatting(node, "ann"), chatting(node, "bo")
    answered = ann.say(LOBBY, "signed")
    assert answered.status == 200
    assert ann.has_signed(answered)
    heard = bo.take(lambda m: m.status == 0 and "signed" in m.body)
    assert bo.has_signed(heard)


def test_a_wrong_password_does_not_sign_in(node: Node) -> None:
    client = NtlmClient(node, "ann", node.wire())
    assert client.sign_in("Wrong-123").status == 401


def test_an_unsigned_request_is_not_taken_and_ends_the_connection(node: Node) -> None:
    ann, bo = chatting(node, "ann"), chatting(node, "bo")
    ann.signs = False
    ann.request("INFO", None, grpchat(LOBBY, "forged"))
    ann.wire.wait_for_close()
    assert bo.say(LOBBY, "after").status == 200
    bo.hears("after")
    assert bo.history(LOBBY).chats() == ["after"]


def test_a_request_that_is_played_twice_is_not_taken(node: Node) -> None:
    ann = chatting(node, "ann")
    assert ann.keys is not None
    assert ann.info(command("getinv")).status == 200
    ann.keys.number -= 1  # the number of its signature again
    ann.request("INFO", None, command("getinv"))
    ann.wire.wait_for_close()


def test_new_keys_are_agreed_upon_while_a_room_talks_and_nothing_is_lost(node: Node) -> None:
    ann, bo = chatting(node, "ann"), chatting(node, "bo")
    old = ann.keys
    challenged = ann.begin_handshake()
    assert challenged.status == 401
    assert bo.say(LOBBY, "between the keys").status == 200
    bo.hears("between the keys")
    assert ann.end_handshake(challenged).status == 200
    assert ann.keys is not old
    heard = ann.take(lambda m: m.status == 0 and "between the keys" in m.body)
    assert ann.has_signed(heard), "with the new keys: it was held back until they were there"
    assert ann.say(LOBBY, "with new keys").status == 200
    bo.hears("with new keys")
    ann.keys = old
    ann.request("INFO", None, command("getinv"))
    ann.wire.wait_for_close()
