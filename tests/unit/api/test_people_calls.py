"""``GET /people``: what is asked, what is refused, what comes back."""

from typing import Any

import httpx
import pytest

from tests.unit.api.boxes import BoxUnderTest

pytestmark = pytest.mark.anyio


async def check_in(
    client: httpx.AsyncClient, category: str, text: str, **more: str
) -> dict[str, Any]:
    body = {"text": text, "category": category, **more}
    answer = await client.post("/rooms/everyone/messages", json=body)
    assert answer.status_code == 201, answer.text
    message: dict[str, Any] = answer.json()
    return message


async def listed(client: httpx.AsyncClient, **query: str | int) -> list[dict[str, Any]]:
    answer = await client.get("/people", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_check_in_is_listed_as_it_was_said(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    message = await check_in(ana, "safe", "I am safe.", place="Gym 3")
    (item,) = await listed(box.client())
    me = (await ana.get("/auth/me")).json()["user"]
    assert item == {
        "person": me["person"],
        "name": "Ana",
        "fingerprint": me["fingerprint"],
        "category": "safe",
        "text": "I am safe.",
        "place": "Gym 3",
        "sort_ms": message["sort_ms"],
        "time_certain": False,
        "message_id": message["id"],
    }


async def test_the_newest_word_counts_and_the_list_is_read_page_by_page(box: BoxUnderTest) -> None:
    people = [await box.newcomer(name) for name in ("Ana", "Ben", "Cem")]
    for person in people:
        await check_in(person, "help", "Water!")
    await check_in(people[0], "safe", "All well")
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 2}
    while True:
        page = (await box.client().get("/people", params=query)).json()
        seen += [f"{item['name']} {item['category']}" for item in page["items"]]
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert seen == ["Ana safe", "Cem help", "Ben help"]
    assert [item["name"] for item in await listed(box.client(), category="help")] == ["Cem", "Ben"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "jose gym"}, ["José"]),
        ({"q": "gym", "category": "help"}, ["Ana"]),
        ({"q": "nobody"}, []),
        ({"q": "gym", "limit": 1}, ["José"]),
    ],
)
async def test_people_are_searched(
    box: BoxUnderTest, query: dict[str, str | int], names: list[str]
) -> None:
    await check_in(await box.newcomer("Ana"), "help", "Water!", place="Gym")
    await check_in(await box.newcomer("José"), "safe", "In the gym")
    assert [item["name"] for item in await listed(box.client(), **query)] == names


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ({"category": "lost"}, 400, "invalid"),
        ({"category": ""}, 400, "invalid"),
        ({"limit": "0"}, 400, "invalid"),
        ({"limit": "201"}, 400, "invalid"),
        ({"q": ""}, 400, "invalid"),
        ({"q": "x" * 201}, 400, "invalid"),
        ({"before": "nonsense"}, 400, "cursor"),
        ({"before": f"{'0' * 16}.1"}, 410, "other-store"),
        ({"room": "everyone"}, 400, "invalid"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    still_box: BoxUnderTest, query: dict[str, str], status: int, slug: str
) -> None:
    answer = await still_box.client().get("/people", params=query)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_a_cursor_whose_message_is_gone_is_refused(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    await check_in(ana, "safe", "Here")
    await check_in(await box.newcomer("Ben"), "safe", "Here")
    cursor: str = (await box.client().get("/people", params={"limit": 1})).json()["next"]
    unheard_of = f"{cursor.partition('.')[0]}.999"
    answer = await box.client().get("/people", params={"before": unheard_of})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/cursor")
