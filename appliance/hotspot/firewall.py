"""The packet rules of the hotspot (nftables 1.0), and the swap between node and portal."""

from string import Template
from typing import Final

from appliance.hotspot.setup import (
    AWAY,
    HOME,
    PEER_PORT,
    PORTAL_ADDRESS,
    PORTAL_PORT,
    Setup,
)

TABLE: Final = "disasternet"
MAX_ASKING_PER_PHONE: Final = 24
"""Connections of one phone to the portal; its programs ask many names at once, and each answer
closes. Stops one phone from taking every place."""
MAX_COURIERS: Final = 16
MAX_COURIERS_PER_STATION: Final = 4
"""More than one: a link that the air cut stays in conntrack, and the next turn must get in."""

_RULES: Final = Template("""\
table inet $table
delete table inet $table
table inet $table {
    # Where port 80 of the box leads: itself, or the portal while the node does not answer.
    map web { type inet_service : inet_service; elements = { 80 : $web } }
    set box { type ipv4_addr; elements = { $home, $away } }
    set courier { type ether_addr; flags dynamic; size 64; }
    set asking { type ipv4_addr; flags dynamic; size 1024; }

    chain translate {
        type nat hook prerouting priority dstnat; policy accept;
        iifname != "$bridge" return
        # A closed port refuses where a rule cannot: its reset never arrives on link-local, nor
        # for a connection that was redirected.
        meta nfproto ipv6 tcp dport != $peer redirect to :9
        ip daddr $portal tcp dport 80 add @asking { ip saddr ct count over $asking_each } \
            redirect to :9
        ip daddr $portal tcp dport 80 redirect to :$portal_port
        ip daddr @box tcp dport 80 redirect to :tcp dport map @web
    }
    chain elsewhere {
        # After translation. With ip_forward=0 the kernel drops what is not for it without a word.
        type filter hook prerouting priority filter; policy accept;
        iifname != "$bridge" return
        ip daddr { 224.0.0.0/4, 255.255.255.255, $home_all, $away_all } return
        ip6 daddr ff00::/8 return
        fib daddr type local goto own
        goto refuse
    }
    chain own {
        # A phone that guesses the address of the mesh or of a cable gets nothing there.
        ip daddr != @box ip daddr != $portal goto refuse
        return
    }
    chain refuse {
        meta l4proto tcp reject with tcp reset
        # Phones take no-route for silence.
        reject with icmpx type port-unreachable
    }
    chain input {
        type filter hook input priority filter; policy accept;
        iifname "$bridge" goto hotspot
    }
    chain hotspot {
        ct state established,related accept
        ct state invalid goto refuse
        ct status dnat tcp dport 9 accept
        udp dport 67 accept
        meta nfproto ipv4 meta l4proto { tcp, udp } th dport 53 accept
        # Only what came through the redirects reaches the portal.
        meta nfproto ipv4 ct status dnat tcp dport { 80, $portal_port } accept
        ip daddr @box tcp dport 80 accept
        icmp type echo-request limit rate 20/second burst 40 packets accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
        icmpv6 type echo-request limit rate 20/second burst 40 packets accept
        ip6 saddr fe80::/10 ip6 daddr fe80::/10 tcp dport $peer ct state new goto couriers
        ip daddr { 224.0.0.0/4, 255.255.255.255, $home_all, $away_all } drop
        ip6 daddr ff00::/8 drop
        goto refuse
    }
    chain couriers {
        ct count over $couriers reject with tcp reset
        add @courier { ether saddr ct count over $couriers_each } reject with tcp reset
        accept
    }
    chain forward {
        type filter hook forward priority filter; policy drop;
        iifname "$bridge" goto refuse
    }
    chain output {
        type filter hook output priority filter; policy accept;
        oifname "$bridge" icmpv6 type nd-router-advert drop
    }
}
""")


def render(setup: Setup, *, node_up: bool = True) -> str:
    """Return the ruleset; loading it replaces the one before in one step.

    Args:
        setup: checked.
        node_up: whether port 80 of the box leads to the node.
    """
    return _RULES.substitute(
        table=TABLE,
        bridge=setup.bridge,
        web=_web_port(node_up=node_up),
        home=HOME.ip,
        away=AWAY.ip,
        home_all=HOME.network.broadcast_address,
        away_all=AWAY.network.broadcast_address,
        portal=PORTAL_ADDRESS,
        portal_port=PORTAL_PORT,
        peer=PEER_PORT,
        asking_each=MAX_ASKING_PER_PHONE,
        couriers=MAX_COURIERS,
        couriers_each=MAX_COURIERS_PER_STATION,
    )


def swap(*, node_up: bool) -> str:
    """Return the change by which port 80 leads to the node or to the portal, in one step."""
    return (
        f"flush map inet {TABLE} web\n"
        f"add element inet {TABLE} web {{ 80 : {_web_port(node_up=node_up)} }}\n"
    )


def _web_port(*, node_up: bool) -> int:
    return 80 if node_up else PORTAL_PORT
