"""What can be wrong with a data directory, as ends of a command."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from node.cli.exits import CommandError, ExitCode
from node.store.backup import BackupError
from node.store.opening import (
    DamagedError,
    DataDirectory,
    InUseError,
    NewerError,
    OpeningError,
)


def code_of(error: OpeningError) -> ExitCode:
    """Return the exit code that tells ``error``."""
    match error:
        case InUseError():
            return ExitCode.IN_USE
        case DamagedError():
            return ExitCode.DAMAGED
        case NewerError():
            return ExitCode.NEWER
        case _:
            return ExitCode.UNUSABLE


@contextmanager
def opening_errors() -> Generator[None]:
    """Turn what is wrong with a data directory or a backup into the end of the command.

    Raises:
        CommandError: with the code of what was wrong.
    """
    try:
        yield
    except OpeningError as error:
        raise CommandError(code_of(error), str(error)) from error
    except BackupError as error:
        raise CommandError(ExitCode.DAMAGED, str(error)) from error


@contextmanager
def locked(data_dir: Path) -> Generator[DataDirectory]:
    """Yield the data directory, which no node can use meanwhile; made when it is not there.

    Raises:
        CommandError: a node runs there, or the directory cannot be used.
    """
    with opening_errors():
        directory = DataDirectory(data_dir)
        try:
            yield directory
        finally:
            directory.release()
