"""From the sign-in to the chat dialog: provisioning, the pool's address, requri, the node's address."""

import xml.etree.ElementTree as ET

from client import chatting, command, signed_in
from node import DOMAIN, LOBBY, Node


def test_provisioning_names_the_pool(node: Node) -> None:
    client = signed_in(node, "ann")
    answered = client.subscribe("vnd-microsoft-provisioning-v2")
    assert answered.status == 200
    assert answered.header("ms-piggyback-cseq") == "1"
    assert answered.header("Event") == "vnd-microsoft-provisioning-v2"
    document = ET.fromstring(answered.body)
    properties = {each.get("name"): each.text for each in document.iter() if each.tag.endswith("}property")}
    assert properties["EnablePersistentChat"] == "true"
    assert properties["DefaultPersistentChatPoolUri"] == f"sip:chat@{DOMAIN}"


def test_an_unknown_event_is_489_and_other_methods_have_their_answers(node: Node) -> None:
    client = signed_in(node, "ann")
    assert client.subscribe("presence.wpending").status == 489
    for number, (method, status) in enumerate([("SERVICE", 200), ("OPTIONS", 200), ("MESSAGE", 405), ("FROB", 405)], 100):
        client.send(f"{method} sip:{DOMAIN} SIP/2.0", client.out_of_dialog(method, number))
        assert client.answer(method, number).status == status, method


def test_the_pool_answers_with_a_node_that_can_be_invited(node: Node) -> None:
    client = signed_in(node, "ann")
    answered, pool = client.invite(f"sip:chat@{DOMAIN}")
    assert answered.status == 200
    assert answered.header("Content-Type") == "application/sdp"
    assert "Session-Expires" in [name for name, _ in answered.headers]
    cseq = client.request("INFO", pool, command("requri"))
    assert client.answer("INFO", cseq).status == 200
    sent = client.take(lambda m: m.status == 0)
    assert sent.header("From").startswith(f"<sip:chat@{DOMAIN}>;tag=")
    assert sent.header("Call-ID") == pool.call_id
    assert "rpl:requri" in sent.body
    client.request("BYE", pool)
    client.open_chat()


def test_an_invite_to_somebody_else_is_404(node: Node) -> None:
    client = signed_in(node, "ann")
    answered, _ = client.invite(f"sip:bo@{DOMAIN}")
    assert answered.status == 404


def test_a_request_in_a_dialog_that_is_not_there_is_481(node: Node) -> None:
    client = chatting(node, "ann")
    assert client.chat is not None
    client.chat.remote_tag = "other"
    for method in ("INFO", "UPDATE", "BYE"):
        cseq = client.request(method, None, command("requri") if method == "INFO" else "")
        assert client.answer(method, cseq).status == 481, method


def test_after_bye_the_dialog_is_gone(node: Node) -> None:
    client = chatting(node, "ann", LOBBY)
    assert client.answer("BYE", client.request("BYE")).status == 200
    assert client.info(command("getinv")).status == 481


def test_update_refreshes_the_session(node: Node) -> None:
    client = chatting(node, "ann")
    answered = client.answer("UPDATE", client.request("UPDATE"))
    assert answered.status == 200
    assert "refresher=uac" in answered.header("Session-Expires")


def test_another_content_type_is_415_and_xccos_by_its_own_name_is_taken(node: Node) -> None:
    client = chatting(node, "ann")
    wrong = client.request("INFO", None, "{}", "application/json")
    assert client.answer("INFO", wrong).status == 415
    right = client.request("INFO", None, command("getinv"), "application/xccos+xml")
    assert client.answer("INFO", right).status == 200


def test_getserverinfo_tells_the_limits(node: Node) -> None:
    client = chatting(node, "ann")
    info = client.ask("getserverinfo", f'<sib domain="{DOMAIN}" infoType="123"/>').all("sib")[0]
    assert int(info.get("searchLimit", "")) > 0
    assert int(info.get("messageSizeLimit", "")) > 0
    assert info.get("rootUri", "").startswith(f"ma-cat://{DOMAIN}/")
