"""The poster says how to join, in the languages of whoever stands before it."""

import re
from html import unescape
from pathlib import Path

import pytest

from node.api.lite.catalogue import LANGUAGES, catalogue
from node.api.templating import policy, style_of
from node.contract.facts import HotspotFacts
from tests.unit.api.boxes import HOTSPOT, BoxUnderTest, open_box
from tests.unit.api.qr_reader import read_svg

pytestmark = pytest.mark.anyio

OPEN = HotspotFacts("DisasterNet", HOTSPOT)


def codes_of(page: str) -> list[str]:
    return [read_svg(svg) for svg in re.findall(r'<svg xmlns=.*?class="qr".*?</svg>', page)]


def paper_of(page: str) -> str:
    """Return what is printed: all but the choice of languages, as text."""
    main = page[page.index("<main") :]
    return unescape(re.sub(r"<[^>]+>", " ", main))


@pytest.fixture
async def page(tmp_path: Path) -> str:
    async with open_box(tmp_path, hotspot=OPEN) as box:
        answer = await box.client(HOTSPOT).get("/poster?lang=en,ar")
    assert answer.status_code == 200
    return answer.text


async def test_its_codes_join_the_wifi_and_open_the_page(page: str) -> None:
    assert codes_of(page) == ["WIFI:T:nopass;S:DisasterNet;;", "http://disasternet.internal/"]
    paper = paper_of(page)
    for text in ("http://disasternet.internal/", "http://10.83.73.1/", "Box one", "DisasterNet"):
        assert text in paper


async def test_a_poster_made_on_the_cable_is_for_the_hotspot_all_the_same(tmp_path: Path) -> None:
    async with open_box(tmp_path, hotspot=OPEN) as box:
        page = (await box.client("192.168.1.7").get("/poster")).text
    assert codes_of(page)[1] == "http://disasternet.internal/"
    assert "192.168.1.7" not in page


async def test_a_box_without_a_hotspot_says_to_use_the_same_network(
    still_box: BoxUnderTest,
) -> None:
    page = (await still_box.client("192.168.1.7:8080").get("/poster?lang=en")).text
    assert codes_of(page) == ["http://192.168.1.7:8080/"]
    assert catalogue("en").say("poster.network") in paper_of(page)
    assert "Wi-Fi" not in paper_of(page)


async def test_a_password_is_on_the_paper(tmp_path: Path) -> None:
    facts = HotspotFacts("<b>Gym</b>", HOTSPOT, 'say "hi" & go')
    async with open_box(tmp_path, hotspot=facts) as box:
        page = (await box.client(HOTSPOT).get("/poster?lang=en")).text
    assert codes_of(page)[0] == 'WIFI:T:WPA;S:<b>Gym</b>;P:say \\"hi\\" & go;;'
    assert 'Password: say "hi" & go' in paper_of(page)
    assert "<b>Gym" not in page


async def test_every_language_has_its_words_and_its_direction(page: str) -> None:
    paper = paper_of(page)
    for lang in ("en", "ar"):
        for key in ("poster.title", "poster.open", "poster.write", "poster.free"):
            assert catalogue(lang).say(key) in paper
    assert catalogue("es").say("poster.title") not in paper
    assert re.search(r'<html lang="en" dir="ltr">', page)
    assert page.count('<li dir="rtl">') == page.count('<li dir="ltr">') == 3


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_browsers_language_is_taken_where_none_is_chosen(
    still_box: BoxUnderTest, lang: str
) -> None:
    page = (await still_box.client().get("/poster", headers={"accept-language": f"{lang}-XX"})).text
    assert f'<html lang="{lang}"' in page
    assert catalogue(lang).say("poster.write") in paper_of(page)


async def test_languages_are_put_on_and_taken_off_by_links(page: str) -> None:
    links = re.findall(r'<a href="(/poster\?lang=[a-z,]+)" lang="([a-z]+)"', page)
    assert {lang: link for link, lang in links} == {
        lang: f"/poster?lang=en,ar,{lang}" for lang in LANGUAGES
    } | {"en": "/poster?lang=ar", "ar": "/poster?lang=en"}


@pytest.mark.parametrize(("query", "offered"), [("en", 7), ("en,ar", 8), ("en,ar,es", 3)])
async def test_never_no_language_and_never_more_than_three(
    still_box: BoxUnderTest, query: str, offered: int
) -> None:
    page = (await still_box.client().get(f"/poster?lang={query}")).text
    assert page.count('<a href="/poster?lang=') == offered


@pytest.mark.parametrize(
    "query", ["lang=xx", "lang=", "lang=en,ar,es,fr", "lang=en&lang=ar", "lang=en,,ar", "size=a3"]
)
async def test_what_is_no_language_is_refused(still_box: BoxUnderTest, query: str) -> None:
    answer = await still_box.client().get(f"/poster?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


async def test_the_style_is_the_only_one_the_policy_lets_in(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/poster")
    style = style_of("poster.css")
    assert answer.headers["content-security-policy"] == policy(style)
    assert "unsafe" not in policy(style)
    assert f"<style>{style.css}</style>" in answer.text
    assert not re.search(r"<script|style=|\son[a-z]+=", answer.text)
