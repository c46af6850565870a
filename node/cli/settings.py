"""The settings of a node, from a file and the command line."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from node import config
from node.cli.exits import CommandError, ExitCode
from node.cli.options import DATA_DIR_HELP
from node.config import ConfigError, Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

Given = str | int | list[str] | None
"""A value from the command line; None when not given."""

_PORT: Final = click.IntRange(0, 65535)


def settings_options(command: _Command) -> _Command:
    """Return ``command`` with all that a node can be told.

    Passed as ``config_file``, and under the names of ``Settings`` as ``config.load`` takes them:
    None when not given.
    """
    options = (
        click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            help="Settings in TOML; what is given here wins.",
        ),
        click.option("--data-dir", help=DATA_DIR_HELP),
        click.option("--host", help="Address to serve on.  [default: 127.0.0.1]"),
        click.option("--port", type=_PORT, help="0 takes a free one.  [default: 8080]"),
        click.option(
            "--peer-port", type=_PORT, help="For links from other boxes.  [default: 7777]"
        ),
        click.option("--name", help="Name of this box, shown to people."),
        click.option(
            "--public-name",
            "public_names",
            multiple=True,
            callback=_list,
            help="Host name by which browsers may come. Repeatable.",
        ),
        click.option(
            "--peer",
            "peers",
            multiple=True,
            metavar="HOST:PORT",
            callback=_list,
            help="Box to link with. Repeatable.",
        ),
        click.option(
            "--no-discovery",
            "discovery",
            flag_value=False,
            default=None,
            help="Do not look for other boxes.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def load(file: Path | None, given: dict[str, Given]) -> Settings:
    """Return the settings of ``file``, overruled by what was ``given`` on the command line.

    Raises:
        CommandError: ``USAGE``; nothing was started.
    """
    try:
        return config.load(file, given)
    except ConfigError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error


def names_in(file: Path) -> set[str]:
    """Return which settings ``file`` names; it was loaded before."""
    return set(tomllib.loads(file.read_text("utf-8")))


def _list(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> list[str] | None:
    return list(values) or None
