"""Boxes on one wire find each other by nothing but what they send there."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.namespaces.conftest import Look
from tests.namespaces.looking import node_id
from tests.namespaces.programs import START_LIMIT_S, Program, module, running
from tests.namespaces.wires import Family, Place, Wires

FIND_S = 5.0
"""The promise: boxes that are on one network find each other within so long."""

INDEX = 40
"""Of an interface that is pulled out and put back."""
BEACON_ALONE = {"mdns": False}
MDNS_ALONE = {"beacon": False}
NEITHER = {"mdns": False, "beacon": False}


def flows_to(*names: str) -> Callable[[Program], bool]:
    """Return the test that something flows to exactly these boxes now."""
    wanted = sorted(node_id(name).hex() for name in names)

    def holds(program: Program) -> bool:
        states = program.events("flowing")
        return bool(states) and states[-1]["peers"] == wanted

    return holds


def met(programs: dict[str, Program], limit_s: float = FIND_S) -> None:
    """Fail unless each is linked to each other within ``limit_s``."""
    deadline_s = time.monotonic() + limit_s
    for name, program in programs.items():
        others = (other for other in programs if other != name)
        program.wait(flows_to(*others), deadline_s - time.monotonic())


@pytest.mark.parametrize("ways", [{}, BEACON_ALONE, MDNS_ALONE], ids=["both", "beacon", "mdns"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6", "both"])
def test_three_boxes_find_each_other(
    net: Wires, look: Look, family: Family, ways: dict[str, bool]
) -> None:
    places = [net.box(name, family) for name in "abc"]
    assert "unreachable" in places[0].run("ip", "route", "get", "192.0.2.1").stderr
    met({place.name: look(place, **ways) for place in places})


@pytest.mark.parametrize("ways", [BEACON_ALONE, MDNS_ALONE], ids=["beacon", "mdns"])
def test_other_ipv6_addresses_of_an_interface_are_not_in_the_way(
    net: Wires, look: Look, ways: dict[str, bool]
) -> None:
    programs: dict[str, Program] = {}
    for number, name in enumerate("ab", start=1):
        place = net.box(name, "ipv6")
        place.run("ip", "addr", "add", f"fd00::{number}/64", "dev", "eth0", "nodad")
        programs[name] = look(place, **ways)
    met(programs)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_on_either_event_loop(net: Wires, look: Look, loop: str) -> None:
    met({name: look(net.box(name, "ipv6"), loop=loop) for name in "ab"})


def test_without_either_way_nobody_is_found(net: Wires, look: Look) -> None:
    programs = [look(net.box(name), **NEITHER) for name in "ab"]
    time.sleep(FIND_S)
    assert [program.events("flowing") for program in programs] == [[], []]


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_a_static_peer_is_dialled_without_either_way(
    net: Wires, look: Look, family: Family
) -> None:
    a, b = (net.box(name, family) for name in "ab")
    first = look(a, **NEITHER)
    at = f"{a.ipv4}:7777" if family == "ipv4" else f"[{link_local(a)}%eth0]:7777"
    met({"a": first, "b": look(b, static=[at], **NEITHER)})


@pytest.mark.parametrize("ways", [BEACON_ALONE, MDNS_ALONE], ids=["beacon", "mdns"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_an_interface_that_comes_late_is_used(
    net: Wires, look: Look, family: Family, ways: dict[str, bool]
) -> None:
    late = net.box("c", family, plugged=False)
    programs = {name: look(net.box(name, family), **ways) for name in "ab"}
    programs["c"] = look(late, **ways)
    met({name: programs[name] for name in "ab"})
    time.sleep(3)
    late.plug()
    met(programs)


@pytest.mark.parametrize("index", ["same", "other"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_an_interface_that_went_and_came_back_hears_again(
    net: Wires, look: Look, family: Family, index: str
) -> None:
    program, place = pulled_and_back(net, look, family, index)
    program.wait(has_dialled("c"), FIND_S)
    assert (place.index() == INDEX) == (index == "same")


def test_a_socket_kept_from_before_would_not_hear_again(net: Wires, look: Look) -> None:
    program, _ = pulled_and_back(net, look, "ipv4", "same", never_lets_go=True)
    time.sleep(FIND_S)
    assert not has_dialled("c")(program)


def has_dialled(name: str) -> Callable[[Program], bool]:
    """Return the test that a box of this name was dialled."""
    peer = node_id(name).hex()
    return lambda program: any(event["peer"] == peer for event in program.events("dialled"))


def pulled_and_back(
    net: Wires, look: Look, family: Family, index: str, **options: bool
) -> tuple[Program, Place]:
    """Return a program whose interface was away, and its place; a new box can now be heard.

    Only the program dials: what it finds, it has heard.
    """
    place = net.box("b", family, plugged=False)
    place.plug(index=INDEX)
    look(net.box("a", family), never_dials=True, **BEACON_ALONE)
    program = look(place, **BEACON_ALONE, **options)
    program.wait(has_dialled("a"), FIND_S)
    place.unplug()
    time.sleep(1.5)
    place.plug(index=INDEX if index == "same" else INDEX + 1)
    look(net.box("c", family), never_dials=True, **BEACON_ALONE)
    return program, place


@pytest.mark.parametrize("how", ["cut", "part"])
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_a_port_that_was_away_is_linked_again_soon(
    net: Wires, look: Look, family: Family, how: str
) -> None:
    places = {name: net.box(name, family) for name in "abc"}
    programs = {name: look(place) for name, place in places.items()}
    met(programs)
    away = places["c"]
    away.cut() if how == "cut" else away.part()
    programs["a"].wait(flows_to("b"), START_LIMIT_S)
    programs["c"].wait(flows_to(), START_LIMIT_S)
    time.sleep(6)
    away.restore() if how == "cut" else away.join()
    met(programs)


@pytest.mark.parametrize("hotspot", [True, False], ids=["hotspot", "control"])
def test_nothing_is_sent_or_heard_on_the_hotspot(
    net: Wires, look: Look, tmp_path: Path, *, hotspot: bool
) -> None:
    a, b, phone = (net.box(name) for name in "abp")
    with running(phone, module("tests.namespaces.overhearing"), tmp_path / "heard") as phones:
        phones.wait(lambda p: bool(p.events("started")), START_LIMIT_S)
        program = look(a, hotspot=["eth0"] if hotspot else [])
        time.sleep(FIND_S)
        alone = phones.events("heard")
        look(b)
        time.sleep(FIND_S)
        assert (not alone) == hotspot
        assert (not program.events("dialled") + program.events("accepted")) == hotspot


def test_a_beacon_does_not_leave_the_wire(net: Wires, look: Look, tmp_path: Path) -> None:
    a, listener = net.box("a"), net.box("l")
    with running(listener, module("tests.namespaces.overhearing"), tmp_path / "heard") as wire:
        wire.wait(lambda p: bool(p.events("started")), START_LIMIT_S)
        look(a, **BEACON_ALONE)
        wire.wait(lambda p: len({e["source"] for e in p.events("heard")}) == 2, FIND_S)
        assert {(e["port"], e["hops"]) for e in wire.events("heard")} == {(7777, 1)}


def link_local(place: Place) -> str:
    """Return the link-local address of a place, once duplicate address detection is over."""
    deadline_s = time.monotonic() + START_LIMIT_S
    while True:
        shown = place.run("ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link").stdout
        if "inet6 fe80" in shown and "tentative" not in shown:
            return shown.split("inet6 ")[1].split("/")[0]
        assert time.monotonic() < deadline_s, shown
        time.sleep(0.05)
