"""``disasternet admin``."""

from pathlib import Path

import click
import msgspec
from rich_click import RichCommand, RichGroup

from node.cli.client import Client, decoded
from node.cli.options import example, standard_options
from node.cli.output import say, show_json, warn


class _Token(msgspec.Struct):
    token: str


@click.group("admin", cls=RichGroup, epilog=example("disasternet admin token"))
def command() -> None:
    """Do what only the box's owner may."""


@command.command("token", cls=RichCommand, epilog=example("disasternet admin token"))
@standard_options
def make_token(data_dir: Path, *, as_json: bool) -> None:
    """Make a new admin token, and void the one before.

    Whoever has it may do everything on this box, from anywhere but the hotspot. It is shown
    once and never again.
    """
    with Client(data_dir) as client:
        body = client.post("/admin/token")
    if as_json:
        show_json(msgspec.json.decode(body))
        return
    say(decoded(body, _Token).token)
    warn("Keep it safe. It is not shown again; a token made before is void now.")
