"""`disasternet-appliance plan` answers a person before they buy a dongle."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from appliance.cli import main
from tests.unit.appliance.radio.recorded import NAMES, PI, iw_text


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["plan", *arguments])


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    for name in NAMES:
        (tmp_path / name).write_text(iw_text(name))
    return {name: str(tmp_path / name) for name in NAMES}


def test_json_has_the_plan_the_roles_and_a_sentence(files: dict[str, str]) -> None:
    answer = ask("--from-iw", files[PI], "--from-iw", files["awus036acm-mt7612u"], "--json")
    said = json.loads(answer.output)
    assert answer.exit_code == 0
    assert said.pop("sentence").startswith("The USB radio talks to other boxes")
    assert said == {
        "plan": "P1",
        "hotspot": {"radio": "phy0"},
        "mesh": {"radio": "phy0#2", "backend": "ibss"},
        "courier": None,
        "phones_max": 7,
    }


def test_several_files_may_follow_one_option(files: dict[str, str]) -> None:
    one = ask("--from-iw", files[PI], files["cf-951ax-mt7921au"], "--json")
    two = ask("--from-iw", files[PI], "--from-iw", files["cf-951ax-mt7921au"], "--json")
    assert one.output == two.output
    assert json.loads(one.output)["plan"] == "P2"


@pytest.mark.parametrize("name", NAMES)
def test_people_read_a_sentence_and_who_does_what(files: dict[str, str], name: str) -> None:
    answer = ask("--from-iw", files[name])
    assert answer.exit_code == 0
    assert answer.output.startswith("P")
    assert ": phy0" in answer.output


@pytest.mark.parametrize("content", ["", "nl80211 not found.\n", "\x00\xff\xfe" * 100])
def test_a_file_without_a_radio_is_named_with_the_fix(tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong.txt"
    file.write_text(content)
    answer = ask("--from-iw", str(file))
    assert answer.exit_code == 2
    assert answer.output == f"Error: {file} has no radio in it. It must be the output of: iw list\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer = ask("--from-iw", str(tmp_path / "none.txt"))
    assert answer.exit_code == 2
    assert "none.txt" in answer.output
