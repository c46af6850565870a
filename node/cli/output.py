"""The only way to the terminal: nothing is printed that was not made plain."""

import json
import sys
from collections.abc import Iterable, Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from node.cli.text import one_line, plain


def say(line: str) -> None:
    """Print one line of text."""
    click.echo(plain(line))


def warn(line: str) -> None:
    """Print one line of text on stderr."""
    click.echo(plain(line), err=True)


def show_json(value: object, *, compact: bool = False) -> None:
    """Print a JSON value in ASCII, so that no text in it can reach the terminal raw.

    Args:
        value: what ``json`` can write.
        compact: on one line, for streams of values.
    """
    click.echo(json.dumps(value, indent=None if compact else 2))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn on a terminal, tab-separated with a line of titles elsewhere."""
    clean = [[one_line(cell) for cell in row] for row in rows]
    console = _terminal()
    if console is None:
        for cells in ([title.upper() for title in columns], *clean):
            click.echo("\t".join(cells))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        table.add_column(Text(title), overflow="fold")
    for cells in clean:
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)


def show_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names with their values, one a line."""
    console = _terminal()
    if console is None:
        for name, value in facts:
            click.echo(f"{name}: {one_line(value)}")
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in facts:
        grid.add_row(Text(name), Text(one_line(value)))
    console.print(grid)


def clear_screen() -> None:
    """Start a new screen on a terminal; elsewhere nothing."""
    if _terminal() is not None:
        click.clear()


def _terminal() -> Console | None:
    """Return a console when stdout is a terminal; it honours NO_COLOR and TERM by itself."""
    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
    return console if console.is_terminal else None
