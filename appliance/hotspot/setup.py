"""What a hotspot is set to, checked before any program is told."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import Final

BRIDGE: Final = "br-hs"
RADIO: Final = "wlan0"
BRIDGE_MAC: Final = "02:d1:5a:57:e2:02"
"""Locally administered and the same on every box: a phone that walks on keeps what it knows."""

PORTAL_ADDRESS: Final = IPv4Address("198.51.100.1")
"""TEST-NET-2 (RFC 5737): names that do not exist here resolve to it. A private address would make
some Androids say "no internet" in place of opening the page (AOSP NetworkMonitor)."""

HOME: Final = IPv4Interface("10.83.73.1/20")
AWAY: Final = IPv4Interface("172.29.80.1/20")
"""Taken when the uplink's own network overlaps HOME."""

NAME: Final = "disasternet.internal"
PORTAL_PORT: Final = 8081
PEER_PORT: Final = 7777

FIRST_LEASE: Final = 10
LAST_LEASE: Final = 2_298
"""Hosts of the network that phones get: the same on every box, so that a phone keeps its address
from box to box; both box addresses lie outside."""

MAX_SSID_BYTES: Final = 32
CHANNELS: Final = range(1, 14)
WORLD_CHANNELS: Final = frozenset({1, 6, 11})
"""Without a country the world's rules hold: nothing above 11, nothing that overlaps."""

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PASSPHRASE: Final = re.compile(r"[ -~]{8,63}")
_INTERFACE: Final = re.compile(r"[a-zA-Z0-9_.-]{1,15}")
_ELEMENTS: Final = re.compile(r"(?:[0-9a-f]{2}){0,255}")


class SetupError(Exception):
    """A setting cannot be used; its text says which and what to write."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One hotspot."""

    ssid: str = "DisasterNet"
    address: IPv4Interface = HOME
    radio: str = RADIO
    bridge: str = BRIDGE
    channel: int = 6
    country: str | None = None
    """ISO 3166; None sends on what the whole world allows."""
    passphrase: str | None = None
    """None for an open network, which needs no paper beside the box."""
    max_stations: int = 7
    vendor_elements: str = ""
    """Hexadecimal: by them couriers of other boxes know this one."""

    def __post_init__(self) -> None:
        """Look at every value that stands in a file for a program.

        Raises:
            SetupError: a value could not be what is meant, or would say more than one thing.
        """
        ssid_bytes = len(self.ssid.encode("utf-8", "replace"))
        if not 0 < ssid_bytes <= MAX_SSID_BYTES:
            raise SetupError(f"The name of the Wi-Fi needs 1 to {MAX_SSID_BYTES} bytes.")
        if self.country is not None and _COUNTRY.fullmatch(self.country) is None:
            raise SetupError("country needs two capital letters, such as TR or NP.")
        free = WORLD_CHANNELS if self.country is None else CHANNELS
        if self.channel not in free:
            raise SetupError(f"channel must be one of {', '.join(map(str, sorted(free)))}.")
        if self.passphrase is not None and _PASSPHRASE.fullmatch(self.passphrase) is None:
            raise SetupError("passphrase needs 8 to 63 letters, digits or signs of ASCII.")
        for name in (self.radio, self.bridge):
            if _INTERFACE.fullmatch(name) is None:
                raise SetupError(f"{name!r} is no name of a network interface.")
        if not 0 < self.max_stations <= 2007:  # noqa: PLR2004 - the most of IEEE 802.11
            raise SetupError("max_stations must be from 1 to 2007.")
        if _ELEMENTS.fullmatch(self.vendor_elements) is None:
            raise SetupError("vendor_elements needs hexadecimal bytes.")
        if self.address not in (HOME, AWAY):
            raise SetupError(f"The hotspot's address is {HOME} or {AWAY}.")

    @property
    def leases(self) -> tuple[IPv4Address, IPv4Address]:
        """Return the first and the last address that phones get."""
        network = self.address.network
        return network[FIRST_LEASE], network[LAST_LEASE]
