"""What drivers do that nl80211 does not tell: one row each, with its source."""

from dataclasses import dataclass
from typing import Final

from appliance.radio.wiphy import MESH_POINT, MONITOR, Wiphy

PHONES_MAX: Final = 32
"""Phones on one 20 MHz channel that still get a page in seconds; no chip is asked for more."""

FULL_MAC_STATIONS: Final = 8
"""Stations at which stock firmware of a Pi's own radio has crashed (raspberrypi/firmware#1403)."""


@dataclass(frozen=True, slots=True)
class Quirk:
    """One thing to know about a driver; fields at their default say nothing."""

    driver: str
    why: str
    source: str
    stations: int | None = None
    """Stations in AP mode at which it refuses or fails."""
    ignores_bssid: bool = False
    """Joins any cell of the name: split cells must be looked for."""
    max_mtu: int | None = None
    """Largest MTU its interface takes."""
    crashes_as_ap_and_client: bool = False
    """The hotspot must be down while it is a client."""
    ibss_is_a_lie: bool = False
    """Lists IBSS and then refuses to join."""


QUIRKS: Final = (
    Quirk(
        "brcmfmac",
        "Stock firmware halts at the eighth station.",
        "raspberrypi/firmware#1403, raspberrypi/linux#3010",
        stations=FULL_MAC_STATIONS,
    ),
    Quirk(
        "brcmfmac",
        "Joins a cell of the right name whatever its BSSID.",
        "raspberrypi/linux#4429",
        ignores_bssid=True,
    ),
    Quirk(
        "brcmfmac",
        "Never sets max_mtu, so 1500 is the most.",
        "linux 6.12 drivers/net/wireless/broadcom/brcm80211/brcmfmac/core.c",
        max_mtu=1500,
    ),
    Quirk(
        "brcmfmac",
        "AP and client at once crash the 43455 firmware from Linux 6.12 on.",
        "raspberrypi/linux#7092",
        crashes_as_ap_and_client=True,
    ),
    Quirk(
        "ath9k_htc",
        "The firmware has room for eight stations, one of them itself.",
        "linux drivers/net/wireless/ath/ath9k/htc.h ATH9K_HTC_MAX_STA",
        stations=8,
    ),
    Quirk(
        "rtl8xxxu",
        "Lists IBSS for some chips and answers -95 when it is to join.",
        "phillymesh/802.11s-adapters#9",
        ibss_is_a_lie=True,
    ),
)


def quirks_of(driver: str | None) -> tuple[Quirk, ...]:
    """Return what is known of a driver; nothing of an unknown one."""
    return tuple(quirk for quirk in QUIRKS if quirk.driver == driver)


def phones_max(wiphy: Wiphy) -> int:
    """Return how many phones its hotspot may hold: one less than it can, so that it never fails.

    By the driver if it is known, else by what the radio says and what it looks like.
    """
    known = [quirk.stations for quirk in quirks_of(wiphy.driver) if quirk.stations is not None]
    if wiphy.max_stations is not None:
        known.append(wiphy.max_stations)
    if not known and not {MONITOR, MESH_POINT} & wiphy.modes:
        known.append(FULL_MAC_STATIONS)  # looks like a radio whose firmware does it all
    return min([*(stations - 1 for stations in known), PHONES_MAX])
