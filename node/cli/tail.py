"""``disasternet tail``."""

from pathlib import Path
from urllib.parse import quote

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.feed import frames
from node.cli.figures import moment
from node.cli.options import example, standard_options
from node.cli.output import say, show_json
from node.cli.rooms import find_room
from node.cli.text import one_line
from node.contract.frames import MessageFrame, RoomFrame
from node.contract.messages import Message
from node.contract.rooms import Room


class _Head(msgspec.Struct):
    type: str


@click.command(
    "tail",
    cls=RichCommand,
    epilog=example("disasternet tail everyone", "disasternet tail --json --since CURSOR"),
)
@click.argument("room", required=False)
@click.option(
    "--since", metavar="CURSOR", help="Begin after the message with this cursor, not with now."
)
@standard_options
def command(room: str | None, since: str | None, data_dir: Path, *, as_json: bool) -> None:
    """Print messages as they come.

    Without ROOM, those of all rooms. Ctrl-C ends it. With --json, one frame of type message a
    line; its cursor is what --since takes.
    """
    with Client(data_dir) as client:
        only = None if room is None else find_room(client, room)
        names = {one.id: one.name for one in decoded(client.get("/rooms"), list[Room])}
    path = "/ws/messages" if since is None else f"/ws/messages?since={quote(since, safe='')}"
    try:
        for text in frames(data_dir, path):
            kind = decoded(text, _Head).type
            if kind == "message":
                _show(text, only, names, as_json=as_json)
            elif kind == "room":
                room_now = decoded(text, RoomFrame).room
                names[room_now.id] = room_now.name
    except KeyboardInterrupt:
        return


def _show(text: str, only: str | None, names: dict[str, str], *, as_json: bool) -> None:
    message = decoded(text, MessageFrame).message
    if only is not None and message.room_id != only:
        return
    if as_json:
        show_json(msgspec.json.decode(text), compact=True)
    else:
        say(line_of(message, names.get(message.room_id, message.room_id[:8])))


def line_of(message: Message, room: str) -> str:
    """Return a message as one line: when, where, who, what. ``~`` marks an uncertain time."""
    when = f"{'' if message.time_certain else '~'}{moment(message.sort_ms)}"
    author = f"{one_line(message.author.name) or '?'} #{message.author.fingerprint}"
    marks = "".join(f"[{mark}] " for mark in _marks(message))
    return f"{when}  {one_line(room)}  {author}: {marks}{one_line(message.text)}"


def _marks(message: Message) -> list[str]:
    place = f"at {one_line(message.place)}" if message.place else ""
    return [mark for mark in ("urgent" * message.urgent, message.category or "", place) if mark]
