"""The configuration of dnsmasq: addresses for phones, and names that all lead here."""

from typing import Final

from appliance.hotspot.setup import NAME, PORTAL_ADDRESS, Setup

ABSENT: Final = (
    "use-application-dns.net",
    "mask.icloud.com",
    "mask-h2.icloud.com",
    "resolver.arpa",
    "localhost",
    "local",
)
"""Names that must not exist: Firefox then asks this resolver, iCloud's relay stays off, and mDNS
names are left to mDNS."""

NCSI: Final = ("dns.msftncsi.com", "131.107.255.255")
"""Windows' question for DNS, and the one answer it takes (NCSI documents)."""

LEASE_TIME: Final = "2h"
MAX_LEASES: Final = 512
"""Stops a stranger that takes address after address from filling memory; 30 phones use 30."""
MAX_QUESTIONS: Final = 64


def render(setup: Setup, *, leases: str = "/run/disasternet-hotspot/leases") -> str:
    """Return the file; dnsmasq has no upstream and keeps nothing across a start."""
    first, last = setup.leases
    box = setup.address.ip
    lines = [
        f"interface={setup.bridge}",
        "bind-dynamic",
        "except-interface=lo",
        "no-resolv",
        "no-hosts",
        "no-poll",
        "no-ping",
        "local=/#/",
        f"address=/#/{PORTAL_ADDRESS}",
        f"address=/{NAME}/{box}",
        f"address=/{NCSI[0]}/{NCSI[1]}",
        *(f"address=/{name}/" for name in ABSENT),
        "local-ttl=0",
        "max-ttl=0",
        "cache-size=0",
        f"dns-forward-max={MAX_QUESTIONS}",
        "dhcp-authoritative",
        "dhcp-rapid-commit",
        f"dhcp-range={first},{last},{setup.address.netmask},{LEASE_TIME}",
        f"dhcp-option=option:router,{box}",
        f"dhcp-option=option:dns-server,{box}",
        f"dhcp-lease-max={MAX_LEASES}",
        f"dhcp-leasefile={leases}",
        "quiet-dhcp",
    ]
    return "\n".join(lines) + "\n"
