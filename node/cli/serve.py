"""``disasternet serve``."""

from pathlib import Path

import click
import uvloop
from rich_click import RichCommand

from node import app, config
from node.api.front.doors import PortError
from node.cli.exits import CommandError, ExitCode
from node.cli.logs import log_to_stderr
from node.cli.opening import opening_errors
from node.cli.options import example, json_option
from node.cli.output import say, show_json
from node.cli.settings import Given, load, settings_options
from node.config import Settings


@click.command(
    "serve",
    cls=RichCommand,
    epilog=example("disasternet serve", 'disasternet serve --host 0.0.0.0 --name "School gym"'),
)
@settings_options
@json_option
def command(config_file: Path | None, *, as_json: bool, **given: Given) -> None:
    """Run a node until it is told to stop.

    Prints its address once it answers there; with --json as {"address", "data_dir"}. SIGTERM
    and Ctrl-C end it in order. What is not given comes from --config, else is a safe default.
    """
    settings = load(config_file, given)
    log_to_stderr()
    try:
        with opening_errors():
            uvloop.run(
                app.run(settings, lambda address: _announce(address, settings, as_json=as_json))
            )
    except config.ConfigError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error
    except PortError as error:
        raise CommandError(ExitCode.ADDRESS, str(error)) from error


def _announce(address: str, settings: Settings, *, as_json: bool) -> None:
    where = str(config.data_dir(settings).absolute())
    if as_json:
        show_json({"address": address, "data_dir": where}, compact=True)
        return
    say(f"DisasterNet is at {address}")
    say(f"Messages and keys are in {where}")
