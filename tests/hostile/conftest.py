"""One real node for every test that leaves it running."""

from collections.abc import Generator

import pytest

from tests.hostile.node_process import NodeProcess, running_node


@pytest.fixture(scope="session")
def node() -> Generator[NodeProcess]:
    with running_node() as started:
        yield started
