"""Where requests come in."""

import pytest

from node.api.addresses import plain_address
from node.api.entrance import (
    Entrance,
    Entrances,
    entered,
    entrance_of,
    with_credentials,
    without_credentials,
)
from node.contract.credentials import Credentials

ENTRANCES = Entrances({"10.83.73.1", "fe80::1"}, {0, 1000}, 990)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("10.83.73.1", "10.83.73.1"),
        ("::ffff:10.83.73.1", "10.83.73.1"),
        ("fe80::1%wlan0", "fe80::1"),
        ("FE80:0::1", "fe80::1"),
        ("/run/node.sock", "/run/node.sock"),
    ],
)
def test_an_address_has_one_form(text: str, plain: str) -> None:
    assert plain_address(text) == plain


@pytest.mark.parametrize(
    ("server", "entrance"),
    [
        (("127.0.0.1", 80), Entrance.NETWORK),
        (("10.83.73.1", 80), Entrance.HOTSPOT),
        (("::ffff:10.83.73.1", 80), Entrance.HOTSPOT),
        (("fe80::1%br0", 80), Entrance.HOTSPOT),
        (None, Entrance.NETWORK),
    ],
)
def test_the_local_address_tells_the_hotspot(
    server: tuple[str, int] | None, entrance: Entrance
) -> None:
    assert ENTRANCES.of({"server": server, "state": {}}) is entrance


@pytest.mark.parametrize(
    ("uid", "entrance"),
    [
        (0, Entrance.OWNER),
        (1000, Entrance.OWNER),
        (990, Entrance.APPLIANCE),
        (65534, Entrance.STRANGER),
    ],
)
def test_the_user_tells_who_is_at_the_unix_socket(uid: int, entrance: Entrance) -> None:
    scope = with_credentials({"state": {"credentials": Credentials(1, uid, uid)}})
    assert ENTRANCES.of(scope) is entrance


def test_a_unix_socket_without_credentials_is_a_strangers() -> None:
    assert ENTRANCES.of(with_credentials({"server": ("/x", None)})) is Entrance.STRANGER


def test_without_an_appliance_nobody_is_the_appliance() -> None:
    laptop = Entrances(set(), {1000}, None)
    scope = {"state": {"credentials": Credentials(1, 990, 990)}}
    assert laptop.of(scope) is Entrance.STRANGER


def test_the_network_never_brings_credentials() -> None:
    scope = {"state": {"credentials": Credentials(1, 0, 0), "kept": 1}, "server": None}
    networked = without_credentials(scope)
    assert ENTRANCES.of(scope) is Entrance.OWNER, "control: with them it would be the owner"
    assert ENTRANCES.of(networked) is Entrance.NETWORK
    assert networked["state"] == {"kept": 1}


def test_a_scope_that_passed_no_gate_has_no_entrance() -> None:
    assert entrance_of(entered({}, Entrance.NETWORK)) is Entrance.NETWORK
    with pytest.raises(TypeError):
        entrance_of({"state": {"entrance": "owner"}})
