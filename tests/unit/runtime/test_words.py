"""Secrets as words: exact when shown, forgiving when read."""

import pytest

from node.contract.problems import WORDS, RefusedError
from node.runtime.words import draw_words, handover_words, secret_of, words_of
from tests.fakes.entropy import seeded
from tests.vectors.notation import load

SECRET = bytes(range(16))
TWELVE = "abandon amount liar amount expire adjust cage candy arch gather drum buyer"
FOUR = "gorilla sand near virtual"


@pytest.mark.parametrize("vector", load("persons")["carry"], ids=lambda vector: vector["secret"])
def test_a_secret_is_the_words_of_its_vector_and_comes_back(vector: dict[str, str]) -> None:
    secret = bytes.fromhex(vector["secret"])
    assert words_of(secret) == vector["words"]
    assert secret_of(vector["words"]) == secret


@pytest.mark.parametrize(
    "typed",
    [
        TWELVE.upper(),
        TWELVE.replace(" ", "-"),
        f"  {TWELVE.replace(' ', ',  ')}.\n",
        " ".join(word[:4] for word in TWELVE.split()),
        "\n".join(f"{n}. {word}" for n, word in enumerate(TWELVE.split(), 1)),
        TWELVE.replace("a", "\N{LATIN SMALL LETTER A WITH ACUTE}"),
        SECRET.hex(),
        f" {SECRET.hex().upper()[:16]} {SECRET.hex()[16:]} ",
    ],
)
def test_a_secret_is_read_however_it_is_typed(typed: str) -> None:
    assert secret_of(typed) == SECRET


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "?",
        "0" * 31,
        TWELVE.replace("buyer", "cabbage"),  # the checksum of another secret
        TWELVE.replace("buyer", "bxyer"),
        TWELVE.rsplit(" ", 1)[0],
        f"{TWELVE} abandon",
        f"{TWELVE} {TWELVE}",
        FOUR,
        "\ud800" * 12,
    ],
)
def test_what_is_no_secret_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        secret_of(typed)
    assert refused.value.problem is WORDS


@pytest.mark.parametrize(
    "typed",
    [FOUR, "Gorilla, SAND; near-virtual", "gori sand near virt", "gorillla sandy near virtual"],
)
def test_the_words_of_a_handover_are_read_however_they_are_typed(typed: str) -> None:
    assert handover_words(typed) == FOUR


@pytest.mark.parametrize("typed", ["", "gorilla", "gorilla sand near", f"{FOUR} {FOUR}", "x y z a"])
def test_what_are_no_four_words_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        handover_words(typed)
    assert refused.value.problem is WORDS


def test_drawn_words_read_back_as_themselves_and_use_all_their_44_bits() -> None:
    assert draw_words(lambda size: b"\xff" * size) == "zoo zoo zoo zoo"
    assert draw_words(bytes) == "abandon abandon abandon abandon"
    entropy = seeded(3)
    drawn = [draw_words(entropy) for _ in range(200)]
    assert all(handover_words(words) == words for words in drawn)
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("bit", range(44))
def test_each_of_the_44_bits_draws_other_words(bit: int) -> None:
    assert draw_words(lambda size: (1 << bit).to_bytes(size, "big")) != draw_words(bytes)
