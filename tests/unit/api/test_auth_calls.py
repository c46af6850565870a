"""``/auth``."""

import pytest

from tests.unit.api.boxes import NODE_ID, BoxUnderTest

pytestmark = pytest.mark.anyio


async def test_a_name_gets_an_identity_and_a_cookie_of_this_box(box: BoxUnderTest) -> None:
    answer = await box.client().post("/auth/init", json={"name": " Ana \u202e"})
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {"user", "node", "token"}
    assert body["user"]["name"] == "Ana"
    assert body["user"]["id"] == body["user"]["public_key"] == body["user"]["person"]
    assert len(body["user"]["fingerprint"]) == 4
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"dn_{NODE_ID[:8]}={body['token']};")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "max-age=34560000", "path=/", "samesite=strict"}


async def test_the_same_session_keeps_its_identity_under_another_name(box: BoxUnderTest) -> None:
    client = await box.newcomer("Ana")
    before = (await client.get("/auth/me")).json()["user"]
    answer = await client.post("/auth/init", json={"name": "Ana Maria"})
    assert answer.status_code == 200
    assert answer.json()["user"] == {**before, "name": "Ana Maria"}
    assert (await client.get("/auth/me")).json()["user"]["name"] == "Ana Maria"


async def test_two_newcomers_of_one_name_are_two_people(box: BoxUnderTest) -> None:
    people = [(await box.newcomer("Ana")) for _ in range(2)]
    ids = {(await person.get("/auth/me")).json()["user"]["id"] for person in people}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "\u202e\u200b"},
        {"name": "a" * 161},
        {"name": "Ana", "carry_public": "xyz"},
        {"name": "Ana", "carry_private": "00" * 32},
        {"name": ["Ana"]},
    ],
)
async def test_what_is_no_name_makes_nobody(
    still_box: BoxUnderTest, body: dict[str, object]
) -> None:
    client = still_box.client()
    answer = await client.post("/auth/init", json=body)
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers
    assert (await client.get("/auth/me")).json()["user"] is None


async def test_a_carry_key_is_published(box: BoxUnderTest) -> None:
    answer = await box.client().post("/auth/init", json={"name": "Ana", "carry_public": "cd" * 32})
    assert answer.status_code == 201
