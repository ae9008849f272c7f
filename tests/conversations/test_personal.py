"""Preferences, invitations, associations, and the management of a room by its manager."""

from client import chatting, command, connect
from node import CELLAR, CLUB, DOMAIN, LOBBY, Node


def test_a_preference_is_kept_per_user(node: Node) -> None:
    ann = chatting(node, "ann")
    assert ann.ask("setpref", '<pref label="kedzie.GroupChannels" seqid="1" content="QUJD"/>').code == 200
    again, bo = chatting(node, "ann", epid="02020202"), chatting(node, "bo")
    wanted = '<pref label="kedzie.GroupChannels"/>'
    assert again.ask("getpref", wanted).attributes("pref", "content") == ["QUJD"]
    assert "QUJD" not in bo.ask("getpref", wanted).attributes("pref", "content")


def test_associations_are_asked_for_member_and_manager(node: Node) -> None:
    ann, bo = chatting(node, "ann"), chatting(node, "bo")
    members = ann.ask("getassociations", '<association type="MEMBER"/>').attributes("chanib", "name")
    managers = ann.ask("getassociations", '<association type="MANAGER"/>').attributes("chanib", "name")
    assert {"Club", "Cellar", "Stage"} <= set(members)
    assert managers == ["Club"]
    assert bo.ask("getassociations", '<association type="MANAGER"/>').attributes("chanib", "name") == []


def test_a_manager_invites_a_member_who_may_then_enter(node: Node) -> None:
    ann, cy = chatting(node, "ann"), chatting(node, "cy")
    assert cy.enter(CLUB).code == 403
    change = f'<chanib uri="{CLUB.uri}"><role key="MEMBER"><add uri="sip:cy@{DOMAIN}"/></role></chanib>'
    assert ann.ask("setroles", change).code == 200
    assert CLUB.uri in cy.ask("getinv", f'<inv inviteId="0" domain="{DOMAIN}"/>').attributes("inv", "chanUri")
    assert cy.enter(CLUB).code == 200


def test_who_loses_a_room_is_put_out_of_it(node: Node) -> None:
    ann, bo = chatting(node, "ann", CLUB), chatting(node, "bo", CLUB)
    change = f'<chanib uri="{CLUB.uri}"><role key="MEMBER"><remove uri="sip:bo@{DOMAIN}"/></role></chanib>'
    assert ann.ask("setroles", change).code == 200
    assert bo.notice("part").attributes("uib", "uri") == [f"sip:bo@{DOMAIN}"]
    assert bo.say(CLUB, "still in?").status in (403, 404)


def test_a_manager_changes_the_room_and_others_may_not(node: Node) -> None:
    ann, bo = chatting(node, "ann", CLUB), chatting(node, "bo", CLUB)
    change = f'<chanib uri="{CLUB.uri}" topic="Members only"/>'
    assert bo.ask("chanmodify", change).code == 403
    assert ann.ask("chanmodify", change).code == 200
    assert bo.ask("chansrch", '<qib qtype="BYNAME" criteria="Club"/>').attributes("chanib", "topic") == ["Members only"]
    stranger = chatting(node, "cy")
    assert stranger.ask("chanmodify", f'<chanib uri="{CELLAR.uri}" topic="x"/>').code == 404


def test_a_disabled_room_is_not_entered_and_its_history_stays(node: Node) -> None:
    ann, bo = chatting(node, "ann", CLUB), chatting(node, "bo", CLUB)
    assert bo.say(CLUB, "before").status == 200
    assert ann.ask("chandisable", f'<chanib uri="{CLUB.uri}"/>').code == 200
    assert bo.say(CLUB, "after").status != 200
    assert bo.enter(CLUB).code != 200
    assert ann.ask("chanenable", f'<chanib uri="{CLUB.uri}"/>').code == 200
    assert bo.enter(CLUB).code == 200
    assert bo.history(CLUB).chats() == ["before"]


def test_somebody_who_creates_nothing_has_no_categories_to_create_in(node: Node) -> None:
    assert chatting(node, "bo").ask("nodespermcreatechild").attributes("catib", "uri") == []
    assert chatting(node, "cy").ask("chancreate", '<chanib name="New" parent="ma-cat://lab.example/x"/>').code in (403, 404)


def test_file_tokens_are_refused_where_no_file_service_is(node: Node) -> None:
    ann = chatting(node, "ann", LOBBY)
    asked = command("getfutok", f'<ftdb channelUri="{LOBBY.uri}" fileUrl="notes.txt"/>')
    assert ann.info(asked).status == 200
    assert ann.reply("getftok").code != 200


def test_an_administrator_makes_a_category_and_a_creator_makes_a_room_in_it(node: Node) -> None:
    boss, bo, cy = chatting(node, "boss"), chatting(node, "bo"), chatting(node, "cy")
    creator = f'<role key="CREATOR"><add uri="sip:bo@{DOMAIN}"/></role>'
    assert bo.ask("catcreate", f'<catib name="Projects">{creator}</catib>').code == 403
    assert boss.ask("catcreate", f'<catib name="Projects">{creator}</catib>').code == 200
    assert boss.ask("catcreate", '<catib name="Projects"/>').code == 409, "names are unique"
    categories = bo.ask("nodespermcreatechild").attributes("catib", "uri")
    assert len(categories) == 1
    room = f'<chanib name="Apollo" description="To the moon" parent="{categories[0]}" visibility="OPEN"/>'
    assert cy.ask("chancreate", room).code in (403, 404)
    assert bo.ask("chancreate", room).code == 200
    assert bo.ask("chancreate", room).code == 409
    found = cy.ask("chansrch", '<qib qtype="BYNAME" criteria="apollo"/>')
    assert found.attributes("chanib", "description") == ["To the moon"]


def test_what_poolcast_admin_changes_is_seen_by_a_running_server(node: Node) -> None:
    cy = chatting(node, "cy")
    assert cy.enter(CLUB).code == 403
    node.admin("member", "add", "Club", "cy")
    while cy.enter(CLUB).code != 200:  # it is seen within a second or two; the test's deadline is the server's rate limit
        pass
    node.admin("user", "disable", "cy")
    cy.wire.wait_for_close()
    assert connect(node, "cy").sign_in().status == 403
