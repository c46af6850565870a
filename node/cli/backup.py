"""``disasternet backup``."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich_click import RichCommand

from node.cli.client import Client
from node.cli.exits import CommandError, ExitCode
from node.cli.figures import size
from node.cli.options import example, standard_options
from node.cli.output import say, show_json, warn


@click.command(
    "backup", cls=RichCommand, epilog=example("disasternet backup /media/stick/gym.backup")
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@standard_options
def command(file: Path, data_dir: Path, *, force: bool, as_json: bool) -> None:
    """Save everything the running box holds to a file.

    People go on writing meanwhile; what was confirmed to them before is in it. The box's own
    key is not: what is restored speaks with the key of the box it is restored on.
    """
    if file.exists() and not force:
        raise CommandError(
            ExitCode.USAGE, f"{file} exists. Choose another name, or say --force to replace it."
        )
    with Client(data_dir) as client, _appearing(file) as part, _progress() as progress:
        size_bytes = 0
        for piece in progress(client.stream("/admin/backup")):
            part.write(piece)
            size_bytes += len(piece)
    if as_json:
        show_json({"file": str(file.absolute()), "bytes": size_bytes})
    else:
        say(f"{file} holds {size(size_bytes)}.")
    warn("It holds the keys of everyone who writes on this box: keep it as safe as the box.")


@contextmanager
def _appearing(file: Path) -> Generator[IO[bytes]]:
    """Yield a file to write; it gets the name ``file`` when all of it is on the disk, or goes."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as writing:
            yield writing
            writing.flush()
            os.fsync(writing.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(file.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Shown:
    """Counts on a terminal what passes through."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Yield ``pieces``."""
        task = self._progress.add_task("Saving", total=None)
        for piece in pieces:
            self._progress.advance(task, len(piece))
            yield piece


@contextmanager
def _progress() -> Generator[_Shown]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        yield _Shown(progress)
