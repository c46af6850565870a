"""What strangers may take of a node's connections: each bound and the attack it stops."""

from dataclasses import dataclass
from typing import Final

MAX_HALF_OPEN: Final = 32
"""Handshakes under way; when there is one more, a random one goes.

Stops a flood of connections from shutting others out: an honest handshake takes milliseconds and
is hardly ever the one that is drawn.
"""

MAX_HALF_OPEN_PER_ADDRESS: Final = 4
"""Handshakes under way from one address; stops one machine from being all of the 32."""

MAX_LINKS: Final = 48
"""Accepted links, several times what a box needs; bounds memory and descriptors."""

MAX_LINKS_PER_ADDRESS: Final = 16
"""Accepted links of one address: boxes behind one translated address are few. Stops one machine
with many keys from taking every link."""

MAX_ON_HOTSPOT: Final = 16
"""Connections over the hotspot, under way or linked: a few couriers at a time.

Stops phones in a crowd, which share the air with the couriers, from taking all links.
"""

MAX_PER_STATION: Final = 4
"""Connections of one station of the hotspot; stops one phone from being all of the 16."""

HANDSHAKE_S: Final = 5.0
"""From connecting to both proofs; stops connections that are opened and left, or dripped into."""

LOG_INTERVAL_S: Final = 10.0
"""Between two lines of the log about the same fault; stops strangers from filling the log."""


@dataclass(frozen=True, slots=True)
class Limits:
    """All of them; others only for tests."""

    half_open: int = MAX_HALF_OPEN
    half_open_per_address: int = MAX_HALF_OPEN_PER_ADDRESS
    links: int = MAX_LINKS
    links_per_address: int = MAX_LINKS_PER_ADDRESS
    on_hotspot: int = MAX_ON_HOTSPOT
    per_station: int = MAX_PER_STATION
    handshake_s: float = HANDSHAKE_S
