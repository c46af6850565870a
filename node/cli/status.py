"""``disasternet status``."""

from pathlib import Path
from typing import Final

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.feed import frames
from node.cli.figures import moment, size, span
from node.cli.options import example, standard_options
from node.cli.output import clear_screen, say, show_facts, show_json, show_table
from node.contract.frames import StatusFrame
from node.contract.status import Check, ClockState, NodeStatus, PhonesState, StorageState

_CLOCK: Final = ("never set", "set by phones", "set by another box", "set by GPS or network")


@click.command(
    "status", cls=RichCommand, epilog=example("disasternet status", "disasternet status --watch")
)
@click.option("--watch", is_flag=True, help="Show it again whenever it changes, until Ctrl-C.")
@standard_options
def command(data_dir: Path, *, watch: bool, as_json: bool) -> None:
    """Show how the box is.

    With --json and --watch, one JSON object a line.
    """
    if watch:
        _watch(data_dir, as_json=as_json)
        return
    with Client(data_dir) as client:
        body = client.get("/status")
    if as_json:
        show_json(msgspec.json.decode(body))
    else:
        _show(decoded(body, NodeStatus))


def _watch(data_dir: Path, *, as_json: bool) -> None:
    try:
        for text in frames(data_dir, "/ws/status"):
            if as_json:
                show_json(msgspec.json.decode(text)["status"], compact=True)
            else:
                clear_screen()
                _show(decoded(text, StatusFrame).status)
    except KeyboardInterrupt:
        return


def _show(status: NodeStatus) -> None:
    node = status.node
    show_facts(
        (
            ("Box", f"{node.name}, id {node.id}"),
            ("Release", f"{node.version}, running for {span(node.uptime_s)}"),
            ("Network", status.network.sentence),
            ("Nearby boxes", f"{status.network.peers_connected} linked"),
            ("Storage", _storage(status.storage)),
            ("Clock", _clock(status.clock)),
            ("Phones", _phones(status.phones)),
        )
    )
    say("")
    show_checks(status.health)


def show_checks(checks: list[Check]) -> None:
    """Print health checks, one a row."""
    rows = [(check.state.value, check.check, check.why, check.fix) for check in checks]
    show_table(("State", "Check", "Why", "Fix"), rows)


def _storage(storage: StorageState) -> str:
    used = f"{size(storage.used_bytes)} of {size(storage.budget_bytes)} used"
    return f"{used}, {size(storage.free_bytes)} free on the disk"


def _clock(clock: ClockState) -> str:
    how = _CLOCK[clock.quality] if 0 <= clock.quality < len(_CLOCK) else "unknown"
    return f"{moment(clock.wall_ms)}, {how}"


def _phones(phones: PhonesState) -> str:
    if phones.now is None:
        return "no hotspot here"
    return f"{phones.now} of {phones.max or '?'}, {phones.turned_away or 0} turned away"
