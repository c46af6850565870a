"""How systems look for internet: one row per question, with what they want to hear and its source.

Matched by Host first, then by path. Whatever is not here is a person's browser.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class System(StrEnum):
    """Whose question it is."""

    APPLE = "apple"
    ANDROID = "android"
    WINDOWS = "windows"
    CHROMEOS = "chromeos"
    FIREFOX = "firefox"
    NETWORKMANAGER = "networkmanager"
    KINDLE = "kindle"


@dataclass(frozen=True, slots=True)
class Online:
    """The answer that means internet."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain"
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """One question."""

    system: System
    host: str
    paths: frozenset[str]
    """Empty: any path of that host."""
    online: Online = field(repr=False)
    source: str = field(repr=False)


_SUCCESS: Final = Online(
    body=b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    media_type="text/html",
)
_NO_CONTENT: Final = Online(status=204)
_NM: Final = Online(body=b"NetworkManager is online\n")

_OFFSPOT: Final = "offspot/captive-portal platforms.py"
_CONNECTBOX: Final = "ConnectBox simple-offline-captive-portal views.py"
_AOSP: Final = "AOSP NetworkStack res/values/config.xml"
_OPENNDS: Final = "openNDS docs howitworks.rst"
_NCSI: Final = "learn.microsoft.com, Network Connectivity Status Indicator"


def _probes(
    system: System, hosts: str, paths: str, online: Online, source: str
) -> tuple[Probe, ...]:
    found = frozenset(paths.split())
    return tuple(Probe(system, host, found, online, source) for host in hosts.split())


PROBES: Final = (
    *_probes(
        System.APPLE,
        "captive.apple.com www.apple.com",
        "/hotspot-detect.html /library/test/success.html / /success.html",
        _SUCCESS,
        _OFFSPOT,
    ),
    *_probes(
        System.APPLE,
        "www.thinkdifferent.us www.appleiphonecell.com gsp1.apple.com netcts.cdn-apple.com"
        " iphone-ld.apple.com",
        "",
        _SUCCESS,
        _CONNECTBOX,
    ),
    *_probes(
        System.ANDROID,
        "connectivitycheck.gstatic.com www.google.com play.googleapis.com clients3.google.com",
        "/generate_204 /gen_204",
        _NO_CONTENT,
        _AOSP,
    ),
    *_probes(
        System.ANDROID,
        "connectivitycheck.android.com developers.google.cn connect.rom.miui.com"
        " connectivitycheck.platform.hicloud.com www.qualcomm.cn www.samsung.com"
        " connectivitycheck.grapheneos.network",
        "",
        _NO_CONTENT,
        _OPENNDS,
    ),
    *_probes(
        System.WINDOWS,
        "www.msftconnecttest.com ipv6.msftconnecttest.com",
        "/connecttest.txt",
        Online(body=b"Microsoft Connect Test"),
        _NCSI,
    ),
    *_probes(
        System.WINDOWS,
        "www.msftncsi.com ipv6.msftncsi.com",
        "/ncsi.txt",
        Online(body=b"Microsoft NCSI"),
        _NCSI,
    ),
    *_probes(
        System.CHROMEOS, "www.gstatic.com", "/generate_204", _NO_CONTENT, "Chromium, ConnectBox"
    ),
    *_probes(
        System.FIREFOX,
        "detectportal.firefox.com",
        "/canonical.html",
        Online(
            body=b'<meta http-equiv="refresh"'
            b' content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
            media_type="text/html",
        ),
        _OFFSPOT,
    ),
    *_probes(
        System.FIREFOX,
        "detectportal.firefox.com",
        "/success.txt",
        Online(body=b"success\n"),
        _OFFSPOT,
    ),
    *_probes(
        System.NETWORKMANAGER,
        "nmcheck.gnome.org network-test.debian.org ping.archlinux.org",
        "/check_network_status.txt /nm /nm-check.txt",
        _NM,
        _OFFSPOT,
    ),
    *_probes(
        System.NETWORKMANAGER,
        "connectivity-check.ubuntu.com",
        "",
        Online(status=204, headers=((b"x-networkmanager-status", b"online"),)),
        _OFFSPOT,
    ),
    *_probes(
        System.NETWORKMANAGER,
        "fedoraproject.org",
        "/static/hotspot.txt",
        Online(body=b"OK"),
        _OFFSPOT,
    ),
    *_probes(
        System.KINDLE,
        "spectrum.s3.amazonaws.com",
        "/kindle-wifi/wifistub.html",
        Online(
            body=b"<!DOCTYPE html><html><head><title>Kindle Reachability Probe Page</title></head>"
            b"<body>81ce4465-7167-4dcb-835b-dcc9e44c112a</body></html>",
            media_type="text/html",
        ),
        _CONNECTBOX,
    ),
)

_BY_HOST: Final[dict[str, tuple[Probe, ...]]] = {
    host: tuple(probe for probe in PROBES if probe.host == host)
    for host in sorted({probe.host for probe in PROBES})
}


def probe_of(host: str, path: str) -> Probe | None:
    """Return the question that a request may be; None for a person's.

    Args:
        host: the Host header, with or without a port, in any case.
        path: without its query.
    """
    name = host.partition(":")[0].rstrip(".").lower()
    for probe in _BY_HOST.get(name, ()):
        if not probe.paths or path in probe.paths:
            return probe
    return None


def is_asked_by_system(probe: Probe, user_agent: str) -> bool:
    """Return whether the system itself asks, and not the window that it opened.

    Apple's daemon says CaptiveNetworkSupport, its window Mozilla. Android's daemon says Dalvik or
    a plain X11 browser, its window Android. Others ask from one program only.
    """
    if probe.system is System.APPLE:
        return "CaptiveNetworkSupport" in user_agent
    if probe.system is System.ANDROID:
        return "Dalvik" in user_agent or "Android" not in user_agent
    return True
