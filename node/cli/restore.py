"""``disasternet restore``."""

from pathlib import Path

import click
from rich_click import RichCommand

from node.cli.opening import locked
from node.cli.options import example, standard_options
from node.cli.output import say, show_json
from node.store import backup


@click.command(
    "restore", cls=RichCommand, epilog=example("disasternet restore /media/stick/gym.backup")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@standard_options
def command(file: Path, data_dir: Path, *, as_json: bool) -> None:
    """Put a backup in the place of the store.

    Stop the node first. The backup is checked in full before anything is changed, and what was
    there is kept beside it. The box keeps its own key and name.
    """
    with locked(data_dir) as directory:
        kept = backup.restore(file, directory)
    if as_json:
        show_json(
            {
                "restored": str(directory.data_file),
                "kept": None if kept is None else str(kept),
            }
        )
        return
    say(f"{directory.data_file} now holds what {file} held.")
    if kept is not None:
        say(f"What was there before is kept as {kept}.")
