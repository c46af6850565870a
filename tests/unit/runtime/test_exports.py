"""Taking out the list of people, while it changes under the hands of whoever takes it out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import pytest

from node.contract.people import CheckIn, CheckInPage
from node.contract.problems import CURSOR, UNAVAILABLE, RefusedError
from node.runtime.exports import MAX_LAPS, Exports

if TYPE_CHECKING:
    from node.runtime.check_ins import CheckIns
    from node.runtime.ports import LogPort

pytestmark = pytest.mark.anyio


class ChangingList:
    """Fits ``CheckIns``: answers each page as the test says."""

    def __init__(self, pages: Callable[[int], CheckInPage]) -> None:
        self._pages = pages
        self.asked: list[str | None] = []

    async def page(
        self, *, q: str | None, category: str | None, limit: int, before: str | None
    ) -> CheckInPage:
        """Return the next page."""
        assert (q, category) == (None, "help")
        assert limit > 0
        self.asked.append(before)
        return self._pages(len(self.asked) - 1)


def page(*persons: str, more: bool = False) -> CheckInPage:
    items = [CheckIn(p, p, p, "help", "", None, 0, True, p) for p in persons]  # noqa: FBT003
    return CheckInPage(items, f"after {persons[-1]}" if more else None)


async def taken_out(changing: ChangingList) -> list[str]:
    log = cast("LogPort", None)
    exports = Exports(log, cast("CheckIns", changing))
    return [item.person async for items in exports.people("help") for item in items]


def refusal(refused: RefusedError) -> CheckInPage:
    raise refused


@pytest.mark.parametrize(
    ("pages", "found", "asked"),
    [
        ([page(), page()], "", [None]),
        ([page("a", "b"), page("a", "b")], "ab", [None, None]),
        (
            [page("a", "b", more=True), page("c"), page("a", "b", more=True), page("c")],
            "abc",
            [None, "after b", None, "after b"],
        ),
        # c wrote while the second page was read: it was ahead of the reader, and is at the top now.
        (
            [page("a", more=True), page("b"), page("c", "a", "b"), page("c", "a", "b")],
            "abc",
            [None, "after a", None, None],
        ),
    ],
)
async def test_the_walk_is_begun_again_until_it_meets_nobody_new(
    pages: Sequence[CheckInPage], found: str, asked: list[str | None]
) -> None:
    changing = ChangingList(lambda number: pages[number])
    assert "".join(await taken_out(changing)) == found
    assert changing.asked == asked


async def test_a_place_in_the_list_that_is_gone_begins_the_walk_again() -> None:
    pages = [lambda: page("a", more=True), lambda: refusal(RefusedError(CURSOR))]
    pages += [lambda: page("b"), lambda: page("b")]
    changing = ChangingList(lambda number: pages[number]())
    assert await taken_out(changing) == ["a", "b"]


async def test_any_other_refusal_is_told() -> None:
    changing = ChangingList(lambda _: refusal(RefusedError(UNAVAILABLE)))
    with pytest.raises(RefusedError) as refused:
        await taken_out(changing)
    assert refused.value.problem is UNAVAILABLE


async def test_a_list_that_never_stands_still_is_walked_through_so_often_and_no_more() -> None:
    changing = ChangingList(lambda number: page(f"p{number}"))
    assert len(await taken_out(changing)) == len(changing.asked) == MAX_LAPS
