"""The API describes itself truly, and shows it without asking anybody outside."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.boxes import BoxUnderTest

pytestmark = pytest.mark.anyio

API_PAGE = Path(__file__).parents[3] / "docs" / "api.md"


WITH_IDENTITY = ("/rooms", "/auth/carry", "/auth/handover", "/clock/vote", "/admin/claim")
"""What writes as somebody begins with one of these."""


async def described(box: BoxUnderTest) -> dict[str, Any]:
    answer = await box.client().get("/docs/openapi.json")
    assert answer.status_code == 200
    schema: dict[str, Any] = answer.json()
    return schema


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


async def test_every_error_is_described_as_a_problem(still_box: BoxUnderTest) -> None:
    for method, path, operation in operations(await described(still_box)):
        errors = {s: r for s, r in operation["responses"].items() if int(s) >= 400}
        assert {"400", "401", "403", "421", "500", "503"} <= set(errors), (method, path)
        if method == "POST":
            assert {"413", "415", "429", "507"} <= set(errors), (method, path)
        for answer in errors.values():
            assert list(answer["content"]) == ["application/problem+json"]
            reference = answer["content"]["application/problem+json"]["schema"]["$ref"]
            assert reference == "#/components/schemas/ProblemDetails"


async def test_operations_have_names_of_their_own_and_no_invented_examples(
    still_box: BoxUnderTest,
) -> None:
    schema = await described(still_box)
    names = [operation["operationId"] for _, _, operation in operations(schema)]
    assert len(names) == len(set(names)) == 29
    assert "example" not in str(schema)


async def test_writes_say_that_they_need_an_identity(still_box: BoxUnderTest) -> None:
    for method, path, operation in operations(await described(still_box)):
        needs = method == "POST" and path.startswith(WITH_IDENTITY)
        needs = needs and path not in {"/auth/handover/redeem", "/admin/claim-window"}
        assert ("security" in operation) is needs, (method, path)


async def test_the_documentation_names_every_call(still_box: BoxUnderTest) -> None:
    page = API_PAGE.read_text(encoding="utf-8")
    for _, path, _ in operations(await described(still_box)):
        last = re.sub(r"\{\w+\}", "{room}" if path.startswith("/rooms") else "{id}", path)
        assert f"`{last}" in page or f" {last}`" in page or f"/{last.rsplit('/', 1)[1]}`" in page, (
            path
        )


async def test_the_page_runs_nothing_inline_and_asks_only_this_box(still_box: BoxUnderTest) -> None:
    answer = await still_box.client().get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert re.findall(r"<script[^>]*>([^<]+)</script>", answer.text) == []
    sources = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert sources
    assert all(source.startswith(("/docs/", "data:")) for source in sources), sources
    start = await still_box.client().get("/docs/start.js")
    assert start.headers["content-type"].startswith("text/javascript")
    assert "//" not in start.text
