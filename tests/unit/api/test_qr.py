"""A phone's camera reads what the codes were made of."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from node.api.qr import svg_of, wifi_text
from node.contract.facts import HotspotFacts
from tests.unit.api.boxes import HOTSPOT, BoxUnderTest, open_box
from tests.unit.api.qr_reader import read_svg

SPECIAL = r'a;b,c:d\e"f'
ESCAPED = r"a\;b\,c\:d\\e\"f"
FACTS = HotspotFacts("DisasterNet", HOTSPOT)


@pytest.mark.parametrize(
    "text",
    [
        "http://disasternet.internal/",
        "http://disasternet.internal/lite/enter/zoo-abandon-ability-able",
        f"http://10.83.73.1/lite/carry/{'ab' * 32}/{'cd' * 16}",
        "Café",
        "Café ☂ فاطمة 东",
        "x",
        "x" * 1000,
    ],
)
def test_a_decoder_reads_the_text(text: str) -> None:
    assert read_svg(svg_of(text)) == text


def test_a_text_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="Data too large"):
        svg_of("x" * 5000)


def test_a_code_stands_in_a_page_under_a_strict_policy() -> None:
    svg = svg_of("<&'\">", 'a "title" <b>')
    root = ET.fromstring(svg)  # noqa: S314 - made by this program
    attributes = {name for each in root.iter() for name in each.attrib}
    assert svg.startswith("<svg ")
    assert "style" not in attributes
    assert not any(name.startswith("on") for name in attributes)
    assert root.attrib["role"] == "img"
    assert [each.text for each in root] == ['a "title" <b>', None, None]
    assert "width" not in root.attrib


def test_a_code_has_the_white_frame_that_cameras_need() -> None:
    root = ET.fromstring(svg_of("x"))  # noqa: S314 - made by this program
    assert root.attrib["viewBox"] == f"0 0 {21 + 8} {21 + 8}"
    ground = root[0]
    assert (ground.attrib["fill"], ground.attrib["d"]) == ("#fff", "M0 0h29v29h-29z")


@pytest.mark.parametrize(
    ("ssid", "passphrase", "text"),
    [
        ("DisasterNet", None, "WIFI:T:nopass;S:DisasterNet;;"),
        (SPECIAL, None, f"WIFI:T:nopass;S:{ESCAPED};;"),
        ("Café ☂", None, "WIFI:T:nopass;S:Café ☂;;"),
        ("Net", SPECIAL, f"WIFI:T:WPA;S:Net;P:{ESCAPED};;"),
    ],
)  # fmt: skip
def test_the_wifi_code_says_the_very_name(ssid: str, passphrase: str | None, text: str) -> None:
    facts = HotspotFacts(ssid, HOTSPOT, passphrase)
    assert wifi_text(facts) == text
    assert read_svg(svg_of(wifi_text(facts))) == text
    assert _parsed(text) == (ssid, passphrase)


def _parsed(text: str) -> tuple[str, str | None]:
    """Take the text apart as a phone does, which knows only the format."""
    fields: dict[str, str] = {}
    key, value, chars = "", "", iter(text.removeprefix("WIFI:"))
    for char in chars:
        if char == "\\":
            value += next(chars)
        elif char == ":" and not key:
            key, value = value, ""
        elif char == ";" and key:
            fields[key], key, value = value, "", ""
        else:
            value += char
    return fields["S"], fields.get("P")


@pytest.mark.anyio
async def test_a_box_without_a_hotspot_has_no_code_to_join_one(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/qr/wifi.svg")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert answer.json()["detail"] == "This box has no Wi-Fi of its own to join."


@pytest.mark.anyio
async def test_the_codes_of_a_box_with_a_hotspot_are_read(tmp_path: Path) -> None:
    async with open_box(tmp_path, hotspot=FACTS) as box:
        client = box.client(HOTSPOT)
        wifi, page = await client.get("/qr/wifi.svg"), await client.get("/qr/open.svg")
        local = await box.local_client(os.getuid()).get("/qr/open.svg")
        lan = await box.client("192.168.1.7:8080").get("/qr/open.svg")
    assert read_svg(wifi.text) == "WIFI:T:nopass;S:DisasterNet;;"
    assert {wifi.headers["content-type"], page.headers["content-type"]} == {"image/svg+xml"}
    assert wifi.headers["cache-control"] == "no-store"
    assert read_svg(page.text) == read_svg(local.text) == "http://disasternet.internal/"
    assert read_svg(lan.text) == "http://192.168.1.7:8080/"


@pytest.mark.anyio
async def test_the_hotspot_of_now_is_in_the_code(tmp_path: Path) -> None:
    names = iter(["One", "Two"])
    async with open_box(tmp_path, hotspot=lambda: HotspotFacts(next(names), HOTSPOT)) as box:
        client = box.client()
        read = [read_svg((await client.get("/qr/wifi.svg")).text) for _ in range(2)]
    assert read == ["WIFI:T:nopass;S:One;;", "WIFI:T:nopass;S:Two;;"]
