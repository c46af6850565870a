"""A box's hotspot side with real programs, and a phone on it; the air between them is a cable."""

import http.client
import socket
import struct
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.hotspot import firewall, names
from appliance.hotspot.setup import BRIDGE, BRIDGE_MAC, HOME, PORTAL_ADDRESS, Setup
from tests.namespaces.inside import LIMIT_S, within
from tests.namespaces.programs import START_LIMIT_S, Program, module, running
from tests.namespaces.wires import Place, Wires

PHONE: Final = "10.83.64.50"
BOX: Final = str(HOME.ip)
SYSCTLS: Final = (
    "net/ipv4/ip_forward=0",
    "net/ipv4/icmp_ratelimit=0",
    "net/ipv4/conf/all/arp_ignore=1",
)


@dataclass(frozen=True)
class Heard:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Hotspot:
    """A box and a phone."""

    box: Place
    phone: Place
    portal: Program
    node: Program

    def swap(self, *, node_up: bool) -> None:
        """Lead port 80 of the box to the node or to the portal."""
        ended = self.box.run("nft", firewall.swap(node_up=node_up))
        assert ended.returncode == 0, ended.stderr

    def get(self, host: str, path: str = "/", *, address: str = BOX, agent: str = "") -> Heard:
        """Return what the phone's GET is answered."""

        def ask() -> Heard:
            connection = http.client.HTTPConnection(address, 80, timeout=LIMIT_S)
            try:
                connection.request("GET", path, headers={"Host": host, "User-Agent": agent})
                answer = connection.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                return Heard(answer.status, headers, answer.read())
            finally:
                connection.close()

        return within(self.phone, ask)

    def resolve(self, name: str, kind: int = 1) -> tuple[int, list[str]]:
        """Return the response code and the IPv4 addresses that the box's DNS answers."""
        question = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
        query = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + question + struct.pack("!2H", kind, 1)

        def ask() -> bytes:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.settimeout(LIMIT_S)
                udp.sendto(query, (BOX, 53))
                return udp.recv(512)

        answer = within(self.phone, ask)
        count, at = struct.unpack("!H", answer[6:8])[0], len(query)
        found: list[str] = []
        for _ in range(count):
            size = struct.unpack("!H", answer[at + 10 : at + 12])[0]
            found.append(socket.inet_ntoa(answer[at + 12 : at + 12 + size]))
            at += 12 + size
        return answer[3] & 15, found

    def refused_after_s(
        self, address: tuple[str, int], *, udp: bool = False, limit_s: float = LIMIT_S
    ) -> float:
        """Return how long the phone waits until it is told that nobody is there.

        Raises:
            TimeoutError: it was told nothing.
        """
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM

        def knock() -> float:
            target = socket.getaddrinfo(*address, family, kind)[0][4]
            with socket.socket(family, kind) as knocking:
                knocking.settimeout(limit_s)
                began_s = time.monotonic()
                try:
                    knocking.connect(target)
                    if udp:
                        knocking.send(b"?")
                        knocking.recv(1)
                except ConnectionRefusedError:
                    return time.monotonic() - began_s
            raise AssertionError(f"{address} was not refused")

        return within(self.phone, knock)

    def offered(self) -> str:
        """Return the address that DHCP offers the phone."""
        mac = bytes.fromhex("021122334455")
        head = struct.pack("!4BIHH", 1, 1, 6, 0, 0x1234, 0, 0x8000) + bytes(16) + mac + bytes(202)
        discover = head + bytes.fromhex("63825363 350101 ff") + bytes(60)

        def ask() -> str:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.settimeout(LIMIT_S)
                udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                udp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
                udp.bind(("", 68))
                udp.sendto(discover, ("255.255.255.255", 67))
                return socket.inet_ntoa(udp.recv(1024)[16:20])

        return within(self.phone, ask)


@contextmanager
def hotspot(net: Wires, folder: Path) -> Generator[Hotspot]:
    """Run a box's hotspot and a phone on it for as long as the block lasts."""
    setup = Setup()
    box, phone = net.box("h", "ipv6"), net.box("p", "ipv6")
    _raise_bridge(box)
    _join(phone)
    rules, served = folder / "rules.nft", folder / "dnsmasq.conf"
    rules.write_text(firewall.render(setup))
    served.write_text(names.render(setup, leases=str(folder / "leases")))
    ended = box.run("nft", "--file", str(rules))
    assert ended.returncode == 0, ended.stderr
    dns = ("dnsmasq", "--no-daemon", f"--conf-file={served}", "--user=root", "--pid-file=")
    node = ("--host", "0.0.0.0", "--port", "80", "--data-dir", str(folder / "data"))  # noqa: S104
    with ExitStack() as stack:
        stack.enter_context(running(box, dns, folder / "dnsmasq.said"))
        portal = stack.enter_context(
            running(box, module("appliance.portal"), folder / "portal.said")
        )
        serving = stack.enter_context(
            running(box, module("node", "serve", *node, "--no-discovery"), folder / "node.said")
        )
        made = Hotspot(box, phone, portal, serving)
        serving.wait(lambda _: _answers(made), START_LIMIT_S)
        yield made


def _raise_bridge(box: Place) -> None:
    box.run("sh", "-c", "; ".join(f"echo {v} > /proc/sys/{k}" for k, v in map(_pair, SYSCTLS)))
    for command in (
        f"link add {BRIDGE} address {BRIDGE_MAC} type bridge mcast_snooping 0",
        f"link set eth0 master {BRIDGE}",
        f"addr add {HOME} dev {BRIDGE}",
        f"addr add {PORTAL_ADDRESS}/32 dev {BRIDGE}",
        f"addr add fe80::1/64 dev {BRIDGE} nodad",
        f"link set {BRIDGE} up",
        "addr add 10.99.9.1/24 dev lo",
    ):
        ended = box.run("ip", *command.split())
        assert ended.returncode == 0, (command, ended.stderr)


def _join(phone: Place) -> None:
    for command in (f"addr add {PHONE}/20 dev eth0", f"route add default via {BOX}"):
        ended = phone.run("ip", *command.split())
        assert ended.returncode == 0, (command, ended.stderr)


def _pair(setting: str) -> tuple[str, str]:
    key, _, value = setting.partition("=")
    return key, value


def _answers(made: Hotspot) -> bool:
    try:
        at_box = made.get("disasternet.internal", "/status").status
        at_portal = made.get("example.org", address=str(PORTAL_ADDRESS)).status
        made.resolve("example.org")
    except OSError:
        return False
    waiting = made.phone.run("ip", "-6", "addr", "show", "dev", "eth0", "tentative").stdout
    return (at_box, at_portal, waiting) == (200, 302, "")
