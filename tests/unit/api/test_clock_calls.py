"""Phones say the time; only this machine's own programs hear what each said."""

import os

import pytest

from tests.unit.api.boxes import APPLIANCE_UID, BoxUnderTest

pytestmark = pytest.mark.anyio

NOW = 1_790_000_000_000


@pytest.mark.parametrize("uid", [os.getuid(), APPLIANCE_UID])
async def test_votes_stand_in_the_status_on_the_socket(box: BoxUnderTest, uid: int) -> None:
    ana = await box.newcomer()
    answer = await ana.post("/clock/vote", json={"phone_ms": NOW})
    assert (answer.status_code, answer.content) == (204, b"")
    box.clock.now_s += 70
    status = (await box.local_client(uid).get("/status")).json()
    assert status["clock"]["votes"] == [{"wall_ms": NOW + 70_000, "session_age_s": 70}]
    assert status["clock"]["boxes"] == []


async def test_nobody_else_hears_them(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    await ana.post("/clock/vote", json={"phone_ms": NOW})
    assert (await ana.get("/status")).json()["clock"]["votes"] == []


async def test_a_passer_by_has_no_vote(box: BoxUnderTest) -> None:
    assert (await box.client().post("/clock/vote", json={"phone_ms": NOW})).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"phone_ms": 0}, {"phone_ms": "1"}, {"phone_ms": 1.5}, {"phone_ms": 2**63}]
)
async def test_an_impossible_time_is_refused(box: BoxUnderTest, body: dict[str, object]) -> None:
    ana = await box.newcomer()
    answer = await ana.post("/clock/vote", json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "phone_ms"
