"""Four words to another browser, twelve to another box, by hand and by code."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from node.api.lite.catalogue import catalogue
from node.runtime.words import secret_of
from tests.unit.api.boxes import BoxUnderTest, open_box
from tests.unit.api.lite.guests import Guest, guest, messages, named_guest
from tests.unit.api.lite.sheets import Sheet

pytestmark = pytest.mark.anyio


def shown_words(page: Sheet) -> str:
    """Return the words that a page shows."""
    return page.html.partition('translate="no">')[2].partition("<")[0]


async def offer(ana: Guest) -> str:
    """Return four words of hers."""
    await ana.open(f"{ana.place}/me")
    return shown_words(await ana.send(ana.page.form("/offer")))


async def draw(ana: Guest) -> str:
    """Return twelve words of hers."""
    await ana.open(f"{ana.place}/me")
    return shown_words(await ana.send(ana.page.form("/draw")))


async def type_words(visitor: Guest, words: str) -> Sheet:
    """Type words where people do."""
    await visitor.open("/lite/carry")
    return await visitor.send(visitor.page.form("/lite/carry"), words=words)


@pytest.mark.parametrize("shape", ["{0}", " {0} ", "{1}", "{2}"])
async def test_four_words_open_the_same_person_elsewhere_without_a_cookie(
    box: BoxUnderTest, shape: str
) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="From the pop-up.")
    four = await offer(ana)
    assert len(four.split()) == 4
    browser = guest(box, "10.83.73.60")
    page = await type_words(browser, shape.format(four, four.upper(), four.replace(" ", "-")))
    assert "You: Ana" in page.text
    await browser.tap("", text="From the browser.")
    assert len({message["author"]["id"] for message in await messages(box)}) == 1


async def test_the_code_opens_a_page_that_asks_first(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    four = await offer(ana)
    browser = guest(box, "10.83.73.60")
    link = f"/lite/enter/{four.replace(' ', '-')}"
    await browser.open(link)
    asked = await browser.open(link)
    assert browser.said.status_code == 200
    assert "set-cookie" not in browser.said.headers
    assert "Ana" not in asked.text
    page = await browser.send(asked.form("/lite/enter"))
    assert "You: Ana" in page.text
    assert "You are here now." in page.text


@pytest.mark.parametrize("way", [offer, draw])
async def test_the_language_goes_along_without_a_cookie(
    box: BoxUnderTest, way: Callable[[Guest], Awaitable[str]]
) -> None:
    words = await way(await named_guest(box, "Ana"))
    browser = guest(box, "10.83.73.60")
    await browser.open("/lite/carry?lang=tr")
    page = await browser.send(browser.page.form("/lite/carry"), words=words)
    assert page.root["lang"] == "tr"


async def test_words_typed_where_somebody_already_is_lead_to_their_owner(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana")
    four = await offer(ana)
    ben = await named_guest(box, "Ben", "10.83.73.60")
    await ben.open(f"{ben.place}/carry")
    page = await ben.send(ben.page.form("/carry"), words=four)
    assert "You: Ana" in page.text


@pytest.mark.parametrize("words", ["zoo zoo zoo zoo", "not words at all", "abandon", "a"])
async def test_wrong_words_are_told_and_stay_in_the_field(box: BoxUnderTest, words: str) -> None:
    visitor = guest(box)
    page = await type_words(visitor, words)
    assert visitor.said.status_code == 404
    assert "These words do not fit." in page.text
    assert page.forms[0].fields["words"] == words
    # Nothing was to be sent: people look for a message that is lost.
    assert "Not sent yet" not in page.text
    assert page.forms[0].buttons[0][2] == "Go on"


@pytest.mark.parametrize(
    ("lang", "address", "choice"),
    [
        ("en", "http://10.83.73.1/", "I have four words"),
        ("uk", "http://10.83.73.1/lite", catalogue("uk").say("before")),
    ],
)
async def test_words_are_typed_at_a_page_that_speaks_the_language(
    box: BoxUnderTest, lang: str, address: str, choice: str
) -> None:
    ana = guest(box)
    await ana.open(f"/lite?lang={lang}")
    await ana.tap("", name="Ana")
    await offer(ana)
    assert f'<p class="url">{address}</p>' in ana.page.html
    assert choice in ana.page.text
    await ana.open(f"{urlsplit(address).path}?lang={lang}")
    assert lang == "en" or choice in ana.page.text


async def test_used_words_are_told_at_another_address(box: BoxUnderTest) -> None:
    four = await offer(await named_guest(box, "Ana"))
    await type_words(guest(box, "10.83.73.60"), four)
    thief = guest(box, "10.83.73.99")
    page = await type_words(thief, four)
    assert thief.said.status_code == 404
    assert "used already" in page.text
    assert "Ana" not in page.text


async def test_the_answer_that_was_lost_is_given_again_at_the_same_address(
    box: BoxUnderTest,
) -> None:
    four = await offer(await named_guest(box, "Ana"))
    browser = guest(box, "10.83.73.60")
    for _ in range(2):
        page = await type_words(browser, four)
        assert "You: Ana" in page.text


async def test_guessing_is_slowed_down_and_the_wait_is_told(box: BoxUnderTest) -> None:
    thief = guest(box, "10.83.73.99")
    statuses: list[int] = []
    for _ in range(6):
        await type_words(thief, "zoo zoo zoo zoo")
        statuses.append(thief.said.status_code)
    assert statuses == [404] * 5 + [429]
    wait = thief.said.headers["retry-after"]
    assert f"Wait {wait} seconds." in thief.page.text
    four = await offer(await named_guest(box, "Ana"))
    other = guest(box, "10.83.73.60")
    assert "You: Ana" in (await type_words(other, four)).text


async def test_twelve_words_open_the_same_person_on_their_own_box(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="Before.")
    twelve = await draw(ana)
    assert len(twelve.split()) == 12
    later = guest(box, "10.83.73.60")
    page = await type_words(later, twelve)
    assert "You: Ana" in page.text
    await later.tap("", text="After.")
    assert len({message["author"]["id"] for message in await messages(box)}) == 1


async def test_the_paper_opens_a_page_that_asks_first(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    author = (await messages_author(box, ana))["id"]
    twelve = await draw(ana)
    later = guest(box, "10.83.73.60")
    secret = secret_behind(twelve)
    asked = await later.open(f"/lite/carry/{author}/{secret}")
    assert "Ana" not in asked.text
    assert "set-cookie" not in later.said.headers
    page = await later.send(asked.form("/lite/carry"))
    assert "You: Ana" in page.text


async def test_twelve_words_on_another_box_begin_a_person_of_the_old_name(
    box: BoxUnderTest, tmp_path: Path
) -> None:
    ana = await named_guest(box, "Ana")
    author = (await messages_author(box, ana))["id"]
    secret = secret_behind(await draw(ana))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with open_box(elsewhere) as second:
        later = guest(second)
        asked = await later.open(f"/lite/carry/{author}/{secret}")
        await later.send(asked.form("/lite/carry"))
        assert later.said.status_code == 200
        await later.tap("", text="Here now.")
        assert len(await messages(second)) == 1


async def test_the_secret_is_in_no_other_answer_and_not_in_the_store(
    box: BoxUnderTest, tmp_path: Path
) -> None:
    ana = await named_guest(box, "Ana")
    twelve = await draw(ana)
    assert ana.said.headers["cache-control"] == "no-store"
    secret = secret_behind(twelve)
    for page in ("", "/me", "/open", "/carry"):
        seen = await ana.open(re.sub(r"/draw$", "", ana.place) + page)
        assert twelve not in seen.html
        assert secret not in seen.html
    kept = everything_in(tmp_path)
    assert secret.encode() not in kept
    assert twelve.encode() not in kept


def everything_in(folder: Path) -> bytes:
    """Return what a box keeps on its disk."""
    return b"".join(file.read_bytes() for file in folder.rglob("node.db*"))


async def messages_author(box: BoxUnderTest, ana: Guest) -> dict[str, str]:
    """Return who she is, as one of her messages says."""
    await ana.tap("", text="Hello.")
    author: dict[str, str] = (await messages(box))[-1]["author"]
    return author


def secret_behind(twelve: str) -> str:
    """Return the 32 digits that twelve words stand for."""
    return secret_of(twelve).hex()
