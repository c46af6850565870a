"""``disasternet send``."""

import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.exits import CommandError, ExitCode
from node.cli.options import example, standard_options
from node.cli.output import say, show_json
from node.cli.rooms import find_room
from node.cli.session import speaking_as
from node.contract.messages import Message

CATEGORIES: Final = ("safe", "help", "looking", "offer", "info")
STDIN: Final = "-"

MAX_STDIN_BYTES: Final = 65_536
"""What a node takes as one request; stops an endless pipe from filling memory."""


@click.command(
    "send",
    cls=RichCommand,
    epilog=example(
        'disasternet send everyone "We are safe." --category safe --place Gym',
        "uptime | disasternet send Operators -",
    ),
)
@click.argument("room")
@click.argument("text")
@click.option("--urgent", is_flag=True, help="Ahead of everything else. Only for danger to life.")
@click.option("--category", type=click.Choice(CATEGORIES), help="What kind of message it is.")
@click.option("--place", help="Where you are, in your own words.")
@click.option("--as", "name", metavar="NAME", help="Your name.  [default: as before, or login]")
@standard_options
def command(  # noqa: PLR0913, PLR0917 - one argument per option
    room: str,
    text: str,
    category: str | None,
    place: str | None,
    name: str | None,
    data_dir: Path,
    *,
    urgent: bool,
    as_json: bool,
) -> None:
    """Send a message to a room.

    ROOM is an id, everyone, or a name that only one room has. TEXT - reads standard input. The
    first message introduces you to the box under --as or your login name; the secret that
    proves you are you is kept in your state directory.
    """
    said = _from_stdin() if text == STDIN else text
    body: dict[str, Any] = {"text": said, "urgent": urgent}
    body |= {k: v for k, v in (("category", category), ("place", place)) if v is not None}
    _require_unicode(said, room, place or "", name or "")
    with Client(data_dir) as client:
        room_id = find_room(client, room)
        token = speaking_as(client, name)
        answer = client.post(f"/rooms/{room_id}/messages", body, token)
    if as_json:
        show_json(msgspec.json.decode(answer))
        return
    message = decoded(answer, Message)
    say(f"Signed and stored on this box as {message.id}.")


def _from_stdin() -> str:
    given = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(given) > MAX_STDIN_BYTES:
        raise CommandError(ExitCode.USAGE, "Standard input is too long for one message.")
    try:
        return given.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise CommandError(ExitCode.USAGE, "Standard input is not UTF-8 text.") from None


def _require_unicode(*texts: str) -> None:
    """Refuse arguments that were not UTF-8; Python passes them on as lone surrogates."""
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise CommandError(ExitCode.USAGE, "An argument is not UTF-8 text.") from None
