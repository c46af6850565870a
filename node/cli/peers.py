"""``disasternet peers``."""

from pathlib import Path

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.figures import moment
from node.cli.options import example, standard_options
from node.cli.output import show_json, show_table
from node.contract.sync import Peer


@click.command("peers", cls=RichCommand, epilog=example("disasternet peers"))
@standard_options
def command(data_dir: Path, *, as_json: bool) -> None:
    """List the boxes this one has linked with."""
    with Client(data_dir) as client:
        body = client.get("/peers")
    if as_json:
        show_json(msgspec.json.decode(body))
        return
    rows = [
        (
            peer.name,
            peer.state,
            "yes" if peer.in_sync else "no",
            "-" if peer.rtt_ms is None else f"{peer.rtt_ms} ms",
            moment(peer.last_seen_ms),
            peer.address,
            peer.id,
        )
        for peer in decoded(body, list[Peer])
    ]
    show_table(("Box", "State", "In sync", "Round trip", "Last seen", "Address", "Id"), rows)
