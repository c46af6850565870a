"""``disasternet doctor``."""

from pathlib import Path

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.diagnosis import checks_without_node, failed
from node.cli.exits import CommandError, ExitCode
from node.cli.options import example, standard_options
from node.cli.output import show_json
from node.cli.status import show_checks
from node.contract.status import Check, CheckState, NodeStatus


@click.command("doctor", cls=RichCommand, epilog=example("disasternet doctor || echo trouble"))
@standard_options
@click.pass_context
def command(context: click.Context, data_dir: Path, *, as_json: bool) -> None:
    """Check the box and say how to mend it.

    Also works when no node runs: then it looks at the data directory, and changes nothing. Exit
    code 1 when a check failed. With --json {"health"}, as in the answer of GET /status.
    """
    checks = _checks(data_dir)
    if as_json:
        show_json({"health": msgspec.to_builtins(checks)})
    else:
        show_checks(checks)
    if any(check.state is CheckState.FAIL for check in checks):
        context.exit(ExitCode.NEGATIVE)


def _checks(data_dir: Path) -> list[Check]:
    try:
        with Client(data_dir) as client:
            return decoded(client.get("/status"), NodeStatus).health
    except CommandError as error:
        if error.code is ExitCode.NOT_RUNNING:
            return checks_without_node(data_dir, error.message)
        if error.code is ExitCode.UNUSABLE:
            return [failed("directory", error.message)]
        raise
