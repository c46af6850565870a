"""The configuration of hostapd (hostapd.conf of hostapd 2.10)."""

from typing import Final

from appliance.hotspot.setup import Setup

IDLE_S: Final = 60
"""A phone that vanished without a word frees its place after so long; stock 300 s keep it out of
its own box (RPi-Distro/firmware-nonfree#49)."""


def render(setup: Setup, *, control: str = "/run/hostapd", driver: str = "nl80211") -> str:
    """Return the file.

    Args:
        setup: checked.
        control: folder of the control socket; empty for none.
        driver: ``none`` lets hostapd read the file without a radio.
    """
    real = driver != "none"
    lines = [
        f"interface={setup.radio}",
        *([f"bridge={setup.bridge}"] if real else []),
        f"driver={driver}",
        *([f"ctrl_interface={control}", "ctrl_interface_group=netdev"] if control and real else []),
        f"ssid2={setup.ssid.encode().hex()}",  # hexadecimal: no name can begin another line
        "utf8_ssid=1",
        *([] if setup.country is None else [f"country_code={setup.country}", "ieee80211d=1"]),
        "hw_mode=g",
        f"channel={setup.channel}",
        "ieee80211n=1",
        "wmm_enabled=1",
        "auth_algs=1",
        *_security(setup),
        "ieee80211w=0",  # required management protection breaks clients (raspberrypi/linux#3619)
        "ap_isolate=1",
        f"max_num_sta={setup.max_stations}",
        f"ap_max_inactivity={IDLE_S}",
        "macaddr_acl=0",
        "broadcast_deauth=0",  # a phone comes back at once after a short courier turn
        *([f"vendor_elements={setup.vendor_elements}"] if setup.vendor_elements else []),
    ]
    return "\n".join(lines) + "\n"


def _security(setup: Setup) -> list[str]:
    if setup.passphrase is None:
        return ["wpa=0"]
    return [
        "wpa=2",
        "wpa_key_mgmt=WPA-PSK",
        "rsn_pairwise=CCMP",
        f"wpa_passphrase={setup.passphrase}",
    ]
