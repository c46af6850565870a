"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from node import config

_Command = TypeVar("_Command", bound=Callable[..., Any])

DATA_DIR_HELP: Final = (
    "Where the node keeps messages and keys.  [default: ~/.local/share/disasternet]"
)


def standard_options(command: _Command) -> _Command:
    """Return ``command`` with ``--data-dir`` (passed as ``data_dir``, resolved) and ``--json``."""
    with_data_dir = click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        callback=_resolve,
        help=DATA_DIR_HELP,
    )
    return with_data_dir(json_option(command))


def json_option(command: _Command) -> _Command:
    """Return ``command`` with ``--json``, passed as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON of a stable shape.")(
        command
    )


def example(*lines: str) -> str:
    """Return the text below a command's help that shows how it is typed."""
    return "\n\n".join(f"Example: {line}" for line in lines)


def _resolve(_context: click.Context, _option: click.Parameter, value: Path | None) -> Path:
    return config.default_data_dir() if value is None else value.expanduser()
