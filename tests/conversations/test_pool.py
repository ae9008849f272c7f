"""Two nodes of one pool behave as one: what is said at one is heard at the other, once and in order, whatever the link does."""

import http.client
import itertools
import json
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from client import NAMESPACE, Client, chatting, grpchat
from node import CELLAR, CLUB, DOMAIN, LOBBY, PASSWORD, Node, program
from pool import Authority, Pool
from sip_wire import ClosedError
from with_postgres import Cluster

databases = itertools.count(1)


@dataclass
class Lab:
    """One PostgreSQL whose database `lab` holds the lab's users and rooms, and the key of their verifiers."""

    cluster: Cluster
    key: bytes


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    # Not below pytest's folder: PostgreSQL runs as somebody else where the tests run as root, and could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="poolcast-pg-"))
    cluster = Cluster(folder)
    try:
        cluster.start()
        cluster.add_database("lab")
        node = Node(tmp_path_factory.mktemp("lab"), odbc=cluster.odbc("lab"))
        node.prepare()
        yield Lab(cluster, (node.data / "verifiers.key").read_bytes())
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stopped_pool(tmp_path: Path, lab: Lab) -> Iterator[Pool]:
    name = f"pool{next(databases)}"
    lab.cluster.add_database(name, like="lab")
    pool = Pool(tmp_path, lab.cluster.odbc(name))
    for node in pool.nodes.values():
        node.data.mkdir(parents=True)
        (node.data / "verifiers.key").write_bytes(lab.key)
        (node.data / "verifiers.key").chmod(0o600)
    yield pool
    pool.stop()


@pytest.fixture
def pool(stopped_pool: Pool) -> Pool:
    stopped_pool.start()
    return stopped_pool


def heard(client: Client, until: str) -> list[tuple[int, str]]:
    """The numbers and texts of the posts that this client is shown, up to and including that text."""
    posts: list[tuple[int, str]] = []
    while not posts or posts[-1][1] != until:
        post = client.post()
        posts.append((int(post.get("chatId", "0")), post.findtext(f"{NAMESPACE}chat", "")))
    return posts


def says(client: Client, text: str) -> None:
    assert client.say(LOBBY, text).status == 200


def no_further_post(client: Client) -> bool:
    client.hears_nothing()  # of rosters it may
    return not any("<grpchat" in message.body for message in client.kept)


def health(node: Node) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", node.ports["HTTP"], timeout=20)
    connection.request("GET", "/healthz")
    found: dict[str, object] = json.loads(connection.getresponse().read())
    connection.close()
    return found


def metric(node: Node, name: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", node.ports["HTTP"], timeout=20)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name + "{"))


def test_a_post_at_one_node_is_heard_once_at_the_other(pool: Pool) -> None:
    ann, bo = chatting(pool.one, "ann", LOBBY), chatting(pool.two, "bo", LOBBY)
    says(ann, "from the first")
    bo.hears("from the first")
    says(bo, "from the second")
    bo.hears("from the second")
    ann.hears("from the first")
    ann.hears("from the second")
    assert no_further_post(ann)
    assert no_further_post(bo)
    assert health(pool.one)["peers"] == {"chat-2": "linked"}


def test_everybody_hears_the_posts_of_both_nodes_in_one_order_without_gaps(pool: Pool) -> None:
    listeners = [chatting(pool.one, "cy", LOBBY), chatting(pool.two, "dee", LOBBY)]
    authors = [chatting(pool.one, "ann", LOBBY), chatting(pool.two, "bo", LOBBY)]
    for number in range(40):
        for author in authors:
            author.request("INFO", None, grpchat(LOBBY, f"{author.user} {number}"))
    orders = [[int(client.post().get("chatId", "0")) for _ in range(80)] for client in (*listeners, *authors)]
    assert all(order == list(range(1, 81)) for order in orders)
    assert all(no_further_post(client) for client in listeners)


def test_rosters_and_lists_are_those_of_the_pool(pool: Pool) -> None:
    ann = chatting(pool.one, "ann", LOBBY)
    bo = chatting(pool.two, "bo")
    joined = bo.enter(LOBBY)
    assert sorted(joined.attributes("uib", "uri")) == [f"sip:ann@{DOMAIN}", f"sip:bo@{DOMAIN}"]
    assert ann.notice("join", "bjoin").attributes("uib", "uri") == [f"sip:bo@{DOMAIN}"]
    assert bo.leave(LOBBY).code == 200
    assert ann.notice("part").attributes("uib", "uri") == [f"sip:bo@{DOMAIN}"]


def test_a_person_at_both_nodes_is_one_participant(pool: Pool) -> None:
    ann = chatting(pool.one, "ann", LOBBY)
    bo_at_one = chatting(pool.one, "bo", LOBBY, epid="0b0b0b01")
    ann.notice("join", "bjoin")
    bo_at_two = chatting(pool.two, "bo", LOBBY, epid="0b0b0b02")
    assert bo_at_two.leave(LOBBY).code == 200
    says(ann, "still three of us")
    bo_at_one.hears("still three of us")
    assert ann.hears("still three of us") is not None
    ann.hears_nothing()
    assert not any("ntc:part" in message.body for message in ann.kept), "bo was here all the time"


def test_a_secret_room_is_absent_at_the_other_node_too(pool: Pool) -> None:
    ann, cy = chatting(pool.one, "ann", CELLAR, LOBBY), chatting(pool.two, "cy", LOBBY)
    assert ann.say(CELLAR, "a secret").status == 200
    says(ann, "no secret")
    cy.hears("no secret")
    assert cy.enter(CELLAR).code == 404
    assert no_further_post(cy)


def test_a_change_at_one_node_puts_people_out_at_the_other(pool: Pool) -> None:
    ann, bo = chatting(pool.one, "ann", CLUB), chatting(pool.two, "bo", CLUB)
    assert ann.ask("chandisable", f'<chanib uri="{CLUB.uri}"/>').code == 200
    bo.notice("part")
    assert bo.say(CLUB, "hello?").status == 404


def test_nobody_misses_or_doubles_a_post_when_a_node_is_killed_in_mid_stream(pool: Pool) -> None:
    ann, bo = chatting(pool.one, "ann", LOBBY), chatting(pool.two, "bo", LOBBY)
    assert ann.chat is not None
    sent = {ann.request("INFO", None, grpchat(LOBBY, f"post {number}")): f"post {number}" for number in range(60)}
    acknowledged = []
    for cseq, text in itertools.islice(sent.items(), 20):
        assert ann.answer("INFO", cseq, ann.chat.call_id).status == 200
        acknowledged.append(text)
    pool.one.kill()
    try:
        for cseq, text in itertools.islice(sent.items(), 20, None):
            if ann.answer("INFO", cseq, ann.chat.call_id).status == 200:
                acknowledged.append(text)
    except (ClosedError, ConnectionError):
        pass
    pool.one.wires.clear()
    pool.one.start()
    assert pool.one.logged("Linked with another node")
    again = chatting(pool.one, "ann", LOBBY)
    says(again, "the last")
    posts = heard(bo, "the last")
    assert [number for number, _ in posts] == list(range(1, len(posts) + 1))
    texts = [text for _, text in posts]
    assert len(texts) == len(set(texts))
    assert set(acknowledged) <= set(texts)
    says(bo, "welcome back")
    assert [text for _, text in heard(again, "welcome back")] == ["the last", "welcome back"]


def test_posts_made_while_the_link_was_cut_are_heard_once(pool: Pool) -> None:
    ann, bo = chatting(pool.one, "ann", LOBBY), chatting(pool.two, "bo", LOBBY)
    says(ann, "before")
    pool.cable.cut()
    assert pool.one.logged("The link to another node is lost")
    assert pool.two.logged("The link to another node is lost")
    says(ann, "during 1")
    says(bo, "during 2")
    # The nodes look into the database while they do not hear of each other.
    for client in (ann, bo):
        assert [text for _, text in heard(client, "during 2")] == ["before", "during 1", "during 2"]
    assert health(pool.one)["peers"] == {"chat-2": "missing"}
    for node in pool.nodes.values():
        node.log.clear()
    pool.cable.mend()
    for node in pool.nodes.values():
        assert node.logged("Linked with another node")
    says(bo, "after")
    ann.hears("after")
    bo.hears("after")
    assert no_further_post(ann)
    assert no_further_post(bo)


def test_a_node_that_stands_still_holds_up_nobody_and_misses_nothing(pool: Pool) -> None:
    ann, bo = chatting(pool.one, "ann", LOBBY), chatting(pool.two, "bo", LOBBY)
    assert pool.two.process is not None
    pool.two.process.send_signal(signal.SIGSTOP)
    try:
        for number in range(5):
            says(ann, f"while it stands still {number}")
        assert pool.one.logged("it has been silent for too long")
        says(ann, "while it counts as gone")
    finally:
        pool.two.process.send_signal(signal.SIGCONT)
    posts = heard(bo, "while it counts as gone")
    assert [number for number, _ in posts] == list(range(1, 7))
    says(bo, "awake")
    assert heard(ann, "awake")[-1][0] == 7


def prove(pool: Pool, authority: Authority) -> None:
    authority.make()
    for name in pool.nodes:
        pool.prove_by(name, authority.certificate, *authority.sign(name))


def test_links_stand_over_tls_between_nodes_that_prove_who_they_are(stopped_pool: Pool, tmp_path: Path) -> None:
    prove(stopped_pool, Authority(tmp_path / "authority"))
    stopped_pool.start()
    ann, bo = chatting(stopped_pool.one, "ann", LOBBY), chatting(stopped_pool.two, "bo", LOBBY)
    says(ann, "sealed")
    bo.hears("sealed")


def test_a_node_with_a_certificate_of_another_authority_is_refused(stopped_pool: Pool, tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path / "authority"), Authority(tmp_path / "stranger")
    prove(stopped_pool, authority)
    stranger.make()
    stopped_pool.prove_by("chat-1", authority.certificate, *stranger.sign("chat-1"))
    stopped_pool.start(linked=False)
    assert stopped_pool.two.logged("A connection to the address for other nodes was refused")
    assert not any("Linked with" in line for node in stopped_pool.nodes.values() for line in node.log)


def test_a_node_with_the_name_of_another_is_refused(stopped_pool: Pool, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    prove(stopped_pool, authority)
    stopped_pool.prove_by("chat-1", authority.certificate, *authority.sign("chat-3", file="other"))
    stopped_pool.start(linked=False)
    assert stopped_pool.two.logged("its certificate is not valid for the name `chat-1`")
    assert not any("Linked with" in line for node in stopped_pool.nodes.values() for line in node.log)


def carry_out(driven: "subprocess.Popen[str]", order: str, **keys: float) -> dict[str, Any]:
    """What poolcast-load says when it has carried out the order; it begins with a line of its own."""
    assert driven.stdin is not None
    assert driven.stdout is not None
    if order != "start":
        driven.stdin.write(json.dumps({"do": order, **keys}) + "\n")
        driven.stdin.flush()
    for line in driven.stdout:
        said: dict[str, Any] = json.loads(line)
        if said.get("did") == order:
            return said
    raise AssertionError(f"poolcast-load ended before it had carried out {order}")


def test_under_load_everybody_hears_every_post_of_both_nodes_once(stopped_pool: Pool, tmp_path: Path) -> None:
    pool = stopped_pool
    pool.describe()
    population, password, scenario = tmp_path / "population.jsonl", tmp_path / "password", tmp_path / "chat-1.yaml"
    password.write_text(PASSWORD)
    load = [str(program("loadgen", "poolcast-load"))]
    prepared = ["prepare", str(scenario), "--password-file", str(password), "--out", str(population)]
    subprocess.run([*load, *prepared], check=True, timeout=60)
    pool.one.admin("import", str(population))
    pool.start()
    servers = [flag for node in pool.nodes.values() for flag in ("--server", f"127.0.0.1:{node.ports['plain TCP']}")]
    drive = [*load, "drive", str(scenario), *servers, "--domain", DOMAIN, "--password-file", str(password)]
    with subprocess.Popen(drive, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driven:
        carry_out(driven, "start")
        assert carry_out(driven, "sign_in", patience=60)["ready"] == 100
        posted = carry_out(driven, "post", per_s=50, patience=30, **{"for": 4})
        read = carry_out(driven, "read_back", patience=30)
        driven.communicate(json.dumps({"do": "quit"}) + "\n", timeout=20)
    assert posted["acknowledged"] == posted["sent"] > 100
    assert posted["deliveries"] == posted["expected_deliveries"]
    assert read["missing"] == read["stored_twice"] == 0
    for node in pool.nodes.values():
        assert metric(node, "poolcast_peer_messages_sent_total") > 50
