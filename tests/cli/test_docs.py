"""docs/cli.md says what the program does."""

import re

import pytest

from node.cli.exits import ExitCode
from tests.cli.running import ROOT
from tests.cli.test_program import commands

PAGE = (ROOT / "docs" / "cli.md").read_text()
COMMANDS = PAGE.partition("## Commands")[2].partition("\n## ")[0]


def test_the_exit_codes_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert rows == [(str(code.value), code.name) for code in ExitCode]


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_is_in_the_table(path: tuple[str, ...]) -> None:
    assert re.search(rf"^\| `{' '.join(path)}[ `]", COMMANDS, re.MULTILINE)


def test_the_table_has_no_command_that_is_not_there() -> None:
    known = {" ".join(path) for path in commands()}
    listed = re.findall(r"^\| `([a-z]+(?: [a-z]+)?)", COMMANDS, re.MULTILINE)
    assert {name for name in listed if name not in known} == set()
