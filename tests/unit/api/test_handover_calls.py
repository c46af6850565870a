"""``/auth/handover``: words from one browser, a cookie in the other, and a wait for guessers."""

from typing import Any

import httpx
import pytest

from node.contract.facts import HotspotFacts
from node.runtime.handovers import LIFE_S
from node.runtime.tries import TRIES
from tests.unit.api.boxes import HOTSPOT, BoxUnderTest

pytestmark = pytest.mark.anyio

WRONG = {"words": "zoo zoo zoo zoo"}


async def _offer(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post("/auth/handover")
    assert answer.status_code == 201, answer.text
    offer: dict[str, Any] = answer.json()
    return offer


async def test_words_from_one_browser_set_the_cookie_in_the_other(box: BoxUnderTest) -> None:
    ana, laptop = await box.newcomer(), box.client()
    offer = await _offer(ana)
    assert offer["expires_s"] == LIFE_S
    assert offer["url"] == f"http://127.0.0.1/lite/enter/{offer['words'].replace(' ', '-')}"
    assert offer["svg"].startswith("<svg ")
    answer = await laptop.post("/auth/handover/redeem", json={"words": offer["words"]})
    assert answer.status_code == 201
    assert "HttpOnly" in answer.headers["set-cookie"]
    me, other = (await ana.get("/auth/me")).json(), (await laptop.get("/auth/me")).json()
    assert me["user"] == other["user"] == answer.json()["user"]


async def test_the_way_in_the_code_is_redeemed_too(box: BoxUnderTest) -> None:
    offer = await _offer(await box.newcomer())
    words = offer["url"].rpartition("/")[2]
    answer = await box.client().post("/auth/handover/redeem", json={"words": words})
    assert answer.status_code == 201


async def test_on_the_hotspot_the_code_names_the_hotspot_address(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await box.newcomer()
    monkeypatch.setattr(box.node, "hotspot", lambda: HotspotFacts("DisasterNet", HOTSPOT))
    phone = box.client(HOTSPOT, authorization=f"Bearer {ana.cookies['dn_abababab']}")
    assert (await _offer(phone))["url"].startswith("http://disasternet.internal/lite/enter/")
    drawn = (await phone.post("/auth/carry", json={})).json()["secret"]
    assert drawn["url"].startswith("http://disasternet.internal/lite/carry/")


async def test_wrong_words_get_a_sentence_and_then_a_wait(box: BoxUnderTest) -> None:
    client = box.client()
    for _ in range(TRIES):
        answer = await client.post("/auth/handover/redeem", json=WRONG)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/words")
        assert "mistyped" in answer.json()["detail"]
        assert "retry-after" not in answer.headers
    answer = await client.post("/auth/handover/redeem", json=WRONG)
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/slow-down")
    assert answer.headers["retry-after"] == "600"
    box.clock.now_s += 600
    answer = await client.post("/auth/handover/redeem", json=WRONG)
    assert answer.status_code == 404


async def test_words_used_by_one_client_are_no_good_for_another_address(box: BoxUnderTest) -> None:
    offer = await _offer(await box.newcomer())
    await box.node.handovers.redeem(offer["words"], "10.83.73.50")
    answer = await box.client().post("/auth/handover/redeem", json={"words": offer["words"]})
    assert "used already" in answer.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"words": ""}, {"words": "a" * 201}, {"words": 4}])
async def test_what_cannot_be_words_is_invalid(box: BoxUnderTest, body: object) -> None:
    answer = await box.client().post("/auth/handover/redeem", json=body)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")


async def test_without_an_identity_there_is_nothing_to_hand_over(box: BoxUnderTest) -> None:
    answer = await box.client().post("/auth/handover")
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/no-identity")
