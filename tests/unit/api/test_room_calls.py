"""``/rooms`` and ``/peers``."""

import pytest

from tests.unit.api.boxes import BoxUnderTest

pytestmark = pytest.mark.anyio

UNKNOWN = "0f" * 32
SHAPE = {"id", "name", "joined", "members", "unread", "last_message_ms"}


async def test_a_new_room_is_joined_by_its_maker_and_listed_for_all(box: BoxUnderTest) -> None:
    ana = await box.newcomer("Ana")
    made = await ana.post("/rooms", json={"name": "Gym"})
    assert made.status_code == 201
    assert set(made.json()) == SHAPE
    assert (made.json()["name"], made.json()["joined"], made.json()["members"]) == ("Gym", True, 1)
    seen_by_nobody = (await box.client().get("/rooms")).json()
    assert [room["name"] for room in seen_by_nobody][1:] == ["Gym"]
    assert not seen_by_nobody[1]["joined"]


async def test_joining_and_leaving_twice_changes_nothing_more(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    room_id = (await ana.post("/rooms", json={"name": "Gym"})).json()["id"]
    for verb, joined, members in (
        ("join", True, 2),
        ("join", True, 2),
        ("leave", False, 1),
        ("leave", False, 1),
    ):
        answer = await ben.post(f"/rooms/{room_id}/{verb}")
        assert answer.status_code == 200
        assert (answer.json()["joined"], answer.json()["members"]) == (joined, members)


async def test_nobody_can_leave_everyone(box: BoxUnderTest) -> None:
    answer = await (await box.newcomer()).post("/rooms/everyone/leave")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")


async def test_reading_lowers_unread_and_never_raises_it(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    cursors = [
        (await ana.post("/rooms/everyone/messages", json={"text": str(n)})).json()["cursor"]
        for n in range(3)
    ]
    counts = [
        (await ben.post("/rooms/everyone/read", json={"up_to": cursor})).json()["unread"]
        for cursor in (cursors[1], cursors[0], cursors[2])
    ]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize("verb", ["join", "leave", "read", "messages"])
async def test_an_unknown_room_is_not_made_by_naming_it(box: BoxUnderTest, verb: str) -> None:
    ana = await box.newcomer()
    cursor = (await ana.post("/rooms/everyone/messages", json={"text": "a"})).json()["cursor"]
    body = {"read": {"up_to": cursor}, "messages": {"text": "hi"}}.get(verb)
    answer = await ana.post(f"/rooms/{UNKNOWN}/{verb}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-room")
    assert len((await ana.get("/rooms")).json()) == 1


@pytest.mark.parametrize("room_id", ["nobody", "AB" * 32, "ab" * 31, "ab" * 33, "everyone "])
async def test_what_is_no_room_id_is_refused(still_box: BoxUnderTest, room_id: str) -> None:
    answer = await (await still_box.newcomer()).post(f"/rooms/{room_id}/join")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "room_id")


async def test_without_a_network_there_are_no_peers(still_box: BoxUnderTest) -> None:
    client = still_box.client()
    assert (await client.get("/peers")).json() == []
    assert (await client.get(f"/peers/{UNKNOWN}")).status_code == 404
    assert (await client.get("/peers/x")).status_code == 400
