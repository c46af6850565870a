"""The API answers as its description says, whatever is asked."""

from collections import Counter
from typing import cast

import httpx
import pytest
import schemathesis
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from schemathesis.core.failures import FailureGroup

from node.api.failures import answer
from node.api.openapi import description
from tests.hostile.api_attack import attack
from tests.hostile.node_process import NodeProcess, running_node

WANTS_MORE = {
    "GET /admin/backup",
    "GET /admin/people",
    "GET /admin/rooms/{room_id}/export",
    "GET /peers/{peer_id}",
    "GET /qr/wifi.svg",
    "POST /admin/claim-window",
    "POST /admin/token",
    "POST /auth/handover/redeem",
    "POST /links",
}
"""What succeeds only for the owner, with a hotspot, with another box, or with words once shown."""
OF_PERSONS = {"POST /admin/claim", "POST /auth/carry", "POST /auth/handover", "POST /clock/vote"}


def reached(seen: Counter[tuple[str, int]], status: int) -> set[str]:
    return {label for label, got in seen if got == status}


@pytest.mark.parametrize("identity", [False, True], ids=["nobody", "a person"])
def test_every_operation_answers_as_described_and_never_with_a_fault(identity: bool) -> None:  # noqa: FBT001 - a table
    with running_node() as node:
        schema = schemathesis.openapi.from_url(f"{node.url}/docs/openapi.json")
        known, token = settle(node)
        headers = {"authorization": f"Bearer {token}"} if identity else {}
        seen = attack(schema, headers, known)
        assert node.process.poll() is None
        assert node.log.read_text() == ""
    operations = {label for label, _ in seen}
    assert len(operations) == 29
    assert not {status for _, status in seen if status >= 500}
    served = reached(seen, 200) | reached(seen, 201) | reached(seen, 204)
    never = {"POST /rooms/{room_id}/leave", "POST /rooms/{room_id}/read"}
    writes = {o for o in operations if o.startswith("POST /rooms")} | OF_PERSONS
    expected = operations - WANTS_MORE - (never if identity else writes)
    assert expected <= served, "control: the attack gets through the door"


def settle(node: NodeProcess) -> tuple[dict[str, str], str]:
    """Write something; return path parameters that exist, and the writer's token."""
    with httpx.Client(base_url=node.url) as client:
        token: str = client.post("/auth/init", json={"name": "Ana"}).json()["token"]
        message = client.post("/rooms/everyone/messages", json={"text": "hello"}).json()
    return {"room_id": "everyone", "message_id": message["id"]}, token


@get("/status", operation_id="getStatus")
async def faulty_call(limit: FromQuery[int] = 1) -> dict[str, int]:
    """Fail, as a fault of the box would."""
    raise ValueError(limit)


@get("/status", operation_id="getStatus")
async def lying_call() -> dict[str, int]:
    """Answer something else than described."""
    return cast("dict[str, int]", {"uptime_s": "long"})


@pytest.mark.parametrize("call", [faulty_call, lying_call], ids=["a fault", "another answer"])
def test_an_api_with_one_bad_call_is_caught(call: HTTPRouteHandler) -> None:
    """Control: the attack can fail."""
    app = Litestar(
        [call],
        exception_handlers={Exception: answer},
        openapi_config=description("1", "cookie"),
        logging_config=None,
    )
    schema = schemathesis.openapi.from_asgi("/docs/openapi.json", app)
    with pytest.raises(FailureGroup):
        attack(schema, {}, {})
