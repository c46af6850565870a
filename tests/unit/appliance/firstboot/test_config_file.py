"""What people write on the card is understood, and what is not is named with its line."""

from dataclasses import fields
from pathlib import Path

import pytest

from appliance.firstboot.config_file import FOREIGN, MAX_COMPLAINTS, MAX_FILE_BYTES, parse, read
from appliance.firstboot.config_keys import KEYS, Config

GOOD = """# My box
name = "Gym"
country = "TR"   # Turkey
channel = 11

languages = ["tr", "ar"]
share_internet = true
"""
CHANNEL = "channel cannot be used. It takes a number from 1 to 13, without quotes."
MEANT = Config(name="Gym", country="TR", channel=11, languages=("tr", "ar"), share_internet=True)


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.encode("utf-16"),
        GOOD.replace('"', "\u201c").encode(),
        GOOD.replace('"Gym"', "\u201eGym\u201d").encode(),
        GOOD.replace('"Gym"', "\u2018Gym\u2019").encode(),
        GOOD.replace("name", "Name").replace("share_internet", "share-internet").encode(),
        GOOD.replace(" = ", "=").encode(),
        GOOD.replace(" = ", "\u00a0=\u00a0").encode(),
    ],
    ids=[
        "plain", "mark", "windows", "old mac", "utf-16", "curly", "low and high", "single",
        "case and dashes", "tight", "hard spaces",
    ],
)  # fmt: skip
def test_the_ways_people_write_it_mean_the_same(raw: bytes) -> None:
    reading = parse(raw)
    assert reading.config == MEANT
    assert reading.complaints == ()


def test_letters_of_an_old_windows_are_read() -> None:
    assert parse('name = "Schützenhaus"'.encode("cp1252")).config.name == "Schützenhaus"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('title = "Gym"', "title is not known here. It was left out."),
        ("name Gym", 'This line has no key and value. Write, for example: name = "Gym"'),
        ("name = Gym", 'name cannot be used. It takes 1 to 40 letters in quotes: "Gym".'),
        ('channel = "6"', CHANNEL),
        ("channel = 14", CHANNEL),
        ("channel = true", CHANNEL),
        ('country = "tr"', 'country cannot be used. It takes two capital letters in quotes: "TR".'),
        ('languages = "tr"',
         'languages cannot be used. It takes a list of languages: ["en", "ar"].'),
        ("relay = yes", "relay cannot be used. It takes true or false, without quotes."),
        ('wifi_passphrase = "1234"',
         "wifi_passphrase cannot be used. It takes 8 to 63 letters, digits or signs in quotes."),
        ("[wifi]", 'This line has no key and value. Write, for example: name = "Gym"'),
        ("name = " + "[" * 5000, 'name cannot be used. It takes 1 to 40 letters in quotes: "Gym".'),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_and_the_others_count(line: str, says: str) -> None:
    reading = parse(f'fleet_key = "{"ab" * 32}"\n{line}\nmesh = "11s"\n'.encode())
    assert [(one.line, one.sentence) for one in reading.complaints] == [(2, says)]
    assert (reading.config.fleet_key, reading.config.mesh) == ("ab" * 32, "11s")
    assert reading.config.channel == 6


def test_every_key_is_a_setting_with_a_default() -> None:
    assert {field.name for field in fields(Config)} == set(KEYS)
    assert parse(b"") == parse(b"# nothing\n")


def test_a_file_that_is_something_else_is_not_used() -> None:
    reading = parse(b"x" * (MAX_FILE_BYTES + 1))
    assert reading.config == Config()
    assert [one.line for one in reading.complaints] == [0]


def test_a_file_of_nonsense_makes_no_endless_report() -> None:
    assert len(parse(bytes(range(32, 127)) * 500).complaints) <= MAX_COMPLAINTS
    assert len(parse(b"x\n" * 1000).complaints) == MAX_COMPLAINTS


@pytest.mark.parametrize("name", ["disasternet.toml", "DISASTERNET.TOML", "Disasternet.toml"])
def test_the_file_is_found_whatever_its_case(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD)
    assert read(tmp_path).config == MEANT


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path).config == Config()
    assert read(tmp_path).complaints == ()


def test_a_folder_in_its_place_is_complained_about(tmp_path: Path) -> None:
    (tmp_path / "disasternet.toml").mkdir()
    assert [one.line for one in read(tmp_path).complaints] == [0]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_another_system_is_answered_with_our_keys(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("whatever")
    (complaint,) = read(tmp_path).complaints
    assert name in complaint.sentence
    assert set(FOREIGN[name].split(", ")) <= set(KEYS)
