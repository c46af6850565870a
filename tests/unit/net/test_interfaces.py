"""What addresses count, and what may be dialled from them."""

import ipaddress
import socket
from collections.abc import Callable, Iterator

import ifaddr
import pytest

from node.net.discovery import interfaces
from node.net.discovery.interfaces import (
    FIRST_RESCAN_S,
    FIRST_RESCANS_FOR_S,
    RESCAN_S,
    Address,
    Addresses,
    Change,
    Watcher,
    endpoint_host,
    rescan_pause_s,
    scan,
)

ETH = Address("10.99.0.1", 24, 2, "eth0")
ETH6 = Address("fe80::1", 64, 2, "eth0")
MESH6 = Address("fe80::2", 64, 5, "bat0")
HERE = frozenset({ETH, ETH6, MESH6})


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend four interfaces, of which eth0 is usable, down0 is not and ap0 is the hotspot."""
    ips: list[tuple[str, int | None, list[str | tuple[str, int, int]]]] = [
        ("eth0", 2, ["10.99.0.1", ("fe80::1", 0, 2), ("fe80::aa", 0, 2), ("2001:db8::1", 0, 0)]),
        ("eth0:1", 2, ["10.99.1.1"]),
        ("down0", 3, ["10.1.1.1"]),
        ("ap0", 4, ["10.83.73.1", ("fe80::3", 0, 4)]),
        ("gone0", None, ["10.2.2.2"]),
    ]
    adapters = [
        ifaddr.Adapter(name, name, [ifaddr.IP(ip, 24, name) for ip in known], index)
        for name, index, known in ips
    ]

    def usable(name: str) -> bool:
        return name != "down0"

    monkeypatch.setattr("ifaddr.get_adapters", lambda: adapters)
    monkeypatch.setattr(interfaces, "_usable", usable)
    monkeypatch.setattr(interfaces, "_tentative", lambda: {("fe80::aa", "eth0")})


@pytest.mark.usefixtures("machine")
def test_only_usable_addresses_that_others_can_reach_are_found() -> None:
    found = scan(frozenset({"ap0"}))
    assert {(a.ip, a.index, a.name) for a in found} == {
        ("10.99.0.1", 2, "eth0"),
        ("fe80::1", 2, "eth0"),
        ("10.99.1.1", 2, "eth0"),
    }


@pytest.mark.usefixtures("machine")
def test_without_the_hotspots_name_it_would_be_used() -> None:
    assert {a.name for a in scan(frozenset())} == {"eth0", "ap0"}


def test_loopback_is_never_found_on_this_machine() -> None:
    found = scan(frozenset())
    assert not [a for a in found if ipaddress.ip_address(a.ip).is_loopback]
    assert {a.index for a in found} <= {index for index, _ in socket.if_nameindex()}


@pytest.mark.parametrize(
    ("ip", "index", "host"),
    [
        ("10.99.0.7", None, "10.99.0.7"),
        ("10.99.0.7", 2, "10.99.0.7"),
        ("10.99.0.7", 5, None),
        ("10.98.0.7", None, None),
        ("8.8.8.8", 2, None),
        ("127.0.0.1", None, None),
        ("0.0.0.0", None, None),  # noqa: S104 - refused, not bound
        ("239.83.73.1", 2, None),
        ("fe80::7", 2, "fe80::7%2"),
        ("fe80::7", 5, "fe80::7%5"),
        ("fe80::7", 9, None),
        ("fe80::7", None, None),
        ("2001:db8::7", 2, None),
        ("::1", 2, None),
        ("ff02::d153", 2, None),
        ("::ffff:10.99.0.7", 2, None),
        ("nonsense", 2, None),
    ],
)
def test_only_what_is_on_an_own_network_is_dialled(
    ip: str, index: int | None, host: str | None
) -> None:
    assert endpoint_host(ip, HERE, index=index) == host


def looks(*states: Addresses | OSError) -> Callable[[], Addresses]:
    coming: Iterator[Addresses | OSError] = iter(states)

    def look() -> Addresses:
        state = next(coming)
        if isinstance(state, OSError):
            raise state
        return state

    return look


def test_a_rescan_tells_what_appeared_and_what_went() -> None:
    only, both = frozenset({ETH}), frozenset({ETH, ETH6})
    watcher = Watcher(looks(only, only, OSError(), both, frozenset(), only))
    none: Addresses = frozenset()
    assert [watcher.rescan() for _ in range(6)] == [
        Change(only, only, none),
        None,
        None,
        Change(both, frozenset({ETH6}), none),
        Change(none, none, both),
        Change(only, only, none),
    ]


def test_an_interface_back_under_another_index_is_another_one() -> None:
    again = Address("10.99.0.1", 24, 7, "eth0")
    watcher = Watcher(looks(frozenset({ETH}), frozenset({again})))
    watcher.rescan()
    assert watcher.rescan() == Change(frozenset({again}), frozenset({again}), frozenset({ETH}))


def test_the_first_minute_is_watched_more_closely() -> None:
    assert rescan_pause_s(0) == rescan_pause_s(FIRST_RESCANS_FOR_S - 0.1) == FIRST_RESCAN_S
    assert rescan_pause_s(FIRST_RESCANS_FOR_S) == RESCAN_S
