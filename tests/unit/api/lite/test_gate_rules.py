"""What the gate counts and lets through below /lite."""

from pathlib import Path

import pytest

from node.api.asgi import Scope
from node.api.gate.rates import is_lasting
from node.api.lite.forms import MAX_FIELDS, parsed
from node.api.lite.places import BEGIN, CARRY, home_of, is_lite, session_in
from node.contract.problems import RefusedError
from tests.unit.api.boxes import open_box
from tests.unit.api.lite.guests import FORM, guest, named_guest

pytestmark = pytest.mark.anyio

ID = "a" * 32


@pytest.mark.parametrize("path", [BEGIN, CARRY, f"/lite/s/{ID}/carry", "/lite/act/carry"])
def test_what_makes_a_person_or_names_one_is_counted_as_what_lasts(path: str) -> None:
    assert is_lasting(path)
    assert not is_lasting(f"{path}/say"), "control"


async def test_a_session_in_the_address_is_counted_wherever_it_comes_from(tmp_path: Path) -> None:
    async with open_box(tmp_path, write_burst=3.0) as box:
        ana = await named_guest(box, "Ana", "10.83.73.50")
        path = f"{ana.place}/say"
        statuses = [
            (await guest(box, f"10.83.73.{100 + number}").post(path, b"x=1")).status_code
            for number in range(4)
        ]
        assert statuses == [400] * 3 + [429]
        other = await guest(box, "10.83.73.200").post(f"/lite/s/{ID}/say", b"x=1")
        assert other.status_code == 400


async def test_a_form_that_came_too_soon_and_is_too_long_is_not_held(tmp_path: Path) -> None:
    async with open_box(tmp_path, write_burst=1.0) as box:
        visitor = guest(box)
        await visitor.post(BEGIN, b"x=1")
        for body in (b"text=" + b"a" * 70_000, b"text=%ff"):
            answer = await visitor.post(BEGIN, body)
            assert answer.status_code == 429
            assert "<form" not in answer.text


async def test_a_held_form_is_shown_as_text(tmp_path: Path) -> None:
    async with open_box(tmp_path, write_burst=1.0) as box:
        visitor = guest(box)
        await visitor.post(BEGIN, b"x=1")
        body = b"text=%3Cscript%3E&name=%22%3E%3Cb%3E&evil%22=%3Ci%3E"
        answer = await visitor.post(BEGIN, body)
        tags = {tag for tag, _, _ in visitor.page.attributes}
        assert answer.status_code == 429
        assert tags.isdisjoint({"script", "b", "i"})
        assert visitor.page.forms[0].fields["text"] == "<script>"


def test_a_form_has_as_many_fields_as_a_form_may_have() -> None:
    fields = [f"f{number}=1" for number in range(MAX_FIELDS + 1)]
    assert len(parsed("&".join(fields[:-1]).encode())) == MAX_FIELDS
    with pytest.raises(RefusedError):
        parsed("&".join(fields).encode())


@pytest.mark.parametrize(
    ("path", "lite", "session", "home"),
    [
        ("/lite", True, None, "/lite"),
        ("/lite/", True, None, "/lite"),
        ("/lite/rooms", True, None, "/lite"),
        (f"/lite/s/{ID}", True, ID, f"/lite/s/{ID}"),
        (f"/lite/s/{ID}/say", True, ID, f"/lite/s/{ID}"),
        (f"/lite/s/{ID}0/say", True, None, "/lite"),
        ("/lite/s/<script>", True, None, "/lite"),
        ("/literature", False, None, "/lite"),
        ("/", False, None, "/lite"),
        ("/auth/lite/x", False, None, "/lite"),
    ],
)
def test_addresses_are_told_apart(path: str, session: str | None, home: str, *, lite: bool) -> None:
    assert (is_lite(path), session_in(path), home_of(path)) == (lite, session, home)


@pytest.mark.parametrize("path", ["/lite//begin", "//lite/begin", "/lite/../auth/init"])
async def test_another_spelling_of_an_address_opens_no_other_door(
    tmp_path: Path, path: str
) -> None:
    async with open_box(tmp_path) as box:
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [
                (b"host", b"10.83.73.1"),
                (b"origin", b"null"),
                (b"content-type", FORM.encode()),
                (b"content-length", b"3"),
            ],
            "client": ("10.83.73.50", 40_000),
            "server": ("10.83.73.1", 80),
            "state": {},
        }
        statuses: list[int] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"x=1", "more_body": False}

        async def send(message: Scope) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await box.app.tcp(scope, receive, send)
        assert statuses[0] in {400, 403, 404, 405, 415}
        assert (await box.client().get("/people")).json()["items"] == []
