"""Posts, history, search."""

import re

from client import NAMESPACE, chatting, command, grpchat
from node import CELLAR, DOMAIN, LOBBY, Node


def test_a_post_reaches_everybody_in_the_room_and_its_author(node: Node) -> None:
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    assert ann.say(LOBBY, "hello & <welcome> €😀").status == 200
    for client in (ann, bo):
        heard = client.hears("hello & <welcome> €😀")
        assert heard.get("author") == f"sip:ann@{DOMAIN}", "whatever the client claimed"
        assert heard.get("chatId") == "1"
        assert heard.get("chanUri") == LOBBY.uri
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", heard.get("ts", "")), "the server's clock"


def test_posts_of_a_room_are_numbered_in_the_order_everybody_sees(node: Node) -> None:
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    for number in range(10):
        (ann if number % 2 else bo).say(LOBBY, str(number))
    for client in (ann, bo):
        heard = [client.post() for _ in range(10)]
        assert [post.get("chatId") for post in heard] == [str(number) for number in range(1, 11)]
        assert [post.findtext(f"{NAMESPACE}chat") for post in heard] == [str(number) for number in range(10)]


def test_pipelined_infos_are_answered_and_done_in_order(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    cseqs = [ann.request("INFO", None, grpchat(LOBBY, f"line {number}")) for number in range(50)]
    answered = [ann.take(lambda m: m.status > 0 and m.method == "INFO").cseq for _ in range(50)]
    assert answered == cseqs
    assert [ann.post().findtext(f"{NAMESPACE}chat") for _ in range(50)] == [f"line {number}" for number in range(50)]


def test_line_ends_survive(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    ann.say(LOBBY, "one\r\ntwo")
    message = ann.take(lambda m: m.status == 0 and "grpchat" in m.body)
    assert "<chat>one\r\ntwo</chat>" in message.body
    assert ann.history(LOBBY).chats() == ["one\ntwo"]


def test_posting_needs_to_be_in_the_room(node: Node) -> None:
    ann, bo = chatting(node, "ann"), chatting(node, "bo", LOBBY)
    assert ann.say(LOBBY, "x").status == 403
    assert bo.hears_nothing()


def test_a_post_above_the_limit_is_413_and_the_next_one_works(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    limit = int(ann.ask("getserverinfo").all("sib")[0].get("messageSizeLimit", "0"))
    assert ann.say(LOBBY, "x" * (limit + 1)).status == 413
    assert ann.say(LOBBY, "x" * limit).status == 200
    ann.hears("x" * limit)


def test_a_retried_post_with_the_clients_own_id_is_stored_once(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    attributes = 'msgid="6163abcd-0123-4567-89ab-cdef01234567"'
    assert ann.say(LOBBY, "once", attributes).status == 200
    assert ann.say(LOBBY, "once", attributes).status == 200
    assert ann.history(LOBBY).chats() == ["once"]


def test_a_retransmitted_post_is_stored_once(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    assert ann.say(LOBBY, "once").status == 200
    assert ann.chat is not None
    ann.chat.cseq -= 1
    ann.say(LOBBY, "once")
    assert ann.history(LOBBY).chats() == ["once"]


def test_stories_and_alerts_carry_what_they_are(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    assert ann.say(LOBBY, "fire", 'alert="true"').status == 200
    assert ann.hears("fire").get("alert") == "true"
    assert ann.say(LOBBY, "long", 'title="News"').status == 200
    assert ann.hears("long").get("title") == "News"


def fill(node: Node, count: int) -> None:
    ann = chatting(node, "ann", LOBBY)
    for number in range(1, count + 1):
        assert ann.say(LOBBY, f"number {number}").status == 200


def test_history_gives_the_last_ones_oldest_first(node: Node) -> None:
    fill(node, 40)
    bo = chatting(node, "bo", LOBBY)
    assert bo.history(LOBBY, '<last cnt="3"/>').chats() == ["number 38", "number 39", "number 40"]
    assert len(bo.history(LOBBY, '<last cnt="35"/>').chats()) == 35, "more than are kept in memory"


def test_history_pages_back_from_a_message(node: Node) -> None:
    fill(node, 20)
    bo = chatting(node, "bo", LOBBY)
    before = bo.history(LOBBY, '<msgid value="10"/><last cnt="3"/>', "bcbymsg")
    assert [each.get("chatId") for each in before.all("msg")] == ["7", "8", "9"]
    after = bo.history(LOBBY, '<msgid value="10"/><next cnt="3"/>', "bcbymsg")
    assert [each.get("chatId") for each in after.all("msg")] == ["11", "12", "13"]


def test_history_by_date_has_open_ends(node: Node) -> None:
    fill(node, 5)
    bo = chatting(node, "bo", LOBBY)
    assert len(bo.history(LOBBY, '<sdate value="2020-01-01T00:00:00Z"/>', "bcbydate").chats()) == 5
    assert bo.history(LOBBY, '<edate value="2020-01-01T00:00:00Z"/>', "bcbydate").chats() == []


def test_search_finds_words_phrases_and_authors(node: Node) -> None:
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    for client, text in ((ann, "the quick brown fox"), (bo, "brown quick"), (bo, "slow fox")):
        client.say(LOBBY, text)
    assert set(ann.history(LOBBY, "<text>quick brown</text>", "bcbydate").chats()) == {"the quick brown fox", "brown quick"}
    assert ann.history(LOBBY, '<text mt="PHRASE">quick brown</text>', "bcbydate").chats() == ["the quick brown fox"]
    assert ann.history(LOBBY, f'<text>fox</text><author uri="sip:bo@{DOMAIN}"/>', "bcbydate").chats() == ["slow fox"]


def test_search_without_a_room_shows_nothing_of_rooms_one_may_not_enter(node: Node) -> None:
    ann, cy = chatting(node, "ann", CELLAR, LOBBY), chatting(node, "cy", LOBBY)
    ann.say(CELLAR, "treasure below")
    ann.say(LOBBY, "treasure above")
    assert cy.ask("bcbydate", "<bcq><text>treasure</text></bcq>").chats() == ["treasure above"]
    assert cy.history(CELLAR).code == 404


def test_acknowledged_posts_survive_sigkill(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    for number in range(20):
        assert ann.say(LOBBY, f"number {number}").status == 200
    node.kill()
    node.start()
    bo = chatting(node, "bo", LOBBY)
    assert bo.history(LOBBY, '<last cnt="50"/>').chats() == [f"number {number}" for number in range(20)]


def test_a_body_that_is_no_xccos_is_400_and_the_dialog_goes_on(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    for body in ("hello", "<xccos/>", "<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>", command("requri").replace("</cmd>", "")):
        assert ann.info(body).status == 400, body
    assert ann.say(LOBBY, "still here").status == 200


def test_an_unknown_command_gets_a_reply_of_400(node: Node) -> None:
    ann = chatting(node, "ann")
    assert ann.ask("dance").code == 400
    assert ann.ask("join").code == 400
