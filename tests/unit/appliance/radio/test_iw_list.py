"""`iw list` is read whole, also as people paste it."""

from dataclasses import replace

import pytest

from appliance.radio.iw_list import NoRadioError, parse
from appliance.radio.wiphy import Wiphy
from tests.unit.appliance.radio.recorded import NAMES, PI, iw_text, radio


def as_read(name: str) -> Wiphy:
    return replace(radio(name), name="phy0", driver=None)


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_radio_is_read_as_it_was_recorded(name: str) -> None:
    assert parse(iw_text(name)) == [as_read(name)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("indent", "wrap"), [("        ", " "), ("\t", "\n"), ("", " ")])
def test_spaces_for_tabs_and_wrapped_lines_change_nothing(
    name: str, indent: str, wrap: str
) -> None:
    assert parse(iw_text(name, indent=indent, wrap=wrap)) == [as_read(name)]


def test_line_ends_of_windows_and_text_around_change_nothing() -> None:
    pasted = f"# My stick\n\n```\n$ iw list\n{iw_text(PI)}```\n".replace("\n", "\r\n")
    assert parse(pasted) == [as_read(PI)]


def test_several_radios_of_one_machine_are_told_apart() -> None:
    other = iw_text("cf-951ax-mt7921au").replace("phy0", "phy1")
    found = parse(iw_text(PI) + other)
    assert found == [as_read(PI), replace(as_read("cf-951ax-mt7921au"), name="phy1")]


def test_a_radio_that_is_pasted_twice_is_one() -> None:
    assert parse(iw_text(PI) * 2) == [as_read(PI)]


@pytest.mark.parametrize(
    "hint",
    [
        "configuration: broadcast=yes driver=brcmfmac driverversion=7.45",
        "\tKernel driver in use: brcmfmac",
        "[   62.5] usbcore: registered new interface driver brcmfmac",
    ],
)
def test_a_driver_that_is_named_beside_one_radio_is_its_driver(hint: str) -> None:
    assert parse(f"{iw_text(PI)}{hint}\n")[0].driver == "brcmfmac"


def test_drivers_beside_several_radios_are_nobodys() -> None:
    both = iw_text(PI) + iw_text(PI).replace("phy0", "phy1")
    assert [found.driver for found in parse(f"{both}driver=brcmfmac\n")] == [None, None]


@pytest.mark.parametrize("text", ["", "command failed: Permission denied (-1)", "Wiphy phy0\n"])
def test_a_text_without_a_radio_is_refused(text: str) -> None:
    with pytest.raises(NoRadioError):
        parse(text)


@pytest.mark.parametrize("part", ["#{ managed } <= 1, ", "Wiphy phy0\n", "\t * x\n", "#channels "])
def test_a_hostile_text_costs_no_more_than_reading_it(part: str) -> None:
    begin = iw_text(PI).partition(" * #{")[0]
    assert parse(begin + part * 30_000)[0].modes == radio(PI).modes
