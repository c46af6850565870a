"""Posting, reading back, finding, and the signed bytes."""

import json

import pytest

from node.protocol.envelope import open_envelope
from tests.unit.api.boxes import BoxUnderTest

pytestmark = pytest.mark.anyio

HERE = "/rooms/everyone/messages"
SHAPE = {
    "id", "cursor", "room_id", "author", "text", "category", "place", "urgent", "reply_to",
    "sort_ms", "time_certain", "hlc", "state",
}  # fmt: skip


async def test_a_message_comes_back_as_it_was_posted(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    said = {"text": "I am safe", "category": "safe", "place": "Gym", "urgent": True}
    posted = await ana.post(HERE, json=said)
    assert posted.status_code == 201
    message = posted.json()
    assert set(message) == SHAPE
    assert {key: message[key] for key in said} == said
    assert message["state"] == {"stored": True, "boxes": 1}
    assert message["hlc"].isdigit()
    assert set(message["author"]) == {"id", "person", "name", "fingerprint", "via"}
    assert (await box.client().get(HERE)).json()["items"] == [message]


async def test_an_answer_names_what_it_answers(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    first = (await ana.post(HERE, json={"text": "one"})).json()
    second = (await ana.post(HERE, json={"text": "two", "reply_to": first["id"]})).json()
    assert second["reply_to"] == first["id"]


async def test_the_same_client_id_of_one_person_is_one_message(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    body = {"text": "once", "client_id": "a-1"}
    answers = [await ana.post(HERE, json=body) for _ in range(3)]
    other = await ben.post(HERE, json=body)
    assert {answer.status_code for answer in (*answers, other)} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert other.json()["id"] != answers[0].json()["id"]
    assert len((await ana.get(HERE)).json()["items"]) == 2


async def test_posting_joins_the_room(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    room_id = (await ana.post("/rooms", json={"name": "Gym"})).json()["id"]
    await ben.post(f"/rooms/{room_id}/messages", json={"text": "hi"})
    assert (await ben.get("/rooms")).json()[1]["joined"]


async def test_pages_lead_back_by_before_and_on_by_after(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    for number in range(7):
        box.clock.now_ms += 1000
        await ana.post(HERE, json={"text": str(number)})
    back: list[list[str]] = []
    query: dict[str, str] = {"limit": "3"}
    while True:
        page = (await ana.get(HERE, params=query)).json()
        back.append([message["text"] for message in page["items"]])
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert back == [["4", "5", "6"], ["1", "2", "3"], ["0"]]
    first = (await ana.get(HERE, params={"limit": "200"})).json()["items"][0]["cursor"]
    on = (await ana.get(HERE, params={"limit": "4", "after": first})).json()
    rest = (await ana.get(HERE, params={"limit": "4", "after": on["next"]})).json()
    assert [m["text"] for m in on["items"] + rest["items"]] == ["1", "2", "3", "4", "5", "6"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("limit=0", 400, "invalid"),
        ("limit=201", 400, "invalid"),
        ("limit=many", 400, "invalid"),
        ("limit=1&limit=2", 400, "invalid"),
        ("limits=1", 400, "invalid"),
        ("before=x", 400, "cursor"),
        ("after=x", 400, "cursor"),
        ("after=0000000000000000.1", 410, "other-store"),
        ("before=" + "x" * 65, 400, "invalid"),
    ],
)
async def test_a_query_that_cannot_be_used_is_refused(
    still_box: BoxUnderTest, query: str, status: int, slug: str
) -> None:
    answer = await still_box.client().get(f"{HERE}?{query}")
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": " \n "},
        {"text": "a" * 2001},
        {"text": "a", "place": "p" * 81},
        {"text": "a", "category": "party"},
        {"text": "a", "extra": 1},
        {"text": "a", "urgent": 1},
        {"text": "a", "reply_to": "zz"},
        {"text": "a", "client_id": ""},
        {"text": "a", "client_id": "\ud800"},
        {"text": "half \ud800"},
        {},
    ],
)
async def test_what_cannot_be_posted_leaves_nothing_behind(
    still_box: BoxUnderTest, body: dict[str, object]
) -> None:
    ana = await still_box.newcomer()
    before = (await ana.get(HERE)).json()
    answer = await ana.post(
        HERE, content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await ana.get(HERE)).json() == before


async def test_the_envelope_is_the_exact_signed_bytes(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    message = (await ana.post(HERE, json={"text": "signed"})).json()
    answer = await box.client().get(f"/messages/{message['id']}/envelope")
    assert answer.headers["content-type"] == "application/cose"
    envelope = open_envelope(answer.content)
    assert envelope.id.hex() == message["id"]
    assert envelope.payload.author.hex() == message["author"]["id"]


async def test_an_envelope_that_is_not_held_is_not_found(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get(f"/messages/{'0f' * 32}/envelope")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-message")


async def test_search_finds_by_words_and_by_room(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    room_id = (await ana.post("/rooms", json={"name": "Gym"})).json()["id"]
    await ana.post(HERE, json={"text": "water at the school"})
    await ana.post(f"/rooms/{room_id}/messages", json={"text": "water here too"})
    everywhere = (await ana.get("/search", params={"q": "water"})).json()["items"]
    in_room = (await ana.get("/search", params={"q": "water", "room": room_id})).json()["items"]
    both = (await ana.get("/search", params={"q": "school water"})).json()["items"]
    assert [m["text"] for m in everywhere] == ["water here too", "water at the school"]
    assert [m["text"] for m in in_room] == ["water here too"]
    assert [m["text"] for m in both] == ["water at the school"]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20", "q=" + "a" * 201, "q=a&room=x", "q=a&before=x", "q=a&b=c"]
)
async def test_a_search_that_cannot_be_done_is_refused(still_box: BoxUnderTest, query: str) -> None:
    assert (await still_box.client().get(f"/search?{query}")).status_code == 400


@pytest.mark.parametrize("words", ['"', "AND", "a*", "text:x", "NEAR(", "\x00", "(", "-a", "^a"])
async def test_words_are_words_and_never_a_query_language(
    still_box: BoxUnderTest, words: str
) -> None:
    answer = await still_box.client().get("/search", params={"q": words})
    assert answer.status_code in {200, 400}, answer.text
