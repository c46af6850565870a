"""People, rooms and messages as the pages list them."""

import pytest

from node.api.lite.showing import CUT_CHARS, fitting
from tests.unit.api.boxes import BoxUnderTest
from tests.unit.api.lite.guests import Guest, guest, messages, named_guest, texts

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


async def check_in(
    box: BoxUnderTest, name: str, category: str, text: str, place: str = ""
) -> Guest:
    """Return somebody who has said how it is."""
    visitor = await named_guest(box, name)
    await visitor.tap("", text=text, category=category, place=place)
    return visitor


@pytest.mark.parametrize(
    ("tab", "shown"),
    [
        ("How they are", ["Ana", "Ben"]),
        ("✓ Safe", ["Ana"]),
        ("! Need help", ["Ben"]),
        ("? Looking", ["Cem"]),
        ("+ Offers", ["Dina"]),
        ("• News", ["Eli"]),
    ],
)
async def test_people_are_listed_by_what_they_said(
    box: BoxUnderTest, tab: str, shown: list[str]
) -> None:
    said = {"Ana": "safe", "Ben": "help", "Cem": "looking", "Dina": "offer", "Eli": "info"}
    for name, category in said.items():
        await check_in(box, name, category, f"This is {category}.")
    visitor = guest(box, "10.83.73.99")
    await visitor.open("/lite/people")
    page = await visitor.follow(tab)
    assert [name for name in said if f"{name} " in page.text] == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("ana", ["Ana"]),
        ("BRIDGE", ["Ben"]),
        ("chur", ["Ana"]),
        ("nobody", []),
        ("", ["Ana", "Ben"]),
    ],
)
async def test_people_are_found_by_name_place_or_word(
    box: BoxUnderTest, words: str, shown: list[str]
) -> None:
    await check_in(box, "Ana", "safe", "We are four.", "Church")
    await check_in(box, "Ben", "help", "The bridge is gone.", "Mill")
    visitor = guest(box, "10.83.73.99")
    await visitor.open("/lite/people?lang=en")
    page = await visitor.send(visitor.page.form("/people"), q=words)
    assert [name for name in ("Ana", "Ben") if f"{name} " in page.text] == shown
    assert ("Nobody found." in page.text) is (shown == [])
    assert page.form("/people").fields["q"] == words


async def test_a_tab_keeps_what_is_looked_for_and_the_language(box: BoxUnderTest) -> None:
    await check_in(box, "Ana", "safe", "We are four.", "Church")
    visitor = guest(box, "10.83.73.99")
    page = await visitor.open("/lite/people?q=ana&category=help&lang=es")
    assert page.form("/people").fields == {"lang": "es", "category": "help", "q": "ana"}
    page = await visitor.follow("✓ A salvo")
    assert "We are four." in page.text
    assert page.root["lang"] == "es"


async def test_a_list_says_where_and_when_and_that_the_time_is_uncertain(box: BoxUnderTest) -> None:
    await check_in(box, "Ana", "safe", "We are four.", "Church")
    box.clock.now_ms += 3 * HOUR_MS + MINUTE_MS
    page = await guest(box).open("/lite/people")
    assert "3 h ago · time uncertain" in page.text  # this box's clock was set by nobody
    assert "Place: Church" in page.text


async def test_more_people_are_a_link_away_and_nobody_is_left_out(box: BoxUnderTest) -> None:
    names = [f"Person{number:02d}" for number in range(35)]
    for name in names:
        await check_in(box, name, "safe", "Here. " * 45)
    visitor = guest(box, "10.83.73.99")
    page = await visitor.open("/lite/people")
    seen: list[str] = []
    for _ in range(20):
        seen += [name for name in reversed(names) if f"{name} " in page.text]
        if "More people" not in page.captions:
            break
        page = await visitor.follow("More people")
    assert seen == list(reversed(names))


async def test_older_messages_are_a_link_away_and_none_is_left_out(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    form = ana.page.form("/say")
    said = [f"Message {number:02d}. " + "x" * 400 for number in range(40)]
    for number, text in enumerate(said):
        await ana.send(form, "", text=text, once=f"{number:032x}")
    page = await ana.open(f"{ana.place}/room/everyone")
    seen: list[str] = []
    for _ in range(20):
        seen += [text for text in reversed(said) if text in page.text]
        if "Older messages" not in page.captions:
            break
        page = await ana.follow("Older messages")
    assert seen == list(reversed(said))


async def test_urgent_messages_are_above_newer_ones(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana", cookies=True)
    urgent = {"text": "Leave the valley.", "urgent": True}
    await ana.client.post("/rooms/everyone/messages", json=urgent)
    await ana.tap("", text="Newer.")
    page = await ana.open(f"{ana.place}/new")
    assert page.text.index("Leave the valley.") < page.text.index("Newer.")
    assert "‼ Urgent" in page.text
    assert await texts(box) == ["Leave the valley.", "Newer."]


async def test_a_long_message_is_cut_in_the_list_and_whole_behind_its_link(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="Before.")
    whole = "a" * CUT_CHARS + "THE END"
    await ana.tap("", text=whole)
    await ana.tap("", text="After.")
    page = await ana.open(f"{ana.place}/new")
    assert "THE END" not in page.text
    page = await ana.follow("Read all of it")
    assert whole in page.text
    assert "Before." not in page.text
    assert "After." not in page.text
    page = await ana.follow("Newest messages")
    assert "After." in page.text


async def test_rooms_are_listed_joined_and_written_in(box: BoxUnderTest) -> None:
    ben = await named_guest(box, "Ben", "10.83.73.60", cookies=True)
    room = (await ben.client.post("/rooms", json={"name": "Water <b>"})).json()["id"]
    ana = await named_guest(box, "Ana")
    page = await ana.open(f"{ana.place}/rooms")
    assert page.captions[:2] == ["Everyone", "Water <b>"]
    page = await ana.follow("Water <b>")
    page = await ana.send(page.form("/join"))
    assert "You are in this room." in page.text
    assert not page.has_form("/join")
    page = await ana.send(page.form("/say"), text="The tap is dry.")
    assert "The tap is dry." in page.text
    assert [message["text"] for message in await messages(box, room)] == ["The tap is dry."]
    assert await texts(box) == []


async def test_whoever_has_no_session_can_write_in_a_room(box: BoxUnderTest) -> None:
    ben = await named_guest(box, "Ben", "10.83.73.60", cookies=True)
    room = (await ben.client.post("/rooms", json={"name": "Water"})).json()["id"]
    ana = guest(box)
    page = await ana.open(f"/lite/room/{room}?lang=fr")
    page = await ana.send(page.form("/lite/begin"), text="Bonjour.", name="Ana")
    assert ana.place.endswith(f"/room/{room}")
    assert page.root["lang"] == "fr"
    assert "Bonjour." in page.text


async def test_own_messages_say_how_far_they_came(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="Hello.")
    assert "on this box" in (await ana.open(f"{ana.place}/new")).text
    other = await named_guest(box, "Ben", "10.83.73.60")
    assert "on this box" not in (await other.open(f"{other.place}/new")).text


async def test_the_language_of_a_session_is_kept_without_a_cookie(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    page = await ana.send(ana.page.form("/lang"), "ar")
    assert (page.root["lang"], page.root["dir"]) == ("ar", "rtl")
    assert (await ana.open(f"{ana.place}/rooms")).root["lang"] == "ar"
    page = await ana.open(f"{ana.place.removesuffix('/rooms')}?lang=tr")
    assert page.root["lang"] == "tr"


async def test_a_browser_that_keeps_cookies_keeps_the_language(box: BoxUnderTest) -> None:
    visitor = guest(box, cookies=True)
    page = await visitor.open("/lite")
    await visitor.send(next(form for form in page.forms if form.method == "get"), "uk")
    assert (await visitor.open("/lite/rooms")).root["lang"] == "uk"


async def test_another_name_is_shown_and_another_author_can_be_refused(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.open(f"{ana.place}/me")
    page = await ana.send(ana.page.form("/name"), name="Ana Ruiz")
    assert "You: Ana Ruiz" in page.text
    page = await ana.send(ana.page.form("/name"), name="\u200b")
    assert ana.said.status_code == 400
    assert "Type a name with at least one letter or digit." in page.text


@pytest.mark.parametrize(
    ("weights", "count"),
    [([], 0), ([1], 1), ([99], 1), ([5, 5], 2), ([5, 6], 1), ([4, 4, 4], 2), ([0] * 9, 9)],
)
def test_a_page_takes_what_fits_and_at_least_one(weights: list[int], count: int) -> None:
    assert fitting(weights, budget_bytes=10) == count
