"""What a person with stock pidgin-sipe (and the preload of stock.py, without which it parses no XML on Debian 12) sees."""

from node import CLUB, DOMAIN, LOBBY, STAGE, Node, Room
from stock import Start, StockClient


def signed_in(start: Start, user: str, *rooms: Room) -> StockClient:
    client = start(user)
    client.wait("SIGNED_ON")
    # Joins wait in the client until the chat's dialog is there.
    for room in rooms:
        client.do(f"join {room.uri}")
        client.wait("JOINED", room.name)
    return client


def test_signs_in_over_tls_and_sees_the_rooms_it_may_see(stock_client: Start) -> None:
    client = signed_in(stock_client, "cy", LOBBY)
    client.do("rooms")
    listed = [event[1] for event in client.until("ROOMS_END") if event[0] == "ROOM"]
    assert sorted(listed) == ["Club", "Lobby", "Stage"]


def test_a_wrong_password_is_told_to_the_person(stock_client: Start) -> None:
    client = stock_client("ann", "Wrong-123")
    assert client.wait("CONN_ERROR")[2]


def test_posts_reach_others_and_come_back_to_their_author(stock_client: Start) -> None:
    ann, bo = signed_in(stock_client, "ann", LOBBY), signed_in(stock_client, "bo", LOBBY)
    ann.do("say Lobby|grüße & <b>more</b> €😀")
    for client in (ann, bo):
        shown = client.wait("MSG", "Lobby", f"sip:ann@{DOMAIN}")
        assert shown[-1].startswith("grüße & ")
        assert shown[-1].endswith("€😀")


def test_history_is_shown_after_a_join(stock_client: Start) -> None:
    ann = signed_in(stock_client, "ann", LOBBY)
    for number in range(3):
        ann.do(f"say Lobby|number {number}")
        ann.wait("MSG", "Lobby")
    bo = signed_in(stock_client, "bo", LOBBY)
    assert [bo.wait("MSG", "Lobby")[-1] for _ in range(3)] == [f"number {number}" for number in range(3)]


def test_people_who_come_and_go_are_shown_and_the_manager_is_marked(stock_client: Start) -> None:
    bo = signed_in(stock_client, "bo", CLUB)
    ann = signed_in(stock_client, "ann", CLUB)
    bo.wait("MEMBER", "Club", f"sip:ann@{DOMAIN}")
    bo.wait("OP", "Club", f"sip:ann@{DOMAIN}")
    ann.do("leave Club")
    bo.wait("UNMEMBER", "Club", f"sip:ann@{DOMAIN}")


def test_a_refused_post_is_shown_to_the_person(stock_client: Start) -> None:
    bo = signed_in(stock_client, "bo", STAGE)
    bo.do("say Stage|may I?")
    bo.wait("ERRMSG", "Stage")


def test_a_refused_join_is_shown_to_the_person_in_words(stock_client: Start) -> None:
    cy = signed_in(stock_client, "cy", LOBBY)
    cy.do(f"join {CLUB.uri}")
    assert "not" in " ".join(cy.wait("NOTIFY")).lower()


def test_after_the_server_was_killed_the_client_is_back_in_its_room(node: Node, stock_client: Start) -> None:
    ann, bo = signed_in(stock_client, "ann", LOBBY), signed_in(stock_client, "bo", LOBBY)
    node.kill()
    for client in (ann, bo):
        client.wait("CONN_ERROR")
    node.start()
    for client in (ann, bo):
        client.wait("SIGNED_ON")
        client.wait("JOINED", "Lobby")
    ann.do("say Lobby|here again")
    bo.wait("MSG", "Lobby", f"sip:ann@{DOMAIN}")


def test_signs_out_and_in_again(stock_client: Start) -> None:
    client = signed_in(stock_client, "ann")
    client.do("offline")
    client.wait("SIGNED_OFF")
    client.do("online")
    client.wait("SIGNED_ON")
