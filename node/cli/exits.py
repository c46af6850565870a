"""How a command ends: its exit code, and one line for whoever typed it."""

from enum import IntEnum

import click


class ExitCode(IntEnum):
    """What a shell script can tell apart; docs/cli.md says the same."""

    DONE = 0
    NEGATIVE = 1
    """A health check failed, or what was asked for does not exist."""
    USAGE = 2
    """Wrong usage or configuration (also click's own code)."""
    NOT_RUNNING = 3
    IN_USE = 4
    UNUSABLE = 5
    """The data directory, or a file to be written, cannot be."""
    DAMAGED = 6
    """The store is damaged, or a backup is none."""
    NEWER = 7
    """The store or the backup needs a newer release."""
    ADDRESS = 8
    """The address cannot be served on."""
    REFUSED = 9
    """The node refused; its reason is printed."""
    INTERRUPTED = 130
    """Ended by Ctrl-C before it was done, as shells count it."""


class CommandError(click.ClickException):
    """Ends the command with ``code``; its text is one line that says what to do."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
