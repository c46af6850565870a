"""The program: its commands, each loaded only when it is asked for."""

import os
import sys
from importlib import import_module
from typing import Final

import click
from rich_click import RichCommand, RichGroup

from node import __version__

SUMMARIES: Final = {
    "serve": "Run a node until it is told to stop.",
    "status": "Show how the box is.",
    "peers": "List the boxes this one has linked with.",
    "rooms": "List the rooms this box knows.",
    "people": "List who is safe and who needs help.",
    "send": "Send a message to a room.",
    "tail": "Print messages as they come.",
    "sync": "Show what is not yet on other boxes.",
    "doctor": "Check the box and say how to mend it.",
    "identity": "Show, make or replace the box's own key.",
    "backup": "Save everything the running box holds to a file.",
    "restore": "Put a backup in the place of the store.",
    "config": "Show or check the settings.",
    "admin": "Do what only the box's owner may.",
}
"""Command → first line of its help. Each is ``node.cli.<command>.command``.

Repeated here because importing them all, with what they import, would make ``--help`` wait.
"""


class Program(RichGroup):
    """The group of all commands; lists them by their summaries, loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which a newcomer needs them."""
        return list(SUMMARIES)

    def invoke(self, ctx: click.Context) -> object:
        """Run the called command; a reader of its output that has enough ends it in order."""
        try:
            answer: object = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nothing may be flushed into the broken pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        return answer

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the called command, loaded, with its name and the arguments left for it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None else load(name), rest


def load(name: str) -> click.Command:
    """Return the command called ``name``, one of ``SUMMARIES``."""
    command = import_module(f"node.cli.{name}").command
    if not isinstance(command, click.Command):
        raise TypeError(f"node.cli.{name}.command is no command")
    return command


@click.group(
    cls=Program,
    commands={name: RichCommand(name=name, help=summary) for name, summary in SUMMARIES.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: disasternet serve",
)
@click.version_option(__version__, prog_name="disasternet")
def program() -> None:
    """Off-grid emergency messages: run a node, and speak with it.

    Exit codes and JSON shapes: docs/cli.md.
    """
