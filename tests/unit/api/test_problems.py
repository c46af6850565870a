"""Every refusal is told in one shape, and explained."""

import re
from pathlib import Path

import pytest

from node.api.handlers.problem_pages import ADVICE
from node.contract.problems import ALL, Problem
from tests.unit.api.boxes import BoxUnderTest

pytestmark = pytest.mark.anyio

API_PAGE = Path(__file__).parents[3] / "docs" / "api.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \| (.+?) \|", re.MULTILINE)


@pytest.mark.parametrize("problem", ALL, ids=lambda p: p.slug)
async def test_each_problem_has_a_page_that_says_what_to_do(
    still_box: BoxUnderTest, problem: Problem
) -> None:
    answer = await still_box.client().get(f"/problems/{problem.slug}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert problem.title.replace("'", "&#x27;") in answer.text
    assert ADVICE[problem.slug].split("'", maxsplit=1)[0] in answer.text


def test_there_is_advice_for_known_problems_only() -> None:
    assert set(ADVICE) == {problem.slug for problem in ALL}


async def test_an_unknown_problem_is_not_found(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/problems/%3Cscript%3E")
    assert answer.status_code == 404
    assert "script" not in answer.text


def test_the_documentation_lists_exactly_the_problems_there_are() -> None:
    table = [
        (slug, int(status), title) for slug, status, title in ROW.findall(API_PAGE.read_text())
    ]
    assert table == [(p.slug, p.status, p.title) for p in ALL]


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", "/docs/nothing", 404, "not-found"),
        ("GET", "/docs/nothing.json", 404, "not-found"),
        ("GET", "/rooms/everyone", 404, "not-found"),
        ("DELETE", "/rooms", 405, "method"),
        ("TRACE", "/rooms", 405, "method"),
        ("PROPFIND", "/rooms", 405, "method"),
        ("HEAD", "/auth/init", 405, "method"),
    ],
)
async def test_the_frameworks_own_refusals_have_the_same_shape(
    still_box: BoxUnderTest, method: str, path: str, status: int, slug: str
) -> None:
    answer = await still_box.client().request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert answer.json()["type"] == f"/problems/{slug}"
    if status == 405:
        assert answer.headers["allow"]


async def test_whatever_answers_get_says_that_it_answers_head(still_box: BoxUnderTest) -> None:
    allow = (await still_box.client().delete("/rooms")).headers["allow"]
    assert {"GET", "HEAD", "POST"} <= set(allow.split(", "))


async def test_a_fault_is_logged_and_never_told(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(**_: object) -> None:
        raise ValueError("the secret detail")

    monkeypatch.setattr(box.node.status, "read", broken)
    answer = await box.client().get("/status")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/fault"
    assert "secret" not in answer.text
    assert "the secret detail" in caplog.text


async def test_a_fault_is_logged_without_what_stands_in_the_address(
    box: BoxUnderTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Sessions, words and secrets are parts of addresses."""

    async def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(box.node.pop_ups, "find", broken)
    answer = await box.client().get(f"/lite/s/{'5e' * 16}/me")
    assert answer.status_code == 500
    assert "fault in GET /lite/s/{pop_up_id}/me" in caplog.text
    assert "5e5e" not in caplog.text
