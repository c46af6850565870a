"""What cannot be done is told in a sentence, with the right status, and nothing typed is lost."""

import json
from typing import Any

import pytest

from node.contract.problems import FULL, UNAVAILABLE, RefusedError
from tests.unit.api.boxes import BoxUnderTest, open_box
from tests.unit.api.lite.guests import FORM, guest, named_guest, texts
from tests.unit.api.lite.sheets import Sheet

pytestmark = pytest.mark.anyio


def refuse_with(monkeypatch: pytest.MonkeyPatch, box: BoxUnderTest, error: Exception) -> None:
    """Let every message be refused."""

    async def post(*_: object) -> None:
        raise error

    monkeypatch.setattr(box.node.messages, "post", post)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": "é" * 2001}, "Too long. It has 2001 characters; 2000 fit."),
        ({"text": "Hello.", "place": "x" * 81}, "Too long. It has 81 characters; 80 fit."),
        ({"text": "  \n ", "place": "Mill"}, "The message is empty. Write something first."),
        ({"text": "\x01\x02", "place": "Mill"}, "This cannot be done here."),
        ({"text": "Hello.", "name": "\u200b\u2800"}, "Type a name with at least one letter"),
    ],
    ids=["long text", "long place", "empty", "only invisible", "invisible name"],
)
async def test_bad_input_is_told_and_everything_typed_is_still_there(
    box: BoxUnderTest, typed: dict[str, str], sentence: str
) -> None:
    ana = guest(box)
    form = (await ana.open("/lite")).form("/begin")
    page = await ana.send(form, "", **typed)
    assert ana.said.status_code == 400
    assert sentence in page.text
    assert await texts(box) == []
    again = page.forms[0]
    assert {name: again.fields[name] for name in typed} == typed
    assert again.fields["once"] == form.fields["once"]
    await ana.send(again, text="Short.", place="", name="Ana")
    assert await texts(box) == ["Short."]


async def test_two_thousand_of_the_widest_characters_fit(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    await ana.tap("", text="\N{SQUARED SOS}" * 2000)
    assert [len(text) for text in await texts(box)] == [2000]


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (RefusedError(FULL), 507, "This box is full. It can still be read."),
        (RefusedError(UNAVAILABLE), 503, "The box is busy. Try again in a moment."),
        (ValueError("/secret/path"), 500, "The box made a mistake. Try again."),
    ],
)
async def test_what_the_box_cannot_do_now_keeps_the_text_and_makes_one_person(
    box: BoxUnderTest,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    sentence: str,
) -> None:
    ana = guest(box)
    await ana.open("/lite")
    with monkeypatch.context() as patch:
        refuse_with(patch, box, error)
        page = await ana.tap("", text="Hello.", name="Ana")
        assert ana.said.status_code == status
        assert sentence in page.text
        assert "secret" not in page.html
        assert page.forms[0].fields["text"] == "Hello."
        first = page.forms[0].fields["ticket"]
        page = await ana.send(page.forms[0])
        assert page.forms[0].fields["ticket"] == first
    await ana.send(page.forms[0])
    assert await texts(box) == ["Hello."]


async def test_a_form_that_comes_too_soon_is_held_with_all_that_was_typed(tmp_path: Any) -> None:  # noqa: ANN401
    async with open_box(tmp_path, write_burst=2.0) as box:
        ana = await named_guest(box, "Ana")
        form = ana.page.form("/say")
        await ana.send(form, "", text="One.")
        page = await ana.send(form, "", text="Two <b>", category="info", place="Mill")
        assert ana.said.status_code == 429
        assert ana.said.headers["retry-after"] == "1"
        assert "Too many tries. Wait 1 seconds." in page.text
        held = page.forms[0]
        assert held.action == form.action
        told = {name: held.fields[name] for name in ("text", "category", "place")}
        assert told == {"text": "Two <b>", "category": "info", "place": "Mill"}
        box.clock.now_s += 5
        await ana.send(held)
        assert await texts(box) == ["One.", "Two <b>"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"text",
        b"once=" + b"a" * 32 + b"&text=%ff%fe",
        b"once=" + b"a" * 32 + b"&text=\xff",
        b"once=" + b"a" * 32 + b"&text=a&text=b",
        b"once=" + b"a" * 32 + b"&text=hi&admin=1",
        b"once=short&text=hi",
        b"text=hi",
        b"once=" + b"a" * 32 + b"&text=hi&category=evil",
        b"once=" + b"a" * 32 + b"&text=hi&room=../x",
        b"&".join(b"f%d=1" % number for number in range(17)),
        json.dumps({"once": "a" * 32, "text": "hi"}).encode(),
    ],
)
async def test_what_is_no_form_of_these_pages_is_refused(box: BoxUnderTest, body: bytes) -> None:
    ana = await named_guest(box, "Ana")
    answer = await ana.post(f"{ana.place}/say", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert await texts(box) == []


async def test_a_form_of_the_right_shape_is_taken(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    answer = await ana.post(f"{ana.place}/say", b"once=" + b"a" * 32 + b"&text=hi")
    assert answer.status_code == 303
    assert await texts(box) == ["hi"]


async def test_a_body_beyond_the_limit_is_refused_as_a_page(box: BoxUnderTest) -> None:
    ana = await named_guest(box, "Ana")
    answer = await ana.post(f"{ana.place}/say", b"text=" + b"a" * 70_000)
    assert answer.status_code == 413
    assert "That is too long." in ana.page.text


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/lite/begin", "application/json", 415),
        ("/lite/begin", "multipart/form-data; boundary=x", 415),
        ("/lite/begin", "text/plain", 415),
        ("/lite/begin", f"{FORM}; charset=utf-8", 400),
        ("/auth/init", FORM, 415),
        ("/rooms/everyone/messages", FORM, 415),
        ("/literature", FORM, 415),
    ],
)
async def test_forms_are_taken_below_lite_and_nowhere_else(
    box: BoxUnderTest, path: str, kind: str, status: int
) -> None:
    answer = await guest(box).client.post(path, content=b"x=1", headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [
        ("/lite/begin", "null", 400),
        ("/lite/begin", "http://10.83.73.1", 400),
        ("/lite/begin", "http://evil.example", 403),
        ("/lite/begin", "http://10.83.73.1:8080", 403),
        ("/lite/begin", "https://10.83.73.1", 403),
        ("/auth/init", "null", 403),
        ("/rooms", "null", 403),
    ],
)
async def test_no_origin_counts_as_own_below_lite_only(
    box: BoxUnderTest, path: str, origin: str, status: int
) -> None:
    kind = FORM if path.startswith("/lite") else "application/json"
    headers = {"content-type": kind, "origin": origin}
    answer = await guest(box).client.post(path, content=b"x=1", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status", "back"),
    [
        ("GET", "/lite/nothing", 404, "/lite"),
        ("GET", f"/lite/room/{'0' * 64}", 404, "/lite"),
        ("GET", f"/lite/s/{'a' * 32}/nothing", 404, f"/lite/s/{'a' * 32}"),
        ("GET", "/lite/begin", 405, "/lite"),
        ("GET", "/lite?colour=red", 400, "/lite"),
        ("GET", "/lite/room/evil", 400, "/lite"),
        ("GET", "/lite/room/everyone?before=evil", 400, "/lite"),
        ("GET", "/lite/people?category=evil", 400, "/lite"),
        ("DELETE", "/lite", 405, "/lite"),
    ],
)
async def test_every_refusal_below_lite_is_a_page_with_a_way_back(
    still_box: BoxUnderTest, method: str, path: str, status: int, back: str
) -> None:
    answer = await guest(still_box).client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Sheet(answer.text)
    assert page.link("Back") == back
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]


async def test_refusals_speak_the_language_of_the_browser(still_box: BoxUnderTest) -> None:
    answer = await guest(still_box).client.get("/lite/x", headers={"accept-language": "ar"})
    page = Sheet(answer.text)
    assert page.root == {"lang": "ar", "dir": "rtl"}


async def test_a_foreign_host_is_refused_before_anything_is_shown(still_box: BoxUnderTest) -> None:
    answer = await guest(still_box).client.get("/lite", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "<form" not in answer.text
