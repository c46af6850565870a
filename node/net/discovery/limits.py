"""How many links and dials, how long to wait: what strangers can push, and why it is bounded."""

from typing import Final

FEW_LINKS: Final = 2
"""Below, everybody heard is dialled at once: a box of one link is cut off by its loss."""
STANDING_LINKS: Final = 8
"""From here on nobody is dialled but boxes that stay different."""
MORE_LINKS: Final = 4
"""Beyond ``STANDING_LINKS``, to boxes whose digests have differed for ``DIFFERS_FOR_S``."""
DIFFERS_FOR_S: Final = 60.0

MAX_DIALS: Final = 8
"""At once; stops a flood of invented boxes from using up sockets."""
MAX_DIALS_PER_INTERFACE: Final = 6
"""At once, so that one interface's flood leaves dials to the others."""
DIALS_PER_S: Final = 4.0
DIALS_AT_ONCE: Final = 8
"""Per interface; stops invented boxes that refuse at once from being dialled without a pause."""
DIAL_LIMIT_S: Final = 5.0
"""For one address, the handshake included; stops a silent one from keeping a place."""
MAX_ADDRESSES_OF_NAME: Final = 4
"""Of one static peer's name, one after the other; stops a name server from adding hours."""

STALLED_AFTER_S: Final = 3.0
"""Data unacknowledged for so long: the link may be dead, a beacon shows that its peer is not."""
YIELD_S: Final = 0.2
"""The higher node id leaves the lower one the first word: both dialling at once is waste."""
HOPEFUL_S: Final = 0.5
"""So long a dial counts as a link to come; then another box is tried beside it."""
FRESH_S: Final = 20.0
"""Longer than any pause between beacons: who was not heard for so long is not dialled."""
FORGET_BEACON_S: Final = 60.0
"""A beacon's sender not heard for so long is gone."""
FORGET_MDNS_S: Final = 300.0
"""The same for mDNS, where who is still there is said anew each minute."""
WAIT_FOR_BEACON_S: Final = 20.0
"""A box of mDNS alone may be in sync already; its beacon, if there is one, tells within that."""

BACK_OFF_FIRST_S: Final = 1.0
BACK_OFF_LONGEST_S: Final = 60.0
STOOD_S: Final = 10.0
"""A link that stood so long takes back the failures before it."""
PENALTY_FIRST_S: Final = 60.0
PENALTY_LONGEST_S: Final = 900.0
"""For peers that break the protocol; stops a broken box from being dialled for ever."""
MAX_FOUND: Final = 1_024
"""Endpoints of which it is known who is there (0.2 MB); the oldest is forgotten."""

MAX_NAMES: Final = 256
"""mDNS services asked for again and again (0.1 MB); a random one makes room. Stops a flood."""
MAX_NAME_FAILURES: Final = 30
"""In a row, ``LOOK_AGAIN_S`` apart; then a service is forgotten until it appears again."""
LOOK_AGAIN_S: Final = 10.0
"""For services that did not answer; packets get lost."""
LOOK_AT_ALL: Final = 6
"""Every so many looks also those that did: they still are there."""
RESOLVE_AT_ONCE: Final = 4
RESOLVE_LIMIT_S: Final = 2.0
MDNS_RETRY_FIRST_S: Final = 5.0
MDNS_RETRY_LONGEST_S: Final = 60.0
"""After zeroconf failed; beacons go on meanwhile."""
