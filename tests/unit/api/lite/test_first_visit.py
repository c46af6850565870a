"""From the first screen to a posted message, without a script and without a cookie."""

import pytest

from tests.unit.api.boxes import BoxUnderTest
from tests.unit.api.lite.guests import guest, messages, named_guest, texts

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("lang", "tap", "text", "nameless"),
    [
        ("en", "safe", "I am safe.", "Somebody"),
        ("en", "help", "I need help.", "Somebody"),
        ("ar", "safe", "أنا بأمان.", "شخص ما"),
        ("ht", "help", "Mwen bezwen èd.", "Yon moun"),
    ],
)
async def test_one_tap_says_it_in_the_language_of_the_page(
    box: BoxUnderTest, lang: str, tap: str, text: str, nameless: str
) -> None:
    ana = guest(box)
    await ana.open(f"/lite?lang={lang}")
    after = await ana.tap(tap)
    [message] = await messages(box)
    assert (message["text"], message["category"]) == (text, tap)
    assert message["author"]["name"] == nameless
    assert ana.place.startswith("/lite/s/")
    assert after.root["lang"] == lang


async def test_the_name_is_asked_after_the_first_tap_and_then_no_more(box: BoxUnderTest) -> None:
    ana = guest(box)
    await ana.open("/lite")
    asked = await ana.tap("safe")
    assert "What is your name?" in asked.text
    named = await ana.tap("name", name="Ana")
    assert "What is your name?" not in named.text
    assert "You: Ana" in named.text
    [message] = await messages(box)
    assert message["author"]["name"] == "Ana"


async def test_a_message_can_say_its_writer_kind_and_place(box: BoxUnderTest) -> None:
    ana = guest(box)
    await ana.open("/lite")
    await ana.tap("", name="Ana", text="Bread here.", category="offer", place="Mill")
    [message] = await messages(box)
    told = {key: message[key] for key in ("text", "category", "place")}
    assert told == {"text": "Bread here.", "category": "offer", "place": "Mill"}
    assert message["author"]["name"] == "Ana"


async def test_what_was_typed_goes_along_with_a_tap(box: BoxUnderTest) -> None:
    ana = guest(box)
    await ana.open("/lite")
    await ana.tap("safe", text="All four of us.")
    [message] = await messages(box)
    assert (message["text"], message["category"]) == ("All four of us.", "safe")


async def test_a_name_alone_makes_a_person_and_no_message(box: BoxUnderTest) -> None:
    ana = guest(box)
    await ana.open("/lite")
    after = await ana.tap("", name="Ana")
    assert "You: Ana" in after.text
    assert await messages(box) == []


async def test_saving_the_name_keeps_a_text_that_is_half_typed(box: BoxUnderTest) -> None:
    ana = guest(box)
    await ana.open("/lite")
    await ana.tap("safe")
    kept = await ana.tap("name", name="Ana", text="The road is", place="North")
    assert ana.said.status_code == 200
    fields = kept.forms[0].fields
    assert (fields["text"], fields["place"]) == ("The road is", "North")
    await ana.send(kept.forms[0], text="The road is open.")
    assert await texts(box) == ["I am safe.", "The road is open."]


async def test_enter_in_a_field_presses_none_of_the_big_buttons(box: BoxUnderTest) -> None:
    page = await guest(box).open("/lite")
    form = page.form("/begin")
    # HTML, "implicit submission": the first submit button of a form is its default button.
    assert form.buttons[0][:2] == ("tap", "")
    assert form.on_hidden == {""}


async def test_a_form_posted_twice_is_one_message_and_one_person(box: BoxUnderTest) -> None:
    ana = guest(box)
    form = (await ana.open("/lite")).form("/begin")
    await ana.send(form, "safe")
    first = ana.place
    await ana.send(form, "safe")
    assert ana.place == first
    assert await texts(box) == ["I am safe."]


async def test_a_later_form_posted_twice_is_one_message(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    form = ana.page.form("/say")
    for _ in range(2):
        await ana.send(form, "", text="Once.")
    assert await texts(box) == ["Once."]


async def test_another_text_in_a_form_that_was_sent_is_another_message(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    form = ana.page.form("/say")
    await ana.send(form, "", text="First.")
    await ana.send(form, "", text="Second.")  # as after "Back", from the page as it was kept
    assert await texts(box) == ["First.", "Second."]


async def test_two_forms_with_one_text_are_two_messages(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="Again.")
    await ana.tap("", text="Again.")
    assert await texts(box) == ["Again.", "Again."]


async def test_line_breaks_of_a_form_arrive_as_one_character_each(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="one\r\ntwo")
    assert await texts(box) == ["one\ntwo"]


async def test_a_person_whose_browser_keeps_cookies_is_the_same_on_every_page(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana", cookies=True)
    page = await ana.open("/lite")
    assert "You: Ana" in page.text
    await ana.send(page.form("/lite/act/say"), "", text="By cookie.")
    assert ana.place == "/lite"
    [message] = await messages(box)
    assert message["author"]["name"] == "Ana"
    assert (await ana.client.get("/auth/me")).json()["user"]["name"] == "Ana"
