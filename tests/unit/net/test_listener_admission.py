"""Who may come in over which interface, without any socket."""

import random
from collections.abc import Callable

import pytest

from node.net import admission
from node.net.addresses import Endpoint
from node.net.admission import Admission, Guest
from node.net.errors import Fault, LinkError
from node.net.limits import Limits

_HOTSPOT, _MESH = 7, 8
_NAMES = {_HOTSPOT: "br-hotspot", _MESH: "bat0"}
_HERE = {"10.83.73.1": "br-hotspot", "10.0.0.1": "bat0", "fd00::1": "br-hotspot"}


@pytest.fixture(autouse=True)
def _interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(local: Endpoint) -> str | None:
        return _NAMES[local.scope_id] if local.scope_id else _HERE.get(local.host)

    monkeypatch.setattr(admission, "interface_of", named)


def doors(limits: Limits | None = None) -> Admission:
    return Admission(frozenset({"br-hotspot"}), limits, random.Random(1))  # noqa: S311 - must replay


def no_drop(_error: LinkError) -> None:
    pytest.fail("nobody was to be dropped")


def link_local(number: int, scope_id: int) -> Endpoint:
    return Endpoint(f"fe80::{number:x}", 40_000, scope_id)


def refusal(attempt: Callable[[], object]) -> Fault | None:
    try:
        attempt()
    except LinkError as error:
        return error.fault
    return None


@pytest.mark.parametrize(
    ("local", "remote", "fault"),
    [
        (Endpoint("10.83.73.1", 7777), Endpoint("10.83.73.9", 40_000), Fault.HOTSPOT),
        (Endpoint("fd00::1", 7777), Endpoint("fd00::9", 40_000), Fault.HOTSPOT),
        (link_local(1, _HOTSPOT), link_local(9, _HOTSPOT), None),
        (Endpoint("10.0.0.1", 7777), Endpoint("10.0.0.9", 40_000), None),
        (link_local(1, _MESH), link_local(9, _MESH), None),
    ],
)
def test_over_the_hotspot_only_link_local_comes_in(
    local: Endpoint, remote: Endpoint, fault: Fault | None
) -> None:
    assert refusal(lambda: doors().enter(local, remote, no_drop)) is fault
    assert refusal(lambda: Admission().enter(local, remote, no_drop)) is None


def test_a_station_has_few_connections_and_the_hotspot_not_many() -> None:
    here = doors()
    local, first = link_local(1, _HOTSPOT), link_local(16, _HOTSPOT)
    for station in range(4):
        for _ in range(4):
            here.settle(here.enter(local, link_local(16 + station, _HOTSPOT), no_drop))
        if station < 3:
            assert refusal(lambda: here.enter(local, first, no_drop)) is Fault.STATION
    newcomer = link_local(99, _HOTSPOT)
    assert refusal(lambda: here.enter(local, newcomer, no_drop)) is Fault.HOTSPOT
    mesh = link_local(1, _MESH), link_local(16, _MESH)
    assert refusal(lambda: here.enter(*mesh, no_drop)) is None


def test_one_address_on_two_interfaces_is_two() -> None:
    here = doors(Limits(half_open_per_address=1))
    here.enter(link_local(1, _MESH), link_local(9, _MESH), no_drop)
    here.enter(link_local(1, _HOTSPOT), link_local(9, _HOTSPOT), no_drop)
    again = link_local(1, _MESH), link_local(9, _MESH)
    assert refusal(lambda: here.enter(*again, no_drop)) is Fault.ADDRESS


def test_who_goes_when_it_is_crowded_is_drawn_and_never_a_link() -> None:
    here = doors()
    local = Endpoint("10.0.0.1", 7777)
    dropped: list[int] = []
    guests: list[Guest] = []
    for number in range(200):
        remote = Endpoint(f"10.0.{number}.9", 40_000)

        def drop(error: LinkError, number: int = number) -> None:
            assert error.fault is Fault.CROWDED
            dropped.append(number)

        guests.append(here.enter(local, remote, drop))
        if number < 3:
            here.settle(guests[-1])
    assert here.half_open == 32
    assert here.links == 3
    assert len(dropped) == len(set(dropped)) == 200 - 32 - 3
    assert not {0, 1, 2} & set(dropped)
    assert dropped != sorted(dropped)


def test_places_are_free_again_once_left_and_leaving_twice_frees_one() -> None:
    here = doors(Limits(links=1))
    ends = Endpoint("10.0.0.1", 7777), Endpoint("10.0.0.9", 40_000)
    guest = here.enter(*ends, no_drop)
    here.settle(guest)
    assert refusal(lambda: here.enter(*ends, no_drop)) is Fault.FULL
    here.leave(guest)
    here.leave(guest)
    here.settle(here.enter(*ends, no_drop))
    assert refusal(lambda: here.enter(*ends, no_drop)) is Fault.FULL
