"""What the appliance writes for the node: one JSON file each below the facts directory."""

from dataclasses import dataclass

HOTSPOT_FILE = "hotspot.json"


@dataclass(frozen=True, slots=True)
class HotspotFacts:
    """``hotspot.json``: the access point as it is on the air now; without one there is no file."""

    ssid: str
    """1 to 32 bytes of UTF-8."""
    address: str
    """IPv4 address of this box on the hotspot."""
    passphrase: str | None = None
    """WPA2 passphrase; None for an open network."""
