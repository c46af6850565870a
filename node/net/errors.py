"""What can be wrong with a connection from another box."""

from enum import StrEnum


class NoiseError(Exception):
    """Bytes that no honest end of this Noise session sends, or a call out of turn.

    The session is dead after it: drop it and the connection it ran over.
    """


class Fault(StrEnum):
    """Why a connection was refused or dropped; counted, and shown in the log."""

    PREFACE = "preface"
    """The first bytes are not those of a link."""
    FLAGS = "flags"
    """Unknown flags, or one side uses a fleet key and the other does not."""
    LENGTH = "length"
    """A message or record that cannot have the length it announces."""
    CIPHER = "cipher"
    """Decryption failed: altered, repeated or reordered bytes, or another fleet key."""
    IDENTITY = "identity"
    """The node id is no valid key, or its signature is not over this handshake."""
    OWN = "own"
    """The other side is this node itself."""
    DEFLATE = "deflate"
    """A record that does not inflate, or inflates to more than a frame may have."""
    ENDED = "ended"
    """The other side closed the connection."""
    LATE = "late"
    """The handshake was not over in time."""
    UNREACHABLE = "unreachable"
    """No connection could be made."""
    CROWDED = "crowded"
    """Dropped at random, as too many handshakes were under way."""
    ADDRESS = "address"
    """Too many handshakes from one address."""
    FULL = "full"
    """Too many links."""
    HOTSPOT = "hotspot"
    """Links over the hotspot are for couriers, on IPv6 link-local, and are few."""
    STATION = "station"
    """Too many connections from one station of the hotspot."""


class LinkError(Exception):
    """A connection that can be no link, or no longer; drop it and count it as ``fault``.

    Every decoder of this package raises this and nothing else, whatever it is fed.
    """

    def __init__(self, fault: Fault, detail: str) -> None:
        self.fault = fault
        self.detail = detail
        """What was found, for the log; never shown to people."""
        super().__init__(f"{fault}: {detail}")
