"""The whole of the commands."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import click
import pytest

from node.cli.commands import SUMMARIES, load
from node.cli.exits import ExitCode
from tests.cli.conftest import Cli
from tests.cli.running import PROGRAM, ROOT

Quality = Callable[[str, float, str, float | None], None]

HELP_WITHIN_S = 1.0


def commands() -> Iterator[tuple[str, ...]]:
    for name in SUMMARIES:
        command = load(name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)
        else:
            yield (name,)


def command_at(path: tuple[str, ...]) -> click.Command:
    command = load(path[0])
    return command.commands[path[1]] if isinstance(command, click.Group) else command


def lacks(command: click.Command) -> list[str]:
    """Return what every command has, and this one has not."""
    options = {option for parameter in command.params for option in parameter.opts}
    missing = [option for option in ("--json", "--data-dir") if option not in options]
    if not command.help:
        missing.append("help")
    if "Example: disasternet " not in (command.epilog or ""):
        missing.append("example")
    missing += [p.opts[0] for p in command.params if isinstance(p, click.Option) and not p.help]
    return missing


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_json(path: tuple[str, ...]) -> None:
    assert lacks(command_at(path)) == []


def test_a_command_without_them_is_found() -> None:
    @click.command()
    @click.option("--bare")
    def bare() -> None: ...

    assert lacks(bare) == ["--json", "--data-dir", "help", "example", "--bare"]


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_help_shows_the_example(path: tuple[str, ...], cli: Cli) -> None:
    ended = cli(*path, "--help")
    assert ended.code == ExitCode.DONE
    examples = ended.out.partition("Example: ")[2]
    assert f"disasternet {' '.join(path)}" in examples


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_summary_is_the_first_line_of_the_help(name: str) -> None:
    assert (load(name).help or "").splitlines()[0] == SUMMARIES[name]


def test_help_lists_every_command(cli: Cli) -> None:
    listed = cli("--help").out
    assert [name for name in SUMMARIES if f" {name} " not in listed] == []


def imported(code: str) -> set[str]:
    """Return the top modules that a process has imported after ``code``."""
    program = (
        "import contextlib, io, json, sys\n"
        "from node.cli import main\n"
        "from node.cli.commands import SUMMARIES, load\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    {code}\n"
        "print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    )
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return set(json.loads(answer.stdout))


def test_help_loads_nothing_that_makes_it_wait() -> None:
    heavy = {"litestar", "uvicorn", "uvloop", "httpx", "websockets", "sqlite3", "asyncio"}
    assert imported("main(['--help'])") & heavy == set()


def test_only_serve_loads_the_web_server() -> None:
    server = {"litestar", "uvicorn", "uvloop"}
    assert imported("[load(name) for name in SUMMARIES if name != 'serve']") & server == set()
    assert imported("load('serve')") >= server


def test_help_comes_at_once(quality: Quality) -> None:
    began_s = time.monotonic()
    subprocess.run([*PROGRAM, "--help"], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    quality("cli: --help", time.monotonic() - began_s, "s", HELP_WITHIN_S)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nosuch"], "disasternet: No such command 'nosuch'. See disasternet --help.\n"),
        (["send", "everyone"], "Missing argument 'TEXT'. See disasternet send --help.\n"),
        (["rooms", "--nosuch"], "No such option '--nosuch'. See disasternet rooms --help.\n"),
        (["serve", "--port", "99999"], "99999 is not in the range 0<=x<=65535."),
    ],
)
def test_wrong_usage_is_one_line(cli: Cli, arguments: list[str], line: str) -> None:
    ended = cli(*arguments)
    assert ended.code == ExitCode.USAGE
    assert line in ended.err
    assert ended.err.count("\n") == 1


def test_the_version_is_told(cli: Cli) -> None:
    assert cli("--version").out.startswith("disasternet, version ")
