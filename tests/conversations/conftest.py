"""Every conversation has a server of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from node import Node


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's users and rooms in a database, made once and copied for each test."""
    node = Node(tmp_path_factory.mktemp("lab"))
    node.prepare()
    return node.data


@pytest.fixture
def node(request: pytest.FixtureRequest, tmp_path: Path, prepared: Path) -> Iterator[Node]:
    """A running server. @pytest.mark.flags("--auth", "ntlm") gives it further flags."""
    marker = request.node.get_closest_marker("flags")
    server = Node(tmp_path, flags=marker.args if marker else ())
    server.copy_content(prepared)
    server.start()
    yield server
    server.stop()
    assert server.process is not None
    assert server.process.returncode in (0, -9), "\n".join(server.log)
