"""Finding, entering, leaving; who is told."""

from client import chatting
from node import CELLAR, CLUB, DOMAIN, LOBBY, ROOMS, STAGE, Node, Room, room_id


def test_a_search_finds_what_one_may_see(node: Node) -> None:
    ann, cy = chatting(node, "ann"), chatting(node, "cy")
    everything = '<qib qtype="BYNAME" criteria="" extended="false"/>'
    assert set(ann.ask("chansrch", everything).attributes("chanib", "name")) == {room.name for room in ROOMS}
    assert set(cy.ask("chansrch", everything).attributes("chanib", "name")) == {"Lobby", "Club", "Stage"}
    assert ann.ask("chansrch", '<qib qtype="BYNAME" criteria="lob"/>').attributes("chanib", "uri") == [LOBBY.uri]
    assert ann.ask("chansrch", '<qib qtype="BYNAME" criteria="nowhere"/>').attributes("chanib", "uri") == []


def test_a_found_room_shows_its_privacy_as_pidgin_sipe_reads_it(node: Node) -> None:
    ann = chatting(node, "ann")
    found = ann.ask("chansrch", '<qib qtype="BYNAME" criteria="Cellar"/>')
    visibility = [each.text for each in found.all("info") if each.get("id") == "urn:parlano:ma:info:visibilty"]
    assert [text.lower() for text in visibility if text] == ["private"]


def test_a_join_names_the_people_and_the_manager(node: Node) -> None:
    chatting(node, "ann", CLUB)
    bo = chatting(node, "bo")
    reply = bo.enter(CLUB)
    assert set(reply.attributes("uib", "uri")) == {f"sip:ann@{DOMAIN}", f"sip:bo@{DOMAIN}"}
    numbers = dict(zip(reply.attributes("uib", "uri"), reply.attributes("uib", "id"), strict=True))
    roles = dict(zip(reply.attributes("aib", "key"), reply.attributes("aib", "value"), strict=True))
    assert set(roles["3984"].split(",")) == set(numbers.values())
    assert roles["12276"] == numbers[f"sip:ann@{DOMAIN}"]


def test_others_hear_of_a_join_and_a_part_and_the_one_who_did_it_does_not(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    bo = chatting(node, "bo", LOBBY)
    arrived = ann.notice("join", "bjoin")
    assert arrived.attributes("uib", "uri") == [f"sip:bo@{DOMAIN}"]
    assert LOBBY.id in arrived.attributes("aib", "value")
    assert bo.leave(LOBBY).attributes("chanib", "uri") == [LOBBY.uri]
    left = ann.notice("part")
    assert left.attributes("chanib", "uri") == [LOBBY.uri]
    assert left.attributes("uib", "uri") == [f"sip:bo@{DOMAIN}"]
    assert bo.hears_nothing()


def test_joins_in_a_short_window_arrive_in_one_notice(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    for user in ("bo", "cy", "dee"):
        chatting(node, user, LOBBY)
    heard: list[str] = []
    notices = 0
    while len(heard) < 3:
        heard += ann.notice("join", "bjoin").attributes("uib", "uri")
        notices += 1
    assert sorted(heard) == [f"sip:{user}@{DOMAIN}" for user in ("bo", "cy", "dee")]
    # Signing in three people takes far less than the window of two seconds.
    assert notices <= 2


def test_bjoin_enters_what_it_may_and_names_what_it_may_not(node: Node) -> None:
    cy = chatting(node, "cy")
    nowhere = Room("Nowhere", room_id(77))
    reply = cy.enter(LOBBY, CLUB, CELLAR, nowhere)
    assert reply.code == 200
    assert reply.attributes("chanib", "uri") == [LOBBY.uri]
    assert reply.attributes("fib", "value") == [CLUB.id, CELLAR.id, nowhere.id]


def test_a_secret_room_looks_like_one_that_does_not_exist(node: Node) -> None:
    cy = chatting(node, "cy")
    secret, absent = cy.enter(CELLAR), cy.enter(Room("Nowhere", room_id(77)))
    assert (secret.code, secret.text) == (absent.code, absent.text)
    assert secret.code == 404
    assert cy.say(CELLAR, "x").status == cy.say(Room("Nowhere", room_id(77)), "x").status == 404


def test_a_closed_room_is_seen_and_not_entered(node: Node) -> None:
    cy = chatting(node, "cy")
    reply = cy.enter(CLUB)
    assert reply.code == 403
    assert reply.text


def test_only_presenters_post_in_an_auditorium(node: Node) -> None:
    ann, bo = chatting(node, "ann", STAGE), chatting(node, "bo", STAGE)
    assert bo.say(STAGE, "may I?").status == 403
    assert ann.say(STAGE, "hello all").status == 200
    bo.hears("hello all")


def test_parting_from_a_room_one_is_not_in_is_404(node: Node) -> None:
    assert chatting(node, "ann").leave(LOBBY).code == 404


def test_two_devices_of_one_user_are_one_person_and_both_hear(node: Node) -> None:
    desk, phone = chatting(node, "ann", LOBBY), chatting(node, "ann", epid="02020202")
    reply = phone.enter(LOBBY)
    assert reply.attributes("uib", "uri") == [f"sip:ann@{DOMAIN}"]
    assert desk.say(LOBBY, "from my desk").status == 200
    desk.hears("from my desk")
    phone.hears("from my desk")


def test_a_lost_connection_that_returns_tells_nobody(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    bo = chatting(node, "bo", LOBBY)
    ann.notice("join", "bjoin")
    bo.wire.close()
    again = chatting(node, "bo", LOBBY)
    assert again.say(LOBBY, "back").status == 200
    ann.hears("back")
    # A roster notice would be due within its window of two seconds; the next arrival's notice ends it.
    chatting(node, "cy", LOBBY)
    assert ann.notice("join", "bjoin", "part").attributes("uib", "uri") == [f"sip:cy@{DOMAIN}"]


def test_a_client_that_lost_only_its_dialog_is_back_in_its_rooms_with_what_it_missed(node: Node) -> None:
    """What stock clients count on after a 481: they do not join again, and show only what they are sent."""
    ann, bo = chatting(node, "ann", LOBBY), chatting(node, "bo", LOBBY)
    assert bo.chat is not None
    lost, node_uri = bo.chat.call_id, bo.chat.uri
    assert ann.say(LOBBY, "seen").status == 200
    bo.hears("seen")
    bo.unknown_dialogs.add(lost)
    assert ann.say(LOBBY, "into the void").status == 200
    bo.take(lambda m: m.status == 0 and "into the void" in m.body)  # answered 481
    assert bo.hears_nothing()
    assert ann.say(LOBBY, "missed").status == 200
    answered, bo.chat = bo.invite(node_uri)
    assert answered.status == 200
    bo.hears("into the void")  # sent before the loss, and not answered
    bo.hears("missed")
    assert ann.say(LOBBY, "after").status == 200
    bo.hears("after")
    assert bo.say(LOBBY, "still here").status == 200
