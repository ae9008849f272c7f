"""Who is there? REGISTER, Digest, the identity of a connection."""

import ssl

import pytest
from client import Client, command, connect, digest, signed_in
from node import DOMAIN, PASSWORD, Node
from sip_wire import Wire


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_a_right_password_signs_in(node: Node, tls: bool) -> None:
    client = connect(node, "ann", tls=tls)
    answered = client.sign_in()
    assert answered.status == 200
    assert int(answered.header("Expires")) > 0
    assert "vnd-microsoft-provisioning-v2" in answered.header("Allow-Events").split(",")
    assert "msrtc-event-categories" in answered.header("Supported")
    assert ";tag=" in answered.header("To")
    assert "gruu=" in answered.header("Contact")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tls_1_2_and_1_3_are_spoken(node: Node, version: ssl.TLSVersion) -> None:
    wire = Wire.tls(node.ports["TLS"], node.certificate, version)
    assert Client(node, "ann", wire).sign_in().status == 200
    wire.close()


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(node: Node) -> None:
    wrong = connect(node, "ann").sign_in("Wrong-123")
    unknown = connect(node, "nobody").sign_in("Wrong-123")
    assert wrong.status == unknown.status == 403
    assert wrong.reason == unknown.reason
    shape = [name for name, _ in wrong.headers]
    assert shape == [name for name, _ in unknown.headers]
    assert wrong.body == unknown.body == ""


def test_an_unknown_user_is_challenged_like_a_known_one(node: Node) -> None:
    known, unknown = connect(node, "ann").register([]), connect(node, "nobody").register([])
    assert known.status == unknown.status == 407
    assert [name for name, _ in known.headers] == [name for name, _ in unknown.headers]


def test_a_nonce_is_good_for_one_attempt(node: Node) -> None:
    client = connect(node, "ann")
    challenge = client.register([]).header("Proxy-Authenticate")
    login = f"ann@{DOMAIN}"
    assert client.register([("Proxy-Authorization", digest(challenge, login, "Wrong-123"))]).status == 403
    again = client.register([("Proxy-Authorization", digest(challenge, login, PASSWORD))])
    assert again.status == 407
    assert again.header("Proxy-Authenticate") != challenge


def test_a_nonce_of_another_connection_is_refused(node: Node) -> None:
    challenge = connect(node, "ann").register([]).header("Proxy-Authenticate")
    client = connect(node, "ann")
    client.register([])
    answered = client.register([("Proxy-Authorization", digest(challenge, f"ann@{DOMAIN}", PASSWORD))])
    assert answered.status == 403


def test_somebody_elses_password_signs_nobody_else_in(node: Node) -> None:
    client = connect(node, "ann")
    challenge = client.register([]).header("Proxy-Authenticate")
    assert client.register([("Proxy-Authorization", digest(challenge, f"bo@{DOMAIN}", PASSWORD))]).status == 403


def test_the_digest_uri_may_be_anything(node: Node) -> None:
    client = connect(node, "ann")
    challenge = client.register([]).header("Proxy-Authenticate")
    credentials = digest(challenge, f"ann@{DOMAIN}", PASSWORD, uri="sip:127.0.0.1:5060")
    assert client.register([("Proxy-Authorization", credentials)]).status == 200


def test_failures_lock_an_account_and_a_name_that_does_not_exist_alike(node: Node) -> None:
    for user in ("ann", "nobody"):
        for _ in range(10):
            assert connect(node, user).sign_in("Wrong-123").status == 403
        assert connect(node, user).sign_in(PASSWORD).status == 403
    assert connect(node, "bo").sign_in().status == 200


def test_a_connection_ends_after_some_wrong_passwords(node: Node) -> None:
    client = connect(node, "ann")
    for _ in range(5):
        assert client.sign_in("Wrong-123").status == 403
    client.wire.wait_for_close()


@pytest.mark.parametrize("method", ["INVITE", "SUBSCRIBE", "INFO", "MESSAGE", "OPTIONS", "SERVICE", "UPDATE", "BYE", "FROB"])
def test_nothing_is_served_before_the_sign_in(node: Node, method: str) -> None:
    client = connect(node, "ann")
    body = command("requri")
    headers = [*client.out_of_dialog(method, 1), ("Contact", "<sip:x@127.0.0.1>"), ("Content-Type", "text/plain")]
    client.send(f"{method} sip:chat@{DOMAIN} SIP/2.0", headers, body)
    assert client.answer(method, 1).status == 403


@pytest.mark.parametrize("method", ["INVITE", "SUBSCRIBE", "INFO", "OPTIONS"])
def test_a_request_in_another_users_name_is_refused(node: Node, method: str) -> None:
    client = signed_in(node, "ann")
    client.user = "bo"
    client.send(f"{method} sip:chat@{DOMAIN} SIP/2.0", [*client.out_of_dialog(method, 9), ("Contact", "<sip:x@127.0.0.1>")])
    assert client.answer(method, 9).status == 403


def test_another_user_cannot_register_on_a_connection_that_has_one(node: Node) -> None:
    client = signed_in(node, "ann")
    client.user = "bo"
    assert client.register([]).status == 403


def test_letter_case_of_an_address_does_not_count(node: Node) -> None:
    client = signed_in(node, "ann")
    headers = [("From", f"<SIP:Ann@{DOMAIN.upper()}>;tag=1"), *client.out_of_dialog("OPTIONS", 5)[1:]]
    client.send(f"OPTIONS sip:{DOMAIN} SIP/2.0", headers)
    assert client.answer("OPTIONS", 5).status == 200


def test_a_refresh_is_let_through_and_expires_0_signs_out(node: Node) -> None:
    client = signed_in(node, "ann")
    assert client.register([]).status == 200
    assert client.register([], expires=0).status == 200
    assert client.subscribe("vnd-microsoft-provisioning-v2").status == 403


def test_secrets_are_not_logged(node: Node) -> None:
    signed_in(node, "ann")
    connect(node, "bo").sign_in("Wrong-Password-9")
    assert node.logged("A sign-in was refused.")
    everything = "\n".join(node.log)
    assert PASSWORD not in everything
    assert "Wrong-Password-9" not in everything
    assert "response=" not in everything


@pytest.mark.flags("--auth", "ntlm")
def test_where_ntlm_is_asked_for_digest_is_not_taken(node: Node) -> None:
    client = connect(node, "ann")
    challenged = client.register([])
    assert challenged.status == 401
    assert challenged.header("WWW-Authenticate").startswith("NTLM ")
    assert challenged.header("Proxy-Authenticate") == ""
    made_up = f'Digest realm="{DOMAIN}", nonce="0", qop="auth"'
    answered = client.register([("Proxy-Authorization", digest(made_up, f"ann@{DOMAIN}", PASSWORD))])
    assert answered.status == 401
    assert client.subscribe("vnd-microsoft-provisioning-v2").status == 403


@pytest.mark.flags("--auth", "ntlm")
def test_an_unknown_user_gets_the_same_ntlm_challenge_as_a_known_one(node: Node) -> None:
    begin = [("Authorization", 'NTLM qop="auth", realm="R", targetname="x", gssapi-data="", version=4')]
    shapes = []
    for user in ("ann", "nobody"):
        client = connect(node, user)
        client.register([])
        answered = client.register(begin)
        assert answered.status == 401
        value = answered.header("WWW-Authenticate")
        assert "gssapi-data" in value
        shapes.append(([name for name, _ in answered.headers], len(value)))
    assert shapes[0] == shapes[1]
