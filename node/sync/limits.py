"""Bounds of frames: what one peer can make this box hold or work through at once."""

from typing import Final

MAX_FRAME_BYTES: Final = 65_000
"""One record's plaintext; stops a frame whose decoding keeps urgent envelopes waiting."""

MAX_ROWS: Final = 4_096
"""Rows of one ROWS, bits of one WANT; stops a frame of more look-ups than one read may take."""
MAX_ROWS_BYTES: Final = 60_000
"""Bytes of the rows of one ROWS, which leaves room for what is said beside them."""
MAX_ENTRIES: Final = 4_096
"""Entries of one GONE, STORED, DELTA, or listed in one WANT; stops the same flood by them."""

MAX_WANTED_POSITIONS: Final = 1_000
"""Positions of one log in one WANT; stops a few bytes asking for a whole store's work."""

MAX_ROOMS: Final = 1_024
"""Rooms in HELLO: 32 KiB; stops a set that makes every look-up by room slow."""
MAX_NAME_BYTES: Final = 160
"""Forty code points of four bytes: the longest name that can be shown; stops a name as cargo."""
MAX_BOOT: Final = 2**32 - 1
MAX_WALL_MS: Final = 2**48 - 1
"""Six bytes of milliseconds, as in the hybrid clock."""

MAX_COUNT: Final = 2**63 - 1
"""Numbers of changes and of bytes: SQLite's largest; stops one that no column can hold."""
MAX_AGE_S: Final = 2**32 - 1
"""136 years; stops an age that overflows what is computed from it."""
MAX_REST: Final = 2**32 - 1
"""Rows not named: as many as a digest can count."""

MAX_REPAIR_MESSAGE_BYTES: Final = 49_152
"""Negentropy message in one REPAIR; stops one repair from filling a frame others wait behind."""
MAX_REPAIR_ROUNDS: Final = 64
"""Messages of one side in one repair: 20,000 items of which none is shared take 27.

Stops a peer that finds new differences for ever.
"""
MAX_REPAIR_RANGES: Final = 8_192
"""Ranges of one negentropy message, more than a frame holds of honest ones.

Stops a message of many empty ranges that costs more to answer than to send.
"""
MAX_COMPARED: Final = 200_000
"""Items of one side, as many as there may be closed logs; stops a set that fills a Pi's memory."""
MAX_REPAIR_ITEMS: Final = 1_700
"""Ids told of in one ITEMS, as many as fit a frame; what is left is found by the next repair."""
