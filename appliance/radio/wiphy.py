"""What one radio says it can do, as nl80211 tells it (include/uapi/linux/nl80211.h)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

AP: Final = "AP"
IBSS: Final = "IBSS"
MANAGED: Final = "managed"
MESH_POINT: Final = "mesh point"
MONITOR: Final = "monitor"
P2P_DEVICE: Final = "P2P-device"
MODES: Final = frozenset({
    IBSS, MANAGED, AP, "AP/VLAN", "WDS", MONITOR, MESH_POINT, "P2P-client", "P2P-GO", P2P_DEVICE,
    "outside context of a BSS", "NAN",
})  # fmt: skip
"""Interface types by the names that `iw` gives them."""

HOTSPOT_CHANNELS_MHZ: Final = range(2412, 2473)
"""Every phone has 2.4 GHz; channels 1 to 13."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many interfaces of these types together."""

    modes: frozenset[str]
    most: int


@dataclass(frozen=True, slots=True)
class Combination:
    """Interfaces that may be up at once: ``struct ieee80211_iface_combination``."""

    limits: tuple[Limit, ...]
    total: int
    channels: int
    """Different channels they may be on."""

    def allows(self, wanted: Counter[str]) -> bool:
        """Return whether interfaces of these types may be up together.

        As in ``cfg80211_iter_combinations`` (net/wireless/util.c): each type counts against every
        limit that names it, and must be named by one.
        """
        if wanted.total() > self.total:
            return False
        named = {mode for limit in self.limits for mode in limit.modes}
        return wanted.keys() <= named and all(
            sum(count for mode, count in wanted.items() if mode in limit.modes) <= limit.most
            for limit in self.limits
        )


@dataclass(frozen=True, slots=True)
class Wiphy:
    """One radio."""

    name: str
    """``phy0``."""
    modes: frozenset[str]
    """Interface types it takes, one at a time."""
    combinations: tuple[Combination, ...]
    frequencies_mhz: frozenset[int]
    """Channels on which it may begin to send: neither disabled nor "no IR"."""
    driver: str | None = None
    """Kernel driver; None when nobody said."""
    onboard: bool | None = None
    """Soldered to the board; None when nobody said."""
    max_stations: int | None = None
    """Most stations in AP mode, where the driver says so."""

    def can_be(self, mode: str) -> bool:
        """Return whether the radio, doing nothing else, can be of that type on 2.4 GHz."""
        free = any(mhz in HOTSPOT_CHANNELS_MHZ for mhz in self.frequencies_mhz)
        return mode in self.modes and free

    def can_be_all(self, modes: Iterable[str]) -> bool:
        """Return whether interfaces of these types may be up together, on one channel."""
        wanted = Counter(modes)
        if not all(self.can_be(mode) for mode in wanted):
            return False
        return wanted.total() == 1 or any(c.allows(wanted) for c in self.combinations)

    @property
    def is_onboard(self) -> bool:
        """Return whether this is a Pi's own radio, as said or else as it looks.

        The full-MAC driver of the Pi's radios has P2P-device and neither monitor nor mesh point;
        no USB radio that can be bought for a box has that.
        """
        if self.onboard is not None:
            return self.onboard
        return P2P_DEVICE in self.modes and not {MONITOR, MESH_POINT} & self.modes
