"""Network namespaces for boxes, and the bridge between them in a namespace of its own.

Nothing in the machine's own network namespace is touched.
"""

import os
import re
import secrets
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

PREFIX: Final = "disasternet-test"
NAME: Final = re.compile(rf"{PREFIX}-(\d+)-[0-9a-f]+-\w+")
BRIDGE: Final = ("link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
INTERFACE: Final = "eth0"
WITHIN_S: Final = 20.0

Family = Literal["ipv4", "ipv6", "both"]


class Wires:
    """One bridge and the boxes that can be plugged into it."""

    def __init__(self, run: str) -> None:
        """Make the bridge; ``run`` begins the name of every namespace."""
        self._run = run
        self._switch = self._add("switch")
        _ip("-n", self._switch, *BRIDGE)
        _ip("-n", self._switch, "link", "set", "bridge", "up")

    def box(self, name: str, family: Family = "both", *, plugged: bool = True) -> "Place":
        """Return a new namespace for a box; without ``plugged`` it has no interface yet."""
        place = Place(self, name, self._add(name), family)
        if plugged:
            place.plug()
        return place

    def port(self, name: str, place: "Place", interface: str, index: int | None) -> None:
        """Put a new cable between the bridge and an interface of ``place``."""
        numbered = [] if index is None else ["index", str(index)]
        peer = ["peer", "name", name, "netns", self._switch]
        _ip("-n", place.namespace, "link", "add", interface, *numbered, "type", "veth", *peer)
        _ip("-n", self._switch, "link", "set", name, "master", "bridge", "up")

    def set_port(self, name: str, state: Literal["up", "down"]) -> None:
        """Switch a port of the bridge."""
        _ip("-n", self._switch, "link", "set", name, state)

    def isolate(self, name: str, *, isolated: bool) -> None:
        """Take a port off the bridge, or put it back; its box sees its carrier all the time."""
        to = ["nomaster"] if isolated else ["master", "bridge"]
        _ip("-n", self._switch, "link", "set", name, *to)

    def remove(self) -> None:
        """End what runs in the namespaces of this run, and delete them."""
        for namespace in _namespaces():
            if namespace.startswith(f"{self._run}-"):
                _delete(namespace)

    def _add(self, name: str) -> str:
        namespace = f"{self._run}-{name}"
        _ip("netns", "add", namespace)
        _ip("-n", namespace, "link", "set", "lo", "up")
        return namespace


class Place:
    """The network namespace of one box."""

    def __init__(self, wires: Wires, name: str, namespace: str, family: Family) -> None:
        """Belong to ``wires``; one letter as ``name`` gives the IPv4 address its last byte."""
        self.name = name
        self.namespace = namespace
        self._wires = wires
        self._family = family

    def plug(self, interface: str = INTERFACE, index: int | None = None) -> None:
        """Add an interface, on the bridge, with the addresses of the place's family."""
        self._wires.port(self._port(interface), self, interface, index)
        if self._family == "ipv4":
            setting = f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6"
            self.run("sh", "-c", f"echo 1 > {setting}")
        if self._family != "ipv6":
            _ip("-n", self.namespace, "addr", "add", f"{self.ipv4}/24", "dev", interface)
        _ip("-n", self.namespace, "link", "set", interface, "up")

    def unplug(self, interface: str = INTERFACE) -> None:
        """Remove an interface with its cable, as a dongle that is pulled out."""
        _ip("-n", self.namespace, "link", "del", interface)

    def index(self, interface: str = INTERFACE) -> int:
        """Return the index of an interface."""
        shown = _ip("-n", self.namespace, "-o", "link", "show", interface)
        return int(shown.partition(":")[0])

    def cut(self, interface: str = INTERFACE) -> None:
        """Put the bridge's port down; the interface here loses its carrier."""
        self._wires.set_port(self._port(interface), "down")

    def restore(self, interface: str = INTERFACE) -> None:
        """Put the bridge's port up again."""
        self._wires.set_port(self._port(interface), "up")

    def part(self, interface: str = INTERFACE) -> None:
        """Let nothing through any more; the interface here keeps its carrier."""
        self._wires.isolate(self._port(interface), isolated=True)

    def join(self, interface: str = INTERFACE) -> None:
        """Undo `part`."""
        self._wires.isolate(self._port(interface), isolated=False)

    @property
    def ipv4(self) -> str:
        """Return the IPv4 address, in use or not."""
        return f"10.99.0.{ord(self.name[0])}"

    def command(self, *command: str) -> tuple[str, ...]:
        """Return the command that runs ``command`` here."""
        return ("ip", "netns", "exec", self.namespace, *command)

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Return how a command ended here."""
        return subprocess.run(
            self.command(*command), check=False, capture_output=True, text=True, timeout=WITHIN_S
        )

    def _port(self, interface: str) -> str:
        return f"{self.name}.{interface}"


@contextmanager
def wires() -> Generator[Wires]:
    """Yield a bridge without boxes; at the end, and after any failure, nothing is left."""
    _sweep()
    made = Wires(f"{PREFIX}-{os.getpid()}-{secrets.token_hex(2)}")
    try:
        yield made
    finally:
        made.remove()


def left_behind(process: int) -> list[str]:
    """Return the namespaces that runs of a process made and did not delete."""
    owned = re.compile(rf"{PREFIX}-{process}-.*")
    return [namespace for namespace in _namespaces() if owned.fullmatch(namespace)]


def _sweep() -> None:
    """Delete what a run that was killed left behind."""
    for namespace in _namespaces():
        made_by = NAME.fullmatch(namespace)
        if made_by is not None and not Path("/proc", made_by[1]).exists():
            _delete(namespace)


def _namespaces() -> list[str]:
    return [line.split()[0] for line in _ip("netns", "list").splitlines() if line]


def _delete(namespace: str) -> None:
    for process in _ip("netns", "pids", namespace).split():
        with suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)
    _ip("netns", "del", namespace)


def _ip(*arguments: str) -> str:
    ended = subprocess.run(
        ("ip", *arguments), check=False, capture_output=True, text=True, timeout=WITHIN_S
    )
    assert ended.returncode == 0, f"ip {' '.join(arguments)}: {ended.stderr}"
    return ended.stdout
