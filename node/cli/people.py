"""``disasternet people``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.exits import CommandError, ExitCode
from node.cli.figures import moment
from node.cli.options import example, standard_options
from node.cli.output import say, show_json, show_table
from node.contract.people import CheckIn, CheckInPage

CATEGORIES: Final = ("safe", "help", "looking", "offer", "info")

PAGE: Final = 200
"""Check-ins asked for at once, as many as the API gives."""


@click.command(
    "people",
    cls=RichCommand,
    epilog=example("disasternet people --category help", "disasternet people --csv > people.csv"),
)
@click.option("--category", type=click.Choice(CATEGORIES), help="Only these.")
@click.option("--find", metavar="WORDS", help="Only where name, place or text has these words.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a spreadsheet, for a file or a pipe.")
@click.option(
    "--print",
    "print_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write pages to print, in HTML.",
)
@standard_options
def command(  # noqa: PLR0913 - one for each option
    data_dir: Path,
    *,
    category: str | None,
    find: str | None,
    as_csv: bool,
    print_file: Path | None,
    as_json: bool,
) -> None:
    """List who is safe and who needs help.

    What each person said last of it. With --category looking, offer or info: the newest of each
    person of that. --csv and --print have everybody, in all categories or the one given.
    """
    _check_together(find, as_csv=as_csv, printing=print_file is not None, as_json=as_json)
    with Client(data_dir) as client:
        if as_csv:
            _write_csv(client, category)
        elif print_file is not None:
            _write_print(client, category, print_file)
        else:
            people = list(_people(client, category, find))
            _show(people, as_json=as_json)


def _check_together(find: str | None, *, as_csv: bool, printing: bool, as_json: bool) -> None:
    if as_csv + printing + as_json > 1:
        raise CommandError(ExitCode.USAGE, "Give one of --json, --csv and --print.")
    if find is not None and (as_csv or printing):
        raise CommandError(ExitCode.USAGE, "--find goes with the list and with --json only.")
    if as_csv and is_terminal():
        why = "A spreadsheet holds what strangers wrote, and is not for a terminal."
        raise CommandError(ExitCode.USAGE, f"{why} Say: disasternet people --csv > people.csv")


def is_terminal() -> bool:
    """Return whether what is printed is shown to a person at once."""
    return sys.stdout.isatty()


def _people(client: Client, category: str | None, find: str | None) -> Iterator[CheckIn]:
    query = {"limit": str(PAGE)}
    query |= {} if category is None else {"category": category}
    query |= {} if find is None else {"q": find}
    while True:
        page = decoded(client.get(f"/people?{urlencode(query)}"), CheckInPage)
        yield from page.items
        if page.next is None:
            return
        query["before"] = page.next


def _show(people: list[CheckIn], *, as_json: bool) -> None:
    if as_json:
        show_json(msgspec.to_builtins(CheckInPage(people, None)))
        return
    rows = [
        (
            f"{person.name} {person.fingerprint}",
            person.category,
            person.place or "",
            person.text,
            moment(person.sort_ms) + ("" if person.time_certain else " (uncertain)"),
        )
        for person in people
    ]
    show_table(("Name", "State", "Place", "Said", "Time"), rows)


def _write_csv(client: Client, category: str | None) -> None:
    for piece in client.stream(_export("csv", category)):
        sys.stdout.buffer.write(piece)


def _write_print(client: Client, category: str | None, file: Path) -> None:
    page = client.get(_export("print", category))
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_bytes(page)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CommandError(
            ExitCode.UNUSABLE, f"{file} cannot be written: {error.strerror}."
        ) from error
    say(f"{file} is ready. Open it in a browser, and print it from there.")


def _export(form: str, category: str | None) -> str:
    query = {"format": form} | ({} if category is None else {"category": category})
    return f"/admin/people?{urlencode(query)}"
