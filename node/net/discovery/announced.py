"""Who this box is to others before any handshake."""

from dataclasses import dataclass

from node.net.discovery.beacon import NODE_BYTES, Beacon, Digests
from node.protocol.ids import VerifyKey


@dataclass(frozen=True, slots=True)
class Announced:
    """What beacons and mDNS say of this box."""

    node: VerifyKey
    boot: bytes
    """4 bytes drawn at this start; those of HELLO."""
    port: int
    """TCP port of peer links."""

    @property
    def short(self) -> bytes:
        """Return the node id as in a beacon."""
        return self.node[:NODE_BYTES]

    def beacon(self, digests: Digests) -> Beacon:
        """Return the beacon to send while ``digests`` are those here."""
        return Beacon(self.short, self.boot, self.port, digests)
