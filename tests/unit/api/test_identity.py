"""Who is asking."""

import httpx
import pytest

from node.api.tokens import bearer_token, cookie_token
from tests.unit.api.boxes import HOTSPOT, NODE_ID, BoxUnderTest, with_uid

pytestmark = pytest.mark.anyio

COOKIE = f"dn_{NODE_ID[:8]}"
TOKEN = "5" * 64


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"{COOKIE}={TOKEN}", TOKEN),
        (f"a=b;{COOKIE}={TOKEN}; c=d", TOKEN),
        (f"{COOKIE}={TOKEN[:-1]}", None),
        (f"{COOKIE}={'Z' * 64}", None),
        (f"dn_ffffffff={TOKEN}", None),
        (f"x{COOKIE}={TOKEN}", None),
        ("", None),
        (";;=;", None),
    ],
)
def test_only_this_boxs_cookie_counts(header: str, token: str | None) -> None:
    assert cookie_token({"headers": [(b"cookie", header.encode())]}, COOKIE) == token


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (f"Bearer {TOKEN}", TOKEN),
        (f"bearer  {TOKEN}", TOKEN),
        ("Bearer", ""),
        (f"Basic {TOKEN}", ""),
        (f"Bearer {TOKEN}0", ""),
        ("", None),
    ],
)
def test_an_authorization_that_is_no_token_is_nobodys(header: str, token: str | None) -> None:
    assert bearer_token({"headers": [(b"authorization", header.encode())]}) == token


async def test_nobody_is_nobody_and_may_read(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/auth/me")
    assert answer.status_code == 200
    assert answer.json()["user"] is None
    assert answer.json()["admin"] is False
    assert answer.json()["node"]["id"] == NODE_ID


async def test_cookie_and_bearer_prove_the_same_person(box: BoxUnderTest) -> None:
    client = await box.newcomer("Ana")
    token = client.cookies[COOKIE]
    by_cookie = (await client.get("/auth/me")).json()["user"]
    by_bearer = (await box.client(authorization=f"Bearer {token}").get("/auth/me")).json()["user"]
    assert by_cookie == by_bearer
    assert by_cookie["name"] == "Ana"


async def test_a_cookie_of_another_store_is_nobody(still_box: BoxUnderTest) -> None:
    answer = await still_box.client(cookie=f"{COOKIE}={TOKEN}").get("/auth/me")
    assert (answer.status_code, answer.json()["user"]) == (200, None)


@pytest.mark.parametrize("value", [f"Bearer {TOKEN}", "Bearer x", "Basic YTpi", "Bearer"])
async def test_an_unknown_authorization_is_refused_even_for_reading(
    still_box: BoxUnderTest, value: str
) -> None:
    answer = await still_box.client(authorization=value).get("/rooms")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/no-identity"


async def test_the_admin_token_is_admin_but_never_on_the_hotspot(box: BoxUnderTest) -> None:
    token = await box.node.people.new_admin_token()
    by_cable = await box.client(authorization=f"Bearer {token}").get("/auth/me")
    on_hotspot = await box.client(HOTSPOT, authorization=f"Bearer {token}").get("/auth/me")
    assert by_cable.json()["admin"] is True
    assert on_hotspot.status_code == 401


async def test_a_new_admin_token_voids_the_one_before(box: BoxUnderTest) -> None:
    old = await box.node.people.new_admin_token()
    await box.node.people.new_admin_token()
    assert (await box.client(authorization=f"Bearer {old}").get("/auth/me")).status_code == 401


async def test_a_session_counts_on_the_hotspot(box: BoxUnderTest) -> None:
    client = await box.newcomer()
    token = client.cookies[COOKIE]
    answer = await box.client(HOTSPOT, cookie=f"{COOKIE}={token}").get("/auth/me")
    assert answer.json()["user"]["name"] == "Ana"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/rooms", {"name": "Gym"}),
        ("POST", "/rooms/everyone/join", None),
        ("POST", "/rooms/everyone/leave", None),
        ("POST", "/rooms/everyone/read", {"up_to": "x"}),
        ("POST", "/rooms/everyone/messages", {"text": "hi"}),
    ],
)
async def test_writing_needs_an_identity(
    still_box: BoxUnderTest, method: str, path: str, body: dict[str, str] | None
) -> None:
    answer = await still_box.client().request(method, path, json=body)
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/no-identity"


async def test_an_unknown_authorization_is_refused_though_the_cookie_is_known(
    box: BoxUnderTest,
) -> None:
    ana = await box.newcomer()
    answer = await ana.get("/auth/me", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 401


async def test_credentials_that_come_over_the_network_are_nobodys(still_box: BoxUnderTest) -> None:
    scope_with_root = with_uid(still_box.app.tcp, 0)
    transport = httpx.ASGITransport(app=scope_with_root)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/auth/me")).json()["admin"] is False
