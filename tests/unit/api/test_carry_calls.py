"""``/auth/carry``: drawn once, shown once, and a clear answer to whatever is sent."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from node.api.asgi import Receive, Scope, Send
from node.api.entrance import Entrances
from node.api.gate.gate import Gate, GateRules
from node.api.gate.hosts import Hosts
from node.api.gate.rates import Rates
from node.protocol.carry import prove
from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey
from tests.unit.api.boxes import BoxUnderTest, StillClock, open_box

pytestmark = pytest.mark.anyio

PAGE_KEY = SigningKey(b"p" * 32)
HEX_64 = "ab" * 32


async def _me(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/auth/me")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def _drawn(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.post("/auth/carry", json={})
    assert answer.status_code == 200, answer.text
    secret: dict[str, str] = answer.json()["secret"]
    return secret


async def test_a_new_secret_is_shown_as_words_address_and_code_and_never_kept(
    box: BoxUnderTest,
) -> None:
    ana = await box.newcomer()
    answer = await ana.post("/auth/carry", json={})
    body, me = answer.json(), await _me(ana)
    secret = bytes.fromhex(body["secret"]["url"].rpartition("/")[2])
    assert body["user"] == me["user"]
    assert len(body["secret"]["words"].split()) == 12
    assert body["secret"]["url"] == f"http://127.0.0.1/lite/carry/{me['user']['id']}/{secret.hex()}"
    assert body["secret"]["svg"].startswith("<svg ")
    assert answer.headers["cache-control"] == "no-store"
    assert body["secret"] != await _drawn(ana)


@pytest.mark.parametrize("form", ["words", "url"])
async def test_at_home_a_secret_sets_the_cookie_of_the_person_it_was_drawn_for(
    box: BoxUnderTest, form: str
) -> None:
    ana, new = await box.newcomer(), await box.newcomer("Ana again")
    drawn = await _drawn(ana)
    typed = drawn["words"].upper() if form == "words" else drawn["url"].rpartition("/")[2]
    answer = await new.post("/auth/carry", json={"secret": typed})
    assert answer.status_code == 200, answer.text
    assert answer.json()["secret"] is None
    assert (await _me(new))["user"] == (await _me(ana))["user"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=strict" in answer.headers["set-cookie"].lower()


async def test_a_proof_by_the_page_carries_and_both_authors_are_listed(
    box: BoxUnderTest, tmp_path: Path
) -> None:
    ana = box.client()
    body = {"name": "Ana", "carry_public": PAGE_KEY.verify_key.hex()}
    old = VerifyKey(bytes.fromhex((await ana.post("/auth/init", json=body)).json()["user"]["id"]))
    new = await box.newcomer("Ana again")
    wrong = {"author": old.hex(), "proof": "00" * 64}
    assert (await new.post("/auth/carry", json=wrong)).json()["type"] == "/problems/refused"
    mine = VerifyKey(bytes.fromhex((await _me(new))["user"]["id"]))
    proof = prove(PAGE_KEY, old, mine).hex()
    answer = await new.post("/auth/carry", json={"author": old.hex(), "proof": proof})
    assert answer.json()["user"]["id"] == old.hex()

    (tmp_path / "far").mkdir()
    async with open_box(tmp_path / "far") as far:
        there = await far.newcomer("Ana far")
        mine = VerifyKey(bytes.fromhex((await _me(there))["user"]["id"]))
        proof = prove(PAGE_KEY, old, mine).hex()
        answer = await there.post("/auth/carry", json={"author": old.hex(), "proof": proof})
        assert answer.status_code == 200
        assert answer.json()["user"]["id"] == mine.hex()


async def test_nobody_has_no_authors_and_somebody_has_one(box: BoxUnderTest) -> None:
    assert (await _me(box.client()))["authors"] == []
    me = await _me(await box.newcomer())
    assert me["authors"] == [
        {
            "id": me["user"]["id"],
            "name": "Ana",
            "fingerprint": me["user"]["fingerprint"],
            "here": True,
        }
    ]


async def test_a_stranger_cannot_be_dropped(box: BoxUnderTest) -> None:
    ana = await box.newcomer()
    answer = await ana.post("/auth/carry", json={"drop": HEX_64})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"author": HEX_64}, "invalid"),
        ({"proof": "ab" * 64}, "invalid"),
        ({"author": HEX_64, "proof": "ab" * 64, "secret": "x"}, "invalid"),
        ({"drop": HEX_64, "secret": "x"}, "invalid"),
        ({"author": "AB" * 32, "proof": "ab" * 64}, "invalid"),
        ({"author": HEX_64, "proof": "ab" * 63}, "invalid"),
        ({"secret": ""}, "invalid"),
        ({"secret": "a" * 201}, "invalid"),
        ({"secret": 1}, "invalid"),
        ({"extra": 1}, "invalid"),
        ({"secret": "no words of the list"}, "words"),
        ({"secret": "00" * 16}, "words"),
    ],
)
async def test_what_does_not_go_together_is_refused_and_changes_nothing(
    box: BoxUnderTest, body: dict[str, object], problem: str
) -> None:
    ana = await box.newcomer()
    before = await _me(ana)
    answer = await ana.post("/auth/carry", json=body)
    assert answer.json()["type"] == f"/problems/{problem}"
    assert await _me(ana) == before


async def test_without_an_identity_there_is_nothing_to_carry(box: BoxUnderTest) -> None:
    answer = await box.client().post("/auth/carry", json={})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/no-identity")


async def test_carrying_counts_as_making_what_lasts_and_a_hand_over_does_not() -> None:
    clock, codes = StillClock(), dict[str, list[int]]()

    async def inner(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    for path in ("/auth/carry", "/auth/handover", "/auth/handover/redeem"):
        rules = GateRules(
            hosts=Hosts(()),
            entrances=Entrances(set(), set(), None),
            rates=Rates(clock, per_s=1.0, burst=100.0),
            lasting=Rates.of_lasting(clock, per_s=0.1, burst=2.0),
            cookie_name="dn_abababab",
            socket_paths=set(),
        )
        transport = httpx.ASGITransport(app=Gate(inner, rules))
        async with httpx.AsyncClient(transport=transport, base_url="http://box.local") as client:
            codes[path] = [(await client.post(path)).status_code for _ in range(3)]
    assert codes == {
        "/auth/carry": [200, 200, 429],
        "/auth/handover": [200] * 3,
        "/auth/handover/redeem": [200] * 3,
    }
