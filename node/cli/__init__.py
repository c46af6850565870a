"""The command line: ``disasternet``."""

import io
import sys
from collections.abc import Sequence

import click

from node.cli.commands import program
from node.cli.exits import CommandError, ExitCode
from node.cli.text import plain


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what went wrong is one line on stderr.

    Args:
        arguments: without the program's name; None takes the process's own.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a narrow locale must not stop a message
            stream.reconfigure(errors="backslashreplace")
    try:
        code = program.main(arguments, prog_name="disasternet", standalone_mode=False)
    except CommandError as error:
        return _ended(error.code, error.message)
    except click.ClickException as error:
        return _ended(ExitCode.USAGE, _line_of(error))
    except click.Abort:
        return ExitCode.INTERRUPTED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _ended(ExitCode.UNUSABLE, f"{where}{error.strerror or error}.")
    return code if isinstance(code, int) else ExitCode.DONE


def _line_of(error: click.ClickException) -> str:
    message = error.format_message()
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message = f"{message} See {error.ctx.command_path} --help."
    return message


def _ended(code: ExitCode, message: str) -> ExitCode:
    click.echo(f"disasternet: {plain(' '.join(message.split()))}", err=True)
    return code
