"""``disasternet config``."""

import json
import tomllib
from pathlib import Path

import pytest

from node.cli.config import toml
from node.cli.exits import ExitCode
from tests.cli.conftest import Cli


def test_what_is_shown_is_a_configuration_that_means_the_same(cli: Cli, tmp_path: Path) -> None:
    options = ("--name", 'Gym "A" \\ é', "--peer", "10.0.0.2:7777", "--no-discovery")
    shown = cli("config", "show", *options).out
    file = tmp_path / "disasternet.toml"
    file.write_text(shown)
    assert cli("config", "show", "--config", file).out == shown
    assert tomllib.loads(shown)["discovery"] is False
    assert tomllib.loads(shown)["peers"] == ["10.0.0.2:7777"]


def test_json_is_the_settings(cli: Cli, home: Path) -> None:
    values = json.loads(cli("config", "show", "--json").out)
    assert values["port"] == 8080
    assert values["discovery"] is True
    assert values["data_dir"] == str(home / "data" / "disasternet")


def test_each_value_has_its_source(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text("port = 8080\nname = 'Gym'\npeers = ['10.0.0.2:7777']\n")
    options = ("--config", file, "--name", "Hall", "--sources")
    values = json.loads(cli("config", "show", *options, "--json").out)
    assert values["port"] == {"value": 8080, "source": "file"}  # said, though it is the default
    assert values["name"] == {"value": "Hall", "source": "command line"}
    assert values["peers"] == {"value": ["10.0.0.2:7777"], "source": "file"}
    assert values["peer_port"] == {"value": 7777, "source": "default"}
    shown = cli("config", "show", *options).out
    assert 'name = "Hall"  # command line\n' in shown
    assert tomllib.loads(shown)["port"] == 8080


def test_a_configuration_of_use_passes(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text("port = 80\n")
    assert cli("config", "check", "--config", file).out == "The settings can be used.\n"
    assert json.loads(cli("config", "check", "--config", file, "--json").out) == {"usable": True}


@pytest.mark.parametrize("content", ["prot = 80\n", "port = 'x'\n", "port = \n"])
@pytest.mark.parametrize("command", ["check", "show"])
def test_a_configuration_of_no_use_does_not(
    cli: Cli, tmp_path: Path, command: str, content: str
) -> None:
    file = tmp_path / "disasternet.toml"
    file.write_text(content)
    ended = cli("config", command, "--config", file)
    assert (ended.code, ended.out) == (ExitCode.USAGE, "")
    assert str(file) in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "value", ["", "é\U0001f600", "\x00\x1f\x7f\x80\n\t\"\\'", True, 5.5, 3, [], ["a", "b\x7f"]]
)
def test_a_value_in_toml_reads_back(value: object) -> None:
    assert tomllib.loads(f"x = {toml(value)}")["x"] == value
