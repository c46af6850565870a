"""The session in the address of a page: whose it is, and when it is nobody's."""

import pytest

from node.runtime.pop_ups import LIFE_S
from tests.unit.api.boxes import BoxUnderTest
from tests.unit.api.lite.guests import Guest, guest, named_guest, texts

pytestmark = pytest.mark.anyio

ENDED = "This page had ended; you can begin again."
WENT = "You went on in your browser."


async def hand_over(box: BoxUnderTest, ana: Guest, address: str) -> Guest:
    """Let somebody at ``address`` use four words of ``ana``."""
    await ana.open(f"{ana.place}/me")
    offered = await ana.send(ana.page.form("/offer"))
    four = offered.html.partition('translate="no">')[2].partition("<")[0]
    other = guest(box, address)
    await other.open("/lite/carry")
    await other.send(other.page.form("/lite/carry"), words=four)
    return other


async def test_another_address_sees_the_welcome_page_and_nothing_of_the_person(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana Ruiz")
    assert "Ana Ruiz" in ana.page.text
    for page in ("", "/me", "/open", "/rooms", "/people"):
        seen = await guest(box, "10.83.73.99").open(ana.place + page)
        assert "Ana Ruiz" not in seen.html, page
        assert ana.place not in seen.html, page
    welcome = await guest(box, "10.83.73.99").open(ana.place)
    assert ENDED in welcome.text
    assert welcome.has_form("/lite/begin")


@pytest.mark.parametrize("name", ["0" * 32, "not-a-session", "F" * 32])
async def test_an_unknown_session_is_the_welcome_page(box: BoxUnderTest, name: str) -> None:
    seen = guest(box)
    page = await seen.open(f"/lite/s/{name}")
    assert seen.said.status_code == 200
    assert ENDED in page.text
    assert page.has_form("/lite/begin")


@pytest.mark.parametrize(("passed_s", "is_over"), [(LIFE_S - 60, False), (LIFE_S + 1, True)])
async def test_a_session_ends_after_a_day_of_power(
    box: BoxUnderTest, passed_s: int, *, is_over: bool
) -> None:
    ana = await named_guest(box, "Ana Ruiz")
    box.clock.now_s += passed_s
    page = await ana.open(ana.place)
    assert (ENDED in page.text) is is_over
    assert ("Ana Ruiz" in page.text) is not is_over


async def test_a_hand_over_ends_the_session_and_says_so(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana Ruiz")
    place = ana.place
    browser = await hand_over(box, ana, "10.83.73.60")
    assert "Ana Ruiz" in browser.page.text
    page = await ana.open(place)
    assert WENT in page.text
    assert "Ana Ruiz" not in page.text
    assert ENDED not in page.text


async def test_what_was_typed_in_a_session_that_ended_is_still_there_and_can_be_sent(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana")
    form = ana.page.form("/say")
    await hand_over(box, ana, "10.83.73.60")
    refused = await ana.send(form, "", text="Too late?", place="Mill")
    assert ana.said.status_code == 403
    assert "You went on in your browser. You can begin again here." in refused.text
    assert await texts(box) == []
    again = refused.forms[0]
    assert again.action == "/lite/begin"
    assert (again.fields["text"], again.fields["place"]) == ("Too late?", "Mill")
    await ana.send(again)
    assert await texts(box) == ["Too late?"]
    assert ana.place.startswith("/lite/s/")


async def test_an_old_form_does_not_raise_a_session_that_was_handed_over(
    box: BoxUnderTest,
) -> None:
    ana = guest(box)
    form = (await ana.open("/lite")).form("/begin")
    await ana.send(form, "", name="Ana")
    ended = ana.place
    await hand_over(box, ana, "10.83.73.60")
    refused = await ana.send(form, "safe")
    assert ana.said.status_code == 403
    assert await texts(box) == []
    await ana.send(refused.forms[0])
    assert ana.place != ended
    assert await texts(box) == ["I am safe."]


@pytest.mark.parametrize("damage", ["", "0" * 72, "zz", "x" * 300])
async def test_a_forged_ticket_begins_nothing(box: BoxUnderTest, damage: str) -> None:
    ana = guest(box)
    form = (await ana.open("/lite")).form("/begin")
    refused = await ana.send(form, "", text="Hello.", ticket=damage)
    assert ana.said.status_code in {400, 403}
    assert await texts(box) == []
    assert refused.forms[0].fields["text"] == "Hello."
    await ana.send(refused.forms[0])
    assert await texts(box) == ["Hello."]


async def test_a_ticket_of_another_address_begins_nothing(box: BoxUnderTest) -> None:
    form = (await guest(box, "10.83.73.50").open("/lite")).form("/begin")
    thief = guest(box, "10.83.73.99")
    await thief.send(form, "safe")
    assert thief.said.status_code == 403
    assert await texts(box) == []


@pytest.mark.parametrize("act", ["say", "name", "lang", "offer", "draw", "drop", "join", "carry"])
async def test_a_cookie_alone_does_nothing_another_page_cannot_have_a_ticket(
    box: BoxUnderTest, act: str
) -> None:
    ana = await named_guest(box, "Ana", cookies=True)
    bodies = {
        "say": f"once={'a' * 32}&text=hi&ticket=",
        "name": "name=Eve&ticket=",
        "drop": f"author={'a' * 64}&ticket=",
        "join": "room=everyone&ticket=",
        "carry": "words=one+two+three+four&ticket=",
    }
    answer = await ana.post(f"/lite/act/{act}", bodies.get(act, "ticket=") + "0" * 72)
    assert answer.status_code == 403
    assert "This form was too old" in ana.page.text
    assert await texts(box) == []
    assert (await ana.client.get("/auth/me")).json()["user"]["name"] == "Ana"


async def test_acts_of_a_cookie_need_the_cookie(box: BoxUnderTest) -> None:
    ana = guest(box)
    ticket = (await ana.open("/lite")).form("/begin").fields["ticket"]
    answer = await ana.post("/lite/act/name", f"name=Eve&ticket={ticket}")
    assert answer.status_code == 403


async def test_a_form_of_a_session_that_ended_is_not_taken_as_the_cookies(
    box: BoxUnderTest,
) -> None:
    ben = await named_guest(box, "Ben", cookies=True)
    ticket = (await ben.open("/lite")).form("/say").fields["ticket"]
    body = f"once={'b' * 32}&text=Hello.&ticket={ticket}"
    answer = await ben.post(f"/lite/s/{'a' * 32}/say", body)
    assert answer.status_code == 403
    assert await texts(box) == []


async def test_a_session_in_the_address_goes_before_the_cookie(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana", cookies=True)
    place = ana.place
    page = await ana.open(place)
    assert page.has_form(f"{place}/say")
