"""A server with users and rooms, and stock clients that sign in to it by Digest or by NTLM."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stock
from node import PASSWORD, Node
from stock import Start, StockClient


@pytest.fixture(scope="session")
def programs() -> Path:
    return stock.build()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    node = Node(tmp_path_factory.mktemp("lab"))
    node.prepare()
    return node.data


@pytest.fixture(params=["digest", "ntlm"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def node(tmp_path: Path, prepared: Path, scheme: str) -> Iterator[Node]:
    server = Node(tmp_path, flags=("--auth", scheme))
    server.copy_content(prepared)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stock_client(programs: Path, node: Node, tmp_path: Path, scheme: str) -> Iterator[Start]:
    """Starts a client of a user, over TLS; all end with the test."""
    started: list[StockClient] = []

    def start(user: str, password: str = PASSWORD) -> StockClient:
        profile = tmp_path / f"profile-{len(started)}"
        started.append(stock.start(programs, node, profile, user, scheme=scheme, password=password))
        return started[-1]

    yield start
    for client in started:
        client.stop()
