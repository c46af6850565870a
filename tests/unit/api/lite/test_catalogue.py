"""The words of the pages: complete in every language, short, and with the same slots."""

import re
from pathlib import Path

import pytest

from node.api.lite.catalogue import LANGUAGES, SLOT, WORDS, catalogue, chosen, is_nameless

MAX_WORDS = 12
SENTENCE_END = re.compile(r"[.!?;:؛؟।]+(?:\s|$)")
ENGLISH = catalogue("en").sentences
FORBIDDEN = re.compile(r"\b(node|peer|identit|captive|browser session)", re.IGNORECASE)
LOOSE_SIGN = re.compile("[ ][:;?!\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}]")
"""French has a space before these; one that breaks sends ": 1" to the next line."""
RTL = {"ar"}


def slots(text: str) -> list[str]:
    """Return the slots of a sentence, in the order of the alphabet."""
    return sorted(SLOT.findall(text))


def longest(text: str) -> int:
    """Return how many words the longest sentence has."""
    parts = SENTENCE_END.split(text)
    return max(len([word for word in part.split() if re.search(r"\w", word)]) for part in parts)


def faults(given: dict[str, str]) -> list[str]:
    """Return what is wrong with a catalogue."""
    found = [f"{key} is missing" for key in ENGLISH if key not in given]
    found += [f"{key} is not known" for key in given if key not in ENGLISH]
    for key in given.keys() & ENGLISH.keys():
        if not given[key].strip():
            found.append(f"{key} is empty")
        if slots(given[key]) != slots(ENGLISH[key]):
            found.append(f"{key} has other slots")
        if longest(given[key]) > MAX_WORDS:
            found.append(f"{key} is too long")
        if LOOSE_SIGN.search(given[key]):
            found.append(f"{key} may begin a line with a sign")
        if FORBIDDEN.search(given[key]):
            found.append(f"{key} says what people do not")
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_says_everything_in_short_sentences(lang: str) -> None:
    assert faults(catalogue(lang).sentences) == []


@pytest.mark.parametrize("lang", LANGUAGES[1:])
def test_a_language_is_no_copy_of_english(lang: str) -> None:
    same = [key for key, text in catalogue(lang).sentences.items() if ENGLISH[key] == text]
    assert set(same) <= {"lang.dir", "urgent"}  # French has the same word


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("send", None, "send is missing"),
        ("send", " ", "send is empty"),
        ("extra", "x", "extra is not known"),
        ("age.days", "days ago", "age.days has other slots"),
        ("send", "one two three four five six seven eight nine ten 11 12 13", "send is too long"),
        ("send", "Send : now", "send may begin a line with a sign"),
        ("send", "Send to the next node", "send says what people do not"),
    ],
)
def test_a_bad_catalogue_would_be_noticed(key: str, text: str | None, fault: str) -> None:
    given = {name: said for name, said in ENGLISH.items() if name != key}
    assert faults(given if text is None else {**given, key: text}) == [fault]


def test_every_file_of_words_is_offered_and_reads_in_its_own_direction() -> None:
    assert {file.stem for file in Path(WORDS).glob("*.json")} == set(LANGUAGES)
    assert {lang for lang in LANGUAGES if catalogue(lang).direction == "rtl"} == RTL
    names = [catalogue(lang).name for lang in LANGUAGES]
    assert len(set(names)) == len(names)


def test_every_sentence_is_used_and_every_sentence_used_is_there() -> None:
    folder = WORDS.parent
    sources = [*folder.glob("*.py"), *(folder.parent / "templates").rglob("*.html")]
    sources.append(folder.parent / "poster.py")
    code = "\n".join(file.read_text("utf-8") for file in sources)
    exact = set(re.findall(r"""["']([a-z]+(?:[.-][a-z-]+)*)["']""", code))
    prefixes = set(re.findall(r"""["']([a-z.]+\.)(?:["']\s*~|\{)""", code)) | {"{tap}.", "sorry."}
    asked = set(re.findall(r"""say\(\s*["']([a-z][a-z.-]*[a-z])["']""", code))
    built = {key for key in ENGLISH for prefix in prefixes if key.startswith(prefix)}
    taps = {"safe.text", "help.text"}
    assert asked - set(ENGLISH) == set()
    assert set(ENGLISH) - exact - built - taps == set()


@pytest.mark.parametrize(
    ("wishes", "accept", "lang"),
    [
        ((), "", "en"),
        ((), "de-DE,de;q=0.9", "en"),
        ((), "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ((), "de;q=1.0,ar;q=0.5,en;q=0.1", "ar"),
        ((), "ar;q=0,tr;q=0.1", "tr"),
        ((), "ar;q=0", "en"),
        ((), "*", "en"),
        ((), "uk;q=nonsense,es", "es"),
        (("es", "fr", "ar"), "tr", "es"),
        ((None, "fr", "ar"), "tr", "fr"),
        ((None, None, "ar"), "tr", "ar"),
        (("xx", "../en", ""), "tr", "tr"),
    ],
)
def test_the_language_is_the_first_that_was_asked_for_and_exists(
    wishes: tuple[str | None, ...], accept: str, lang: str
) -> None:
    assert chosen(*wishes, accept=accept).lang == lang


@pytest.mark.parametrize(
    ("name", "nameless"), [("Somebody", True), ("شخص ما", True), ("Ana", False), ("", False)]
)
def test_a_person_without_a_name_is_known_in_every_language(name: str, *, nameless: bool) -> None:
    assert is_nameless(name) is nameless
