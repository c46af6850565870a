"""What the appliance writes for the node: one JSON file each below the facts directory."""

import ipaddress
from dataclasses import dataclass, field
from typing import Final

from node.contract.status import Check, Originator

HOTSPOT_FILE: Final = "hotspot.json"
RADIO_FILE: Final = "radio.json"
PHONES_FILE: Final = "phones.json"
CHECKS_FILE: Final = "checks.json"

MAX_SSID_BYTES: Final = 32
"""IEEE 802.11: the SSID element."""
PASSPHRASE_CHARS: Final = range(8, 64)
"""IEEE 802.11i: a passphrase; a raw key of 64 hex digits is none."""


@dataclass(frozen=True, slots=True)
class HotspotFacts:
    """``hotspot.json``: the access point as it is on the air now; without one there is no file."""

    ssid: str
    """1 to 32 bytes of UTF-8."""
    address: str
    """IPv4 address of this box on the hotspot."""
    passphrase: str | None = None
    """WPA2 passphrase; None for an open network."""

    def __post_init__(self) -> None:
        """Look at what a type cannot say.

        Raises:
            ValueError: no phone can join by these facts; the writer is wrong.
        """
        if not 0 < len(self.ssid.encode()) <= MAX_SSID_BYTES:
            raise ValueError(f"the SSID needs 1 to {MAX_SSID_BYTES} bytes")
        ipaddress.IPv4Address(self.address)
        if self.passphrase is not None and len(self.passphrase) not in PASSPHRASE_CHARS:
            raise ValueError("the passphrase needs 8 to 63 characters")


@dataclass(frozen=True, slots=True)
class RadioFacts:
    """``radio.json``: what the box does with its radios, and whom the mesh hears."""

    plan: str | None
    """``P1`` to ``P5``; None when no radio can do anything."""
    sentence: str
    """The plan and its limit, for a person."""
    originators: list[Originator] = field(default_factory=list[Originator])


@dataclass(frozen=True, slots=True)
class ChecksFacts:
    """``checks.json``: health of the board and its card."""

    checks: list[Check] = field(default_factory=list[Check])
