"""Persons: chains of authors are one, until somebody who may says no."""

from collections.abc import Callable
from typing import Any

import pytest

from node.protocol import persons
from node.protocol.ids import VerifyKey
from node.protocol.limits import MAX_CHAIN_LINKS
from node.protocol.persons import Continuations, line_of
from tests.vectors.notation import load

CASES = load("persons")["persons"]


def _key(name: str) -> VerifyKey:
    return VerifyKey(name.encode().ljust(32))


def _continuations(case: dict[str, Any]) -> Continuations[VerifyKey]:
    links = {_key(new): _key(old) for new, old in case["links"].items()}
    disowned = {_key(who): {*map(_key, whom)} for who, whom in case["disowned"].items()}
    return Continuations(links, disowned)


def _wrong(case: dict[str, Any]) -> list[str]:
    """Return the authors whose person is not that of the vector."""
    continuations = _continuations(case)
    return [
        author
        for author, person in case["persons"].items()
        if line_of(_key(author), continuations)[-1] != _key(person)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_each_author_is_the_person_of_its_vector(case: dict[str, Any]) -> None:
    assert _wrong(case) == []


def _never_void(_: VerifyKey, __: Continuations[VerifyKey]) -> bool:
    return False


def _void_by_the_next_alone(author: VerifyKey, continuations: Continuations[VerifyKey]) -> bool:
    above = continuations.links[author]
    return author in continuations.disowned.get(above, ()) or above in continuations.disowned.get(
        author, ()
    )


def _void_by_anybody(author: VerifyKey, continuations: Continuations[VerifyKey]) -> bool:
    return any(author in denied for denied in continuations.disowned.values())


@pytest.mark.parametrize("broken", [_never_void, _void_by_the_next_alone, _void_by_anybody])
def test_a_rule_for_void_links_that_differs_fails_a_vector(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[VerifyKey, Continuations[VerifyKey]], bool]
) -> None:
    monkeypatch.setattr(persons, "is_void", broken)
    assert any(_wrong(case) for case in CASES)


@pytest.mark.parametrize("most", [MAX_CHAIN_LINKS - 1, MAX_CHAIN_LINKS + 1])
def test_another_limit_of_links_fails_a_vector(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(persons, "MAX_CHAIN_LINKS", most)
    assert any(_wrong(case) for case in CASES)


def test_a_line_names_everybody_on_the_way() -> None:
    continuations = Continuations({_key("c"): _key("b"), _key("b"): _key("a")}, {})
    assert line_of(_key("c"), continuations) == [_key("c"), _key("b"), _key("a")]
