"""Words are found whatever their case and accents, in every script."""

import pytest

from node.store.folded import MAX_WORDS, asked_words, folded_words


def finds(asked: str, text: str) -> bool:
    words = asked_words(asked)
    return bool(words) and all(word in folded_words(text) for word in words)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ana", "Ana Kowalska"),
        ("KOWAL", "ana kowalska"),
        ("kowalska ana", "Ana Kowalska"),
        ("jose", "José Luis"),
        ("josé", "Jose Luis"),
        ("nguyen", "Nguyễn Văn An"),
        ("straße", "STRASSE 7"),
        ("марія", "МАРІЯ Шевченко"),
        ("فاطمة", "السيدة فاطمة الزهراء"),
        ("বাংলা", "আমি বাংলা বলি"),
        ("i̇zmir", "İzmir"),
        ("gym", "<b>gym</b>"),
        ("7", "room #7"),
        ("ﬁre", "fire"),
        ("per\u200bson", "person"),
    ],
)
def test_a_word_is_found_by_its_beginning(asked: str, text: str) -> None:
    assert finds(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("owalska", "Ana Kowalska"),  # not its beginning
        ("ana maria", "Ana Kowalska"),  # not every word
        ("বল", "বাংলা"),  # its vowels part no word
        ("", "Ana"),
        ("!?", "Ana!?"),
        ("na", "A na".replace(" ", "\u200d")),  # a joiner parts no word
    ],
)
def test_what_begins_no_word_is_not_found(asked: str, text: str) -> None:
    assert not finds(asked, text)


def test_so_many_words_are_looked_for_and_no_more() -> None:
    assert len(asked_words("a " * 1000)) == MAX_WORDS
