"""``disasternet identity``."""

import os
from pathlib import Path
from typing import Annotated, Final

import click
import msgspec
from rich_click import RichCommand, RichGroup

from node.cli.exits import CommandError, ExitCode
from node.cli.opening import locked
from node.cli.options import example, standard_options
from node.cli.output import show_facts, show_json
from node.protocol.ids import VerifyKey
from node.protocol.keys import fingerprint
from node.store import identity
from node.store.identity import Identity

_PUBLIC_FILE: Final = "public.json"
"""Half of the identity that every program on the box may read."""


class _Public(msgspec.Struct):
    node_id: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    name: str


@click.group("identity", cls=RichGroup, epilog=example("disasternet identity show"))
def command() -> None:
    """Show, make or replace the box's own key."""


@command.command("show", cls=RichCommand, epilog=example("disasternet identity show --json"))
@standard_options
def show(data_dir: Path, *, as_json: bool) -> None:
    """Show who this box is."""
    path = data_dir / identity.FOLDER / _PUBLIC_FILE
    try:
        public = msgspec.json.decode(path.read_bytes(), type=_Public)
    except FileNotFoundError:
        why = f"There is no identity in {data_dir} yet. Make one: disasternet identity init."
        raise CommandError(ExitCode.NEGATIVE, why) from None
    except msgspec.DecodeError:
        why = f"{path} cannot be read. Make it again: disasternet identity init."
        raise CommandError(ExitCode.DAMAGED, why) from None
    _show(public.node_id, public.name, as_json=as_json)


@command.command(
    "init", cls=RichCommand, epilog=example('disasternet identity init --name "School gym"')
)
@click.option("--name", help="What people see.  [default: as before, or made from the key]")
@standard_options
def init(name: str | None, data_dir: Path, *, as_json: bool) -> None:
    """Make the box's key if it has none.

    Safe to repeat. A key that was made on another machine is put aside and replaced: two boxes
    with one key, from a copied card, would speak for each other.
    """
    with locked(data_dir) as directory:
        _show_identity(
            identity.load_or_make(directory.path, name, os.urandom, identity.machine_mark()),
            as_json=as_json,
        )


@command.command("rotate", cls=RichCommand, epilog=example("disasternet identity rotate"))
@standard_options
def rotate(data_dir: Path, *, as_json: bool) -> None:
    """Replace the box's key, and put the old one aside.

    Other boxes see a new box. People's keys and messages stay as they are.
    """
    with locked(data_dir) as directory:
        _show_identity(
            identity.rotate(directory.path, os.urandom, identity.machine_mark()), as_json=as_json
        )


def _show_identity(found: Identity, *, as_json: bool) -> None:
    _show(found.box.id, found.box.name, as_json=as_json)


def _show(node_id: str, name: str, *, as_json: bool) -> None:
    mark = fingerprint(VerifyKey(bytes.fromhex(node_id)))
    if as_json:
        show_json({"id": node_id, "name": name, "fingerprint": mark})
    else:
        show_facts((("Box", name), ("Fingerprint", mark), ("Id", node_id)))
