"""The address in a code is the one at which its reader finds the box."""

import pytest

from node.api.asgi import Scope
from node.api.base import base_url
from node.api.entrance import Entrance, entered
from node.contract.facts import HotspotFacts

FACTS = HotspotFacts("DisasterNet", "10.83.73.1")


def scope(host: str, entrance: Entrance, server: str | None = "192.168.1.7") -> Scope:
    bare: Scope = {
        "headers": [(b"host", host.encode())],
        "server": None if server is None else (server, 80),
    }
    return entered(bare, entrance)


@pytest.mark.parametrize(
    ("facts", "entrance", "server", "base"),
    [
        (FACTS, Entrance.HOTSPOT, "10.83.73.1", "http://disasternet.internal/"),
        (FACTS, Entrance.NETWORK, "::ffff:10.83.73.1", "http://disasternet.internal/"),
        (FACTS, Entrance.OWNER, None, "http://disasternet.internal/"),
        (FACTS, Entrance.NETWORK, "192.168.1.7", "http://gym.local:8080/"),
        (None, Entrance.NETWORK, "192.168.1.7", "http://gym.local:8080/"),
        (None, Entrance.HOTSPOT, "10.83.73.1", "http://gym.local:8080/"),
        (None, Entrance.OWNER, None, "http://gym.local:8080/"),
    ],
)
def test_the_way_in_decides(
    facts: HotspotFacts | None, entrance: Entrance, server: str | None, base: str
) -> None:
    assert base_url(scope("gym.local:8080", entrance, server), facts) == base
