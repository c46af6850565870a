"""What the owner takes out: everybody, every message, and nobody else may."""

import csv
import io
import json
import os
from html.parser import HTMLParser

import httpx
import pytest

from node.api import printing
from node.api.spreadsheet import MESSAGE_TITLES, PEOPLE_TITLES
from node.contract.problems import UNAVAILABLE, RefusedError
from node.protocol.ids import EVERYONE
from node.runtime import exports
from node.store.store import Store
from tests.unit.api.boxes import APPLIANCE_UID, HOTSPOT, BoxUnderTest
from tests.unit.api.test_people_calls import check_in

pytestmark = pytest.mark.anyio

OWN_UID = os.getuid()
PATHS = ("/admin/people", "/admin/people?format=print", "/admin/rooms/everyone/export")


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    assert text != answer.content.decode()  # the byte order mark was there
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


class Cells(HTMLParser):
    """What stands in the cells of a page's tables, and below which heading."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.headings: list[str] = []
        self._where = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a cell or a heading."""
        assert tag not in {"script", "img"}, attrs
        if tag in {"td", "h2"}:
            self._where = tag
            (self.cells if tag == "td" else self.headings).append("")

    def handle_data(self, data: str) -> None:
        """Add to the cell or heading."""
        if self._where:
            (self.cells if self._where == "td" else self.headings)[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a heading."""
        if tag == self._where:
            self._where = ""


@pytest.mark.parametrize("path", PATHS)
async def test_only_the_owner_takes_things_out(box: BoxUnderTest, path: str) -> None:
    token = await box.node.people.new_admin_token()
    ana = await box.newcomer()
    bearer = f"Bearer {token}"
    for client, status in (
        (box.local_client(OWN_UID), 200),
        (box.client(authorization=bearer), 200),
        (box.client(HOTSPOT, authorization=bearer), 401),  # where everyone hears the token
        (box.client(), 403),
        (ana, 403),
        (box.client(authorization="Bearer " + "0" * 64), 401),
        (box.local_client(APPLIANCE_UID), 403),
    ):
        assert (await client.get(path)).status_code == status, client.headers


async def test_the_spreadsheet_of_people_has_everybody_once_in_each_matter(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PIECE", 2)
    people = [await box.newcomer(f"P{number}") for number in range(5)]
    for person in people:
        await check_in(person, "help", "=1+1", place='Gym, "3"')
    await check_in(people[0], "safe", "two\nlines")
    await check_in(people[0], "offer", "beds")
    rows = rows_of(await box.local_client(OWN_UID).get("/admin/people"))
    assert [(row["name"], row["state"]) for row in rows] == [
        ("P0", "safe"), ("P4", "help"), ("P3", "help"), ("P2", "help"), ("P1", "help"),
        ("P0", "offer"),
    ]  # fmt: skip
    assert tuple(rows[0]) == PEOPLE_TITLES
    me = (await people[4].get("/auth/me")).json()["user"]
    assert rows[0]["text"] == "two\nlines"
    assert rows[1] == {
        "name": "P4",
        "fingerprint": me["fingerprint"],
        "state": "help",
        "place": 'Gym, "3"',
        "text": "'=1+1",
        "time": "2026-09-21T14:13:20Z",
        "time certain": "no",
        "person": me["person"],
    }


async def test_the_spreadsheet_of_one_category_has_that_alone(box: BoxUnderTest) -> None:
    await check_in(await box.newcomer("Ana"), "help", "Water")
    await check_in(await box.newcomer("Ben"), "safe", "Here")
    answer = await box.local_client(OWN_UID).get("/admin/people?category=help")
    assert [row["name"] for row in rows_of(answer)] == ["Ana"]
    assert answer.headers["content-disposition"] == 'attachment; filename="people.csv"'


async def test_an_empty_box_has_an_empty_spreadsheet(still_box: BoxUnderTest) -> None:
    answer = await still_box.local_client(OWN_UID).get("/admin/people?category=info")
    assert answer.content.decode("utf-8-sig") == ",".join(PEOPLE_TITLES) + "\r\n"


async def test_a_room_is_taken_out_whole_in_both_forms(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PIECE", 2)
    ana = await box.newcomer()
    for number in range(5):
        await check_in(ana, "info", f"number {number}")
    owner = box.local_client(OWN_UID)
    lines = (await owner.get("/admin/rooms/everyone/export?format=jsonl")).text.splitlines()
    messages = (await owner.get("/rooms/everyone/messages")).json()["items"]
    assert [json.loads(line) for line in lines] == messages
    assert len(messages) == 5
    rows = rows_of(await owner.get(f"/admin/rooms/{EVERYONE.hex()}/export"))
    assert tuple(rows[0]) == MESSAGE_TITLES
    assert [row["text"] for row in rows] == [f"number {number}" for number in range(5)]
    assert {(row["urgent"], row["boxes"], row["category"]) for row in rows} == {("no", "1", "info")}
    assert [row["id"] for row in rows] == [message["id"] for message in messages]


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        (f"/admin/rooms/{'ab' * 32}/export", 404, "unknown-room"),
        ("/admin/rooms/nonsense/export", 400, "invalid"),
        ("/admin/rooms/everyone/export?format=print", 400, "invalid"),
        ("/admin/people?format=jsonl", 400, "invalid"),
        ("/admin/people?category=lost", 400, "invalid"),
    ],
)
async def test_what_is_not_there_is_told_by_a_status(
    still_box: BoxUnderTest, path: str, status: int, slug: str
) -> None:
    answer = await still_box.local_client(OWN_UID).get(path)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_a_first_piece_that_cannot_be_read_is_told_by_a_status(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise RefusedError(UNAVAILABLE)

    monkeypatch.setattr(Store, "room", busy)
    answer = await box.local_client(OWN_UID).get("/admin/rooms/everyone/export")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


async def test_the_print_lists_help_first_and_what_strangers_wrote_as_text(
    box: BoxUnderTest,
) -> None:
    await check_in(await box.newcomer("Ana"), "safe", "All well")
    await check_in(await box.newcomer("<b>Ben</b>"), "help", "<script>alert(1)</script>")
    await check_in(await box.newcomer("Cem"), "looking", "for Pedro", place="\u202eGym")
    answer = await box.local_client(OWN_UID).get("/admin/people?format=print")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Cells(answer.text)
    assert page.headings == ["Need help 1", "Safe 1", "Looking for somebody 1"]
    assert page.cells[2] == "<script>alert(1)</script>"
    assert page.cells[0].startswith("<b>Ben</b> ")
    assert page.cells[3] == "2026-09-21 14:13 time uncertain"
    assert "Box <bdi>Box one</bdi>, 2026-09-21 14:13" in answer.text
    assert "the clock of this box is not certain" in answer.text


async def test_a_print_that_is_too_long_says_so(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MAX_PRINTED", 2)
    for number in range(3):
        await check_in(await box.newcomer(f"P{number}"), "help", "Water")
    page = (await box.local_client(OWN_UID).get("/admin/people?format=print&category=help")).text
    assert "More than 2 people" in page
    assert len(Cells(page).cells) == 2 * 4
    monkeypatch.setattr(printing, "MAX_PRINTED", 3)
    page = (await box.local_client(OWN_UID).get("/admin/people?format=print&category=help")).text
    assert "more than" not in page.lower()
    assert len(Cells(page).cells) == 3 * 4


async def test_everybody_is_taken_out_though_people_go_on_writing(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PIECE", 1)
    people = [await box.newcomer(f"P{number}") for number in range(4)]
    for person in people:
        await check_in(person, "safe", "first")
    found: list[str] = []
    async for items in box.node.exports.people(None):
        found += [item.name for item in items]
        if len(found) == 1:  # whoever stands at the end of the list moves to its top
            await check_in(people[0], "help", "second")
    assert sorted(found) == ["P0", "P1", "P2", "P3"]
