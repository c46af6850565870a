"""Laws of what is asked: in flight once, never what was not shown, counted right."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges
from node.sync import wishes as module
from node.sync.wishes import PATIENCE_S, Wishes
from tests.property.strategies import counterexample

LINKS = (1, 2, 3)
LOGS = tuple(LogHandle(bytes([number]) * 8) for number in range(3))

Step = tuple[str, int, LogHandle, Ranges]

_sets = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 6)).map(lambda run: (run[0], sum(run))),
    min_size=1,
    max_size=4,
).map(Ranges.of)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["show", "show", "show", "ask", "ask", "arrive", "gone", "hear", "wait", "drop", "add"]
        ),
        st.sampled_from(LINKS),
        st.sampled_from(LOGS),
        _sets,
    ),
    max_size=40,
)


@dataclass
class Model:
    """What sets say of the same: slow, and plain to see."""

    wishes: Wishes = field(default_factory=Wishes)
    now_s: float = 0.0
    lacking: dict[int, set[tuple[LogHandle, int]]] = field(
        default_factory=dict[int, set[tuple[LogHandle, int]]]
    )
    asked: dict[int, set[tuple[LogHandle, int]]] = field(
        default_factory=dict[int, set[tuple[LogHandle, int]]]
    )
    heard_s: dict[int, float] = field(default_factory=dict[int, float])

    def do(self, step: Step) -> bool:
        """Take one step on both; return whether the answer was right."""
        what, link, log, ranges = step
        positions = {(log, position) for position in ranges}
        if what == "add" and link not in self.lacking:
            self.wishes.add_link(link, self.now_s)
            self.lacking[link], self.asked[link], self.heard_s[link] = set(), set(), self.now_s
        elif what == "drop":
            self.wishes.drop_link(link)
            for table in (self.lacking, self.asked, self.heard_s):
                table.pop(link, None)
        elif what == "show":
            self.wishes.show(link, log, ranges, vouched=True)
            self.lacking.get(link, set()).update(positions)
        elif what == "ask":
            return self._ask(link, log)
        elif what == "arrive":
            self.wishes.arrived(log, ranges)
            self._remove(self.lacking.keys(), positions)
        elif what == "gone":
            self.wishes.gone(link, log, ranges)
            self._remove([link], positions)
        elif what == "hear":
            self.wishes.heard(link, self.now_s)
            self.heard_s[link] = self.now_s
        elif what == "wait":
            return self._wait()
        return True

    def _ask(self, link: int, log: LogHandle) -> bool:
        in_flight = set[tuple[LogHandle, int]]().union(*self.asked.values())
        here = {each for each in self.lacking.get(link, set()) - in_flight if each[0] == log}
        said = self.wishes.ask(link, log, self.now_s)
        if here and not self.asked[link]:
            self.heard_s[link] = self.now_s
        self.asked.get(link, set()).update(here)
        return {(log, position) for position in said} == here

    def _remove(self, links: Iterable[int], gone: set[tuple[LogHandle, int]]) -> None:
        for link in links:
            for table in (self.lacking, self.asked):
                table.get(link, set()).difference_update(gone)

    def _wait(self) -> bool:
        self.now_s += PATIENCE_S / 3
        silent = set(self.wishes.expire(self.now_s))
        late = {
            link
            for link, asked in self.asked.items()
            if asked and self.now_s - self.heard_s[link] >= PATIENCE_S
        }
        for link in late:
            self._remove([link], set(self.asked[link]))
        return silent == late

    def is_right(self) -> bool:
        """Return whether both count the same, link by link."""
        return all(
            self.wishes.missing(link) == len(self.lacking.get(link, ()))
            and self.wishes.asked(link) == len(self.asked.get(link, ()))
            and self.wishes.is_settled(link) == (not self.lacking.get(link))
            for link in LINKS
        )


def all_is_right(script: Sequence[Step]) -> bool:
    model = Model()
    for link in LINKS:
        model.do(("add", link, LOGS[0], Ranges()))
    return all(model.do(step) and model.is_right() for step in script)


@given(steps)
def test_questions_and_counts_are_what_sets_say(script: list[Step]) -> None:
    assert all_is_right(script)


def _asks_all(wishes: Wishes, link: int, handle: LogHandle, now_s: float) -> Ranges:
    links = vars(wishes)["_links"]
    others = dict(links)
    for other in others.keys() - {link}:
        del links[other]
    try:
        return _ASK(wishes, link, handle, now_s)
    finally:
        links.update(others)


def _counts_twice(
    wishes: Wishes, link: int, handle: LogHandle, lacking: Ranges, *, vouched: bool
) -> None:
    _SHOW(wishes, link, handle, lacking, vouched=vouched)
    links = vars(wishes)["_links"]
    if link in links:
        links[link].lacking_count += bool(lacking)


def _takes_off_one_list(wishes: Wishes, handle: LogHandle, positions: Ranges) -> None:
    for link in list(vars(wishes)["_links"])[:1]:
        wishes.gone(link, handle, positions)


_ASK, _SHOW = Wishes.ask, Wishes.show


@pytest.mark.parametrize(
    ("method", "wrong"),
    [("ask", _asks_all), ("show", _counts_twice), ("arrived", _takes_off_one_list)],
)
def test_that_law_notices(
    method: str, wrong: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wishes, method, wrong)
    counterexample(steps, lambda script: not all_is_right(script))


@given(st.lists(st.tuples(st.sampled_from(LINKS), _sets), max_size=20))
def test_no_link_is_asked_for_more_than_it_may_hold_back(shown: list[tuple[int, Ranges]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_ASKED", 7)
        patch.setattr(module, "MAX_PER_ASK", 3)
        wishes = Wishes()
        for link in LINKS:
            wishes.add_link(link, 0.0)
        for link, positions in shown:
            wishes.show(link, LOGS[0], positions, vouched=True)
            assert wishes.ask(link, LOGS[0], 0.0).count <= 3
            assert wishes.asked(link) <= 7
