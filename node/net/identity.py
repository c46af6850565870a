"""What a node proves itself with on every link."""

from dataclasses import dataclass, field

from node.net.cipher import KeyPair
from node.protocol.keys import SigningKey


@dataclass(frozen=True, slots=True)
class LinkIdentity:
    """Keys of this node, the same for all its links until it stops."""

    node_key: SigningKey
    """Its verify key is the node id."""
    static: KeyPair = field(default_factory=KeyPair.draw)
    """Drawn anew at each start, so that nothing of an earlier one can be read with it."""
    fleet_key: bytes | None = field(default=None, repr=False)
    """32 bytes that all boxes of a closed fleet share; None links with everybody."""
    deflate: bool = True
    """Whether compression is offered, and taken where offered."""
