"""``/admin``, and who may ask what at the Unix socket."""

import os

import pytest

from tests.unit.api.boxes import (
    APPLIANCE_UID,
    BACKUP,
    STRANGER_UID,
    BoxUnderTest,
    open_socket,
    with_uid,
)

pytestmark = pytest.mark.anyio

OWN_UID = os.getuid()


async def test_the_owner_makes_a_token_that_is_admin(box: BoxUnderTest) -> None:
    made = await box.local_client(OWN_UID).post("/admin/token")
    assert made.status_code == 201
    me = await box.client(authorization=f"Bearer {made.json()['token']}").get("/auth/me")
    assert me.json()["admin"] is True


@pytest.mark.parametrize("uid", [0, OWN_UID])
async def test_root_and_the_nodes_own_user_are_admin(still_box: BoxUnderTest, uid: int) -> None:
    assert (await still_box.local_client(uid).get("/auth/me")).json()["admin"] is True


async def test_the_owner_gets_a_backup_in_pieces(still_box: BoxUnderTest) -> None:
    answer = await still_box.local_client(OWN_UID).get("/admin/backup")
    assert answer.content == b"".join(BACKUP)
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(("method", "path"), [("POST", "/admin/token"), ("GET", "/admin/backup")])
async def test_the_network_never_gets_what_is_for_the_unix_socket(
    box: BoxUnderTest, method: str, path: str
) -> None:
    token = await box.node.people.new_admin_token()
    for client in (box.client(), box.client(authorization=f"Bearer {token}")):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/refused")


async def test_a_session_at_the_unix_socket_is_that_person_and_admin(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    client = box.local_client(OWN_UID)
    cookie = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    me = (await client.get("/auth/me", headers={"cookie": cookie})).json()
    assert (me["user"]["name"], me["admin"]) == ("Ana", True)


async def test_the_appliance_asks_for_the_status_and_nothing_else(still_box: BoxUnderTest) -> None:
    client = still_box.local_client(APPLIANCE_UID)
    assert (await client.get("/status")).status_code == 200
    for method, path in (
        ("GET", "/rooms"), ("GET", "/auth/me"), ("POST", "/auth/init"), ("POST", "/admin/token"),
        ("GET", "/admin/backup"), ("GET", "/docs"), ("GET", "/"), ("GET", "//status"),
    ):  # fmt: skip
        assert (await client.request(method, path)).status_code == 403, path


async def test_the_appliance_watches_the_status(still_box: BoxUnderTest) -> None:
    app = with_uid(still_box.app.unix, APPLIANCE_UID)
    async with open_socket(app, "/ws/status") as socket:
        assert (await socket.event())["type"] == "websocket.accept"
        assert (await socket.frame())["type"] == "status"
    async with open_socket(app, "/ws/messages") as socket:
        assert (await socket.event())["status"] == 403


@pytest.mark.parametrize("path", ["/status", "/rooms", "/", "/docs", "/auth/me", "/nothing"])
async def test_other_users_of_the_machine_get_nothing(still_box: BoxUnderTest, path: str) -> None:
    answer = await still_box.local_client(STRANGER_UID).get(path)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/refused")
