"""What a phone on the hotspot meets: the shipped rules and files, in the real kernel."""

import socket
from collections.abc import Callable, Generator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.hotspot import firewall, names
from appliance.hotspot.checking import (
    RefusedFileError,
    check_access_point,
    check_firewall,
    check_names,
)
from appliance.hotspot.setup import AWAY, PORTAL_ADDRESS, Setup
from tests.namespaces.hotspot import BOX, Hotspot, hotspot
from tests.namespaces.inside import within
from tests.namespaces.wires import wires

AT_ONCE_S = 0.4
"""Four times what the design allows; a phone that waits longer shows "no internet" instead."""
ANDROID = "Dalvik/2.1.0 (Linux; U; Android 13)"


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Generator[Hotspot]:
    """A hotspot that the tests of this module leave as they find it."""
    with wires() as net, hotspot(net, tmp_path_factory.mktemp("hotspot")) as made:
        yield made


@pytest.mark.parametrize("setup", [Setup(), Setup(address=AWAY, country="TR", channel=11)])
def test_the_programs_take_their_files(tmp_path: Path, setup: Setup) -> None:
    (tmp_path / "rules").write_text(firewall.render(setup))
    (tmp_path / "names").write_text(names.render(setup))
    check_firewall(tmp_path / "rules")
    check_names(tmp_path / "names")
    check_access_point(setup, tmp_path / "ap")
    closed = replace(setup, passphrase="correct horse")  # noqa: S106 - nobody's
    check_access_point(closed, tmp_path / "ap")


def test_a_file_with_a_fault_is_refused_with_the_program_s_words(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(firewall.render(Setup()).replace("accept\n", "no_verdict\n", 1))
    with pytest.raises(RefusedFileError, match="syntax error"):
        check_firewall(file)
    file.write_text(names.render(Setup()) + "dhcp-rang=1\n")
    with pytest.raises(RefusedFileError, match="bad option"):
        check_names(file)
    element = Setup(vendor_elements="ff" * 2)
    object.__setattr__(element, "vendor_elements", "dd\nno_such_item=1")
    with pytest.raises(RefusedFileError, match="no_such_item"):
        check_access_point(element, file)


@pytest.mark.parametrize("name", ["example.org", "connectivitycheck.gstatic.com", "a.b.c.d"])
def test_every_name_leads_to_the_portal(spot: Hotspot, name: str) -> None:
    assert spot.resolve(name) == (0, [str(PORTAL_ADDRESS)])


def test_the_box_has_a_name(spot: Hotspot) -> None:
    assert spot.resolve("disasternet.internal") == (0, [BOX])


@pytest.mark.parametrize("name", names.ABSENT)
def test_names_that_must_not_exist_do_not(spot: Hotspot, name: str) -> None:
    assert spot.resolve(name) == (3, [])


def test_windows_hears_the_address_it_knows(spot: Hotspot) -> None:
    assert spot.resolve(names.NCSI[0]) == (0, [names.NCSI[1]])


def test_ipv6_addresses_are_none_at_once(spot: Hotspot) -> None:
    assert spot.resolve("example.org", kind=28) == (0, [])


def test_a_phone_gets_an_address_of_the_range(spot: Hotspot) -> None:
    first, last = Setup().leases
    assert str(first) != spot.offered() != "0.0.0.0"  # noqa: S104
    assert spot.offered().startswith("10.83.")
    assert last in Setup().address.network


def test_a_probe_opens_the_page_and_the_page_is_the_node_s(spot: Hotspot) -> None:
    probe = spot.get(
        "connectivitycheck.gstatic.com",
        "/generate_204",
        address=str(PORTAL_ADDRESS),
        agent=ANDROID,
    )
    assert (probe.status, probe.headers["location"]) == (302, "http://disasternet.internal/lite")
    page = spot.get("disasternet.internal", "/lite")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("address", "udp"),
    [
        ((BOX, 443), False),
        ((BOX, 22), False),
        ((BOX, 8081), False),
        ((BOX, 7777), False),
        ((str(PORTAL_ADDRESS), 443), False),
        (("93.184.216.34", 443), False),
        (("93.184.216.34", 853), False),
        (("93.184.216.34", 443), True),
        (("8.8.8.8", 53), True),
        (("10.99.9.1", 80), False),
        (("fe80::1%eth0", 443), False),
        (("fe80::1%eth0", 80), False),
    ],
    ids=str,
)
def test_what_is_not_for_phones_is_refused_at_once(
    spot: Hotspot,
    address: tuple[str, int],
    udp: bool,  # noqa: FBT001 - a column of the table
    quality: Callable[[str, float, str, float], None],
) -> None:
    refused_s = spot.refused_after_s(address, udp=udp)
    quality(f"hotspot refuses {address[0]} {address[1]}", refused_s, "s", 0.1)
    assert refused_s < AT_ONCE_S


def test_while_the_node_is_away_the_portal_says_that_messages_are_kept(spot: Hotspot) -> None:
    spot.swap(node_up=False)
    try:
        away = spot.get("disasternet.internal", "/lite")
    finally:
        spot.swap(node_up=True)
    assert away.status == 503
    assert b"Messages are kept" in away.body
    assert away.headers["connection"] == "close"
    assert spot.get("disasternet.internal", "/status").status == 200


def test_one_phone_cannot_take_every_place_of_the_portal(spot: Hotspot) -> None:
    def crowd() -> int:
        with ExitStack() as held:
            for number in range(2 * firewall.MAX_ASKING_PER_PHONE):
                try:
                    asking = socket.create_connection((str(PORTAL_ADDRESS), 80), 5)
                except ConnectionRefusedError:
                    return number
                held.callback(asking.close)
            return 2 * firewall.MAX_ASKING_PER_PHONE

    assert within(spot.phone, crowd) == firewall.MAX_ASKING_PER_PHONE


def test_without_the_rules_a_phone_would_reach_more(tmp_path: Path) -> None:
    with wires() as net, hotspot(net, tmp_path) as open_spot:
        open_spot.box.run("nft", "flush ruleset")
        assert open_spot.get("x.org", address="10.99.9.1").status == 421
        with pytest.raises(TimeoutError):
            open_spot.refused_after_s(("93.184.216.34", 443), limit_s=4 * AT_ONCE_S)
