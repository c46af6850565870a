"""``disasternet rooms``, and how a room is named on the command line."""

import re
from pathlib import Path
from typing import Final

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.exits import CommandError, ExitCode
from node.cli.figures import moment
from node.cli.options import example, standard_options
from node.cli.output import show_json, show_table
from node.cli.session import saved_token
from node.contract.rooms import Room
from node.protocol.ids import EVERYONE

_ID: Final = re.compile(r"[0-9a-f]{64}")


@click.command("rooms", cls=RichCommand, epilog=example("disasternet rooms --json"))
@standard_options
def command(data_dir: Path, *, as_json: bool) -> None:
    """List the rooms this box knows."""
    with Client(data_dir) as client:
        body = client.get("/rooms", saved_token(client))
    if as_json:
        show_json(msgspec.json.decode(body))
        return
    rows = [
        (
            room.name,
            "yes" if room.joined else "no",
            str(room.members),
            str(room.unread),
            moment(room.last_message_ms),
            room.id,
        )
        for room in decoded(body, list[Room])
    ]
    show_table(("Room", "Joined", "Members", "Unread", "Last message", "Id"), rows)


def find_room(client: Client, said: str) -> str:
    """Return the id of the room that ``said`` means: an id, everyone, or a unique name.

    Raises:
        CommandError: no room has that name (``NEGATIVE``), or several have (``USAGE``): names
            are free for all, and a message must not go to the wrong one.
    """
    if said == "everyone":  # never a stranger's room of that name
        return EVERYONE.hex()
    if _ID.fullmatch(said):
        return said
    named = [room for room in decoded(client.get("/rooms"), list[Room]) if room.name == said]
    if not named:
        raise CommandError(
            ExitCode.NEGATIVE, f"No room here is called {said}. See disasternet rooms."
        )
    if len(named) > 1:
        ids = " ".join(room.id for room in named)
        why = f"{len(named)} rooms are called {said}. Say which by its id:"
        raise CommandError(ExitCode.USAGE, f"{why} {ids}")
    return named[0].id
