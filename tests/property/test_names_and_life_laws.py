"""Laws of names and of life: cleaning settles at once; time only shortens life."""

import math
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol import limits
from node.protocol.life import life_left_s
from node.protocol.names import clean_name, is_presentable
from tests.property.strategies import counterexample

_odd = st.sampled_from(
    [*"a \t\n\u0301\u0327\u200b\u202e\u3164\u1100\u1161\u0958\U0001f1f3\U0001f3fd"]
)
_texts: st.SearchStrategy[str] = st.one_of(
    st.text(max_size=90), st.lists(_odd, max_size=90).map("".join)
)


Clean = Callable[[str], str]


def is_clean(clean: Clean, text: str) -> bool:
    name = clean(text)
    return (
        clean(name) == name
        and name == " ".join(name.split())
        and unicodedata.is_normalized("NFC", name)
        and len(name) <= limits.MAX_NAME_CHARS
        and not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name)
    )


@given(_texts)
def test_a_cleaned_name_is_clean_and_stays_as_it_is(text: str) -> None:
    assert is_clean(clean_name, text)
    assert is_presentable(clean_name(text)) is bool(clean_name(text))


def _spaced(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


_WRONG_NAMES: dict[str, Clean] = {
    "a space left": lambda text: clean_name(text) + " ",
    "marks apart": lambda text: unicodedata.normalize("NFD", clean_name(text)),
    "invisible characters left": lambda text: _spaced(text)[: limits.MAX_NAME_CHARS].rstrip(),
    "too many characters": _spaced,
}


@pytest.mark.parametrize("wrong", _WRONG_NAMES.values(), ids=_WRONG_NAMES.keys())
def test_that_law_notices_a_name_with(wrong: Clean) -> None:
    counterexample(_texts, lambda text: not is_clean(wrong, text))


Life = Callable[[int, float, float], float]
_lives = st.tuples(
    st.integers(limits.MIN_TTL_S, limits.MAX_TTL_S), st.integers(0, 2**64), st.integers(0, 10**7)
)


def life_is_fair(life: Life, case: tuple[int, float, float]) -> bool:
    """Return whether age shortens life, but never below its floor, and time held always does."""
    ttl_s, age_s, held_s = case
    floor_s = max(limits.MIN_TTL_S, ttl_s / 4)
    fresh_s, old_s = life(ttl_s, 0, 0), life(ttl_s, age_s, 0)
    return (
        fresh_s == ttl_s
        and floor_s <= old_s <= fresh_s
        and (ttl_s - age_s < floor_s or old_s == ttl_s - age_s)
        and life(ttl_s, age_s, held_s) == max(old_s - held_s, 0)
    )


def life(ttl_s: int, age_s: float, held_s: float) -> float:
    return life_left_s(ttl_s, age_s=age_s, held_s=held_s)


@given(_lives)
def test_a_liar_cannot_end_a_life_early(case: tuple[int, float, float]) -> None:
    assert life_is_fair(life, case)


@given(st.integers(0, 2**64), st.integers(0, 2**64))
def test_what_lives_as_long_as_it_is_named_never_expires(age_s: int, held_s: int) -> None:
    assert life(0, age_s, held_s) == math.inf


_WRONG_LIVES: dict[str, Life] = {
    "that age ends": lambda ttl_s, age_s, held_s: max(ttl_s - age_s - held_s, 0),
    "that never ends": lambda ttl_s, age_s, held_s: max(ttl_s - age_s - held_s, ttl_s / 4, 3_600),
    "that age does not touch": lambda ttl_s, _age_s, held_s: max(ttl_s - held_s, 0),
}


@pytest.mark.parametrize("wrong", _WRONG_LIVES.values(), ids=_WRONG_LIVES.keys())
def test_that_law_notices_a_life(wrong: Life) -> None:
    counterexample(_lives, lambda case: not life_is_fair(wrong, case))
