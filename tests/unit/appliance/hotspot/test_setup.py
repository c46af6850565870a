"""What cannot be meant never reaches a file that a program reads."""

from typing import Any

import pytest

from appliance.hotspot import access_point, firewall, names
from appliance.hotspot.setup import AWAY, HOME, Setup, SetupError

BAD: list[dict[str, Any]] = [
    {"ssid": ""},
    {"ssid": "x" * 33},
    {"ssid": "я" * 17},
    {"country": "de"},
    {"country": "DEU"},
    {"country": "D\n"},
    {"channel": 13},
    {"channel": 3},
    {"channel": 14, "country": "JP"},
    {"passphrase": "short"},
    {"passphrase": "x" * 64},
    {"passphrase": "eight\nwpa=0"},
    {"passphrase": "ümläuts!"},
    {"radio": "wlan0\nwpa=0"},
    {"bridge": ""},
    {"bridge": "x" * 16},
    {"bridge": 'br"; flush ruleset; "'},
    {"max_stations": 0},
    {"max_stations": 2008},
    {"vendor_elements": "dd0"},
    {"vendor_elements": "dd\nwpa=0"},
    {"address": HOME.network},
]


@pytest.mark.parametrize("wrong", BAD, ids=str)
def test_a_wrong_value_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(SetupError) as refused:
        Setup(**wrong)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("good", [{}, {"channel": 13, "country": "DE"}, {"ssid": "Gym 🏠\n"}])
def test_a_value_that_is_meant_is_taken(good: dict[str, Any]) -> None:
    taken = Setup(**good)
    assert {name: getattr(taken, name) for name in good} == good


def test_the_name_of_a_network_cannot_begin_another_line() -> None:
    text = access_point.render(Setup(ssid="a\nwpa=2\nb"))
    assert "ssid2=610a7770613d320a62\n" in text
    assert text.count("wpa=") == 1


def test_the_box_is_never_an_address_that_phones_get() -> None:
    for address in (HOME, AWAY):
        first, last = Setup(address=address).leases
        assert first in address.network
        assert last in address.network
        assert not first <= address.ip <= last or address.ip < first


def test_an_open_network_has_no_passphrase_and_a_closed_one_only_ccmp() -> None:
    assert "wpa=0\n" in access_point.render(Setup())
    closed = access_point.render(Setup(passphrase="correct horse"))  # noqa: S106 - nobody's
    assert "wpa=2\n" in closed
    assert "rsn_pairwise=CCMP\n" in closed
    assert "TKIP" not in closed


def test_names_resolve_to_the_address_in_use() -> None:
    assert "address=/disasternet.internal/172.29.80.1\n" in names.render(Setup(address=AWAY))


def test_the_swap_moves_port_80_and_nothing_else() -> None:
    assert "80 : 8081" in firewall.swap(node_up=False)
    assert "80 : 80 " in firewall.swap(node_up=True)
    assert "elements = { 80 : 8081 }" in firewall.render(Setup(), node_up=False)
