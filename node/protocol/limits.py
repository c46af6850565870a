"""Every bound a stranger can push: its unit, its reason and the attack it stops."""

from typing import Final

MAX_ENVELOPE_BYTES: Final = 9_216
"""Longest text, place, keys and signature with some room; stops one message filling a link."""

MAX_UNKNOWN_KIND_BYTES: Final = 1_024
"""Envelope of a kind from ``FIRST_FREE_KIND`` on; stops use of the mesh as a file store."""

MAX_DEPTH: Final = 4
"""Arrays and maps inside one another, the payload array counted; stops recursion bombs."""

MAX_ITEMS: Final = 512
"""CBOR data items in one payload, twice what the largest honest one has.

Nine thousand one-byte items fit an envelope and cost a Pi a hundred times the signature
check; stops a CPU flood by valid but finely chopped payloads.
"""

MAX_MAP_KEY: Final = 23
"""Keys of one byte: where every rule for the order of map keys agrees; stops two encodings."""

MAX_UINT64: Final = 2**64 - 1
"""Largest CBOR integer without a tag."""

FIRST_KIND: Final = 1
FIRST_SAFETY_KIND: Final = 32
"""Kinds 32 to 63 are kept for later safety messages, relayed as class 1 at best."""
FIRST_FREE_KIND: Final = 64
"""Kinds from here on may be anything: relayed as class 3, and small."""
MAX_KIND: Final = 255
"""One byte; stops kinds as a covert unbounded counter in statistics."""

MAX_EPOCH: Final = 2**32 - 1
MAX_SEQ: Final = 2**32 - 1
"""4 billion messages of one author in one room; stops a jump that no successor can follow."""
MAX_CLASS: Final = 3
MAX_QUALITY: Final = 3

MIN_TTL_S: Final = 3_600
"""An hour: below, a message dies before a courier has made one round."""
MAX_TTL_S: Final = 2_592_000
"""30 days; stops messages that hold the disk for ever."""
DEFAULT_TTL_S: Final = 1_209_600
"""14 days."""

MAX_TEXT_CHARS: Final = 2_000
"""Code points of a text, hence at most 8,000 bytes; stops one message filling a screen."""
MAX_NAME_CHARS: Final = 40
"""Code points of a name of a person or a room; stops names that push others off the screen."""
MAX_PLACE_CHARS: Final = 80
"""Code points of a place."""
MAX_NOT_ME: Final = 64
"""Authors one profile may disown; stops a profile that costs a lookup per byte pair."""
MAX_CARRY_KEYS: Final = 8
"""Carry keys remembered of one author, the newest; stops an author who publishes a new one in each
profile from making a continuation of it cost thousands of signature checks."""
MAX_CHAIN_LINKS: Final = 16
"""Boxes a person is followed back over; stops chains that cost every reader of a message."""
MAX_CATEGORY: Final = 255
"""Categories above 5 are later ones: kept, shown as none."""

MAX_AHEAD_MS: Final = 300_000
"""5 minutes a foreign clock may run ahead of ours and still be believed.

Stops one liar from dragging every box's clock, and the order of messages, into the future.
"""

MAX_HOLES: Final = 8
"""Gaps in one row; stops a row that grows with every sequence number an author leaves out."""
