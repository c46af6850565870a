"""``disasternet config``."""

import json
from pathlib import Path
from typing import Any

import click
import msgspec
from rich_click import RichCommand, RichGroup

from node import config
from node.cli.options import example, json_option
from node.cli.output import say, show_json
from node.cli.settings import Given, load, names_in, settings_options
from node.config import Settings


@click.group("config", cls=RichGroup, epilog=example("disasternet config show --sources"))
def command() -> None:
    """Show or check the settings."""


@command.command(
    "show",
    cls=RichCommand,
    epilog=example(
        "disasternet config show > disasternet.toml",
        "disasternet config show --sources --config disasternet.toml",
    ),
)
@click.option("--sources", is_flag=True, help="Say where each value comes from.")
@settings_options
@json_option
def show(config_file: Path | None, *, sources: bool, as_json: bool, **given: Given) -> None:
    """Print the settings a node would run with, as a configuration file."""
    settings = load(config_file, given)
    in_file = set[str]() if config_file is None else names_in(config_file)
    values: dict[str, Any] = msgspec.to_builtins(_effective(settings))
    source = {name: _source(name, given, in_file) for name in values}
    if as_json and sources:
        show_json({n: {"value": v, "source": source[n]} for n, v in values.items()})
    elif as_json:
        show_json(values)
    else:
        for name, value in values.items():
            say(f"{name} = {toml(value)}" + (f"  # {source[name]}" if sources else ""))


@command.command(
    "check",
    cls=RichCommand,
    epilog=example("disasternet config check --config disasternet.toml"),
)
@settings_options
@json_option
def check(config_file: Path | None, *, as_json: bool, **given: Given) -> None:
    """Say whether the settings can be used, and what to change if not."""
    load(config_file, given)
    if as_json:
        show_json({"usable": True})
    else:
        say("The settings can be used.")


def _effective(settings: Settings) -> Settings:
    """Return ``settings`` with the directories that empty ones stand for."""
    return msgspec.structs.replace(
        settings,
        data_dir=str(config.data_dir(settings)),
        webui_dir=str(config.webui_dir(settings)),
    )


def _source(name: str, given: dict[str, Given], in_file: set[str]) -> str:
    if given.get(name) is not None:
        return "command line"
    return "file" if name in in_file else "default"


def toml(value: object) -> str:
    """Return ``value``, of a type that settings have, as TOML (toml.io/en/v1.0.0)."""
    # TOML's basic strings have JSON's escapes, and forbid DEL, which JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
