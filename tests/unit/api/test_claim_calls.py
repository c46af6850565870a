"""Whoever stands at the box and presses its button becomes its admin, also on the hotspot."""

import pytest

from tests.unit.api.boxes import APPLIANCE_UID, HOTSPOT, BoxUnderTest

pytestmark = pytest.mark.anyio


async def press(box: BoxUnderTest) -> None:
    answer = await box.local_client(APPLIANCE_UID).post("/admin/claim-window")
    assert answer.status_code == 204


async def test_a_session_that_asks_alone_is_admin_and_others_are_not(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    await press(box)
    first = (await ana.post("/admin/claim")).json()
    assert first == {"state": "waiting", "wait_s": 15}
    box.clock.now_s += 15
    assert (await ana.post("/admin/claim")).json() == {"state": "granted", "wait_s": 0}
    assert (await ana.get("/auth/me")).json()["admin"] is True
    assert (await ana.get("/admin/people?format=csv")).status_code == 200
    assert (await ben.get("/auth/me")).json()["admin"] is False
    assert (await ben.get("/admin/people?format=csv")).status_code == 403


async def test_a_claimed_session_is_admin_on_the_hotspot(box: BoxUnderTest) -> None:
    phone = box.client(HOTSPOT)
    await phone.post("/auth/init", json={"name": "Ana"})
    await press(box)
    await phone.post("/admin/claim")
    box.clock.now_s += 15
    await phone.post("/admin/claim")
    assert (await phone.get("/admin/people?format=csv")).status_code == 200
    assert (await phone.get("/docs")).status_code == 403


async def test_two_that_ask_both_hear_that_nobody_gets_it(box: BoxUnderTest) -> None:
    ana, ben = await box.newcomer("Ana"), await box.newcomer("Ben")
    await press(box)
    await ana.post("/admin/claim")
    assert (await ben.post("/admin/claim")).json()["state"] == "contested"
    box.clock.now_s += 15
    assert (await ana.post("/admin/claim")).json()["state"] == "contested"
    assert (await ana.get("/auth/me")).json()["admin"] is False


async def test_without_the_button_it_is_closed(box: BoxUnderTest) -> None:
    ana = await box.newcomer("Ana")
    assert (await ana.post("/admin/claim")).json() == {"state": "closed", "wait_s": 0}


async def test_the_window_is_not_opened_over_the_network(box: BoxUnderTest) -> None:
    ana = await box.newcomer("Ana")
    assert (await ana.post("/admin/claim-window")).status_code == 403
    assert (await ana.post("/admin/claim")).json()["state"] == "closed"


async def test_a_passer_by_claims_nothing(box: BoxUnderTest) -> None:
    await press(box)
    assert (await box.client().post("/admin/claim")).status_code == 401
