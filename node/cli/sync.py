"""``disasternet sync``."""

from pathlib import Path

import click
import msgspec
from rich_click import RichCommand

from node.cli.client import Client, decoded
from node.cli.figures import moment, size, span
from node.cli.options import example, standard_options
from node.cli.output import say, show_facts, show_json, show_table
from node.contract.sync import SyncState, Unsent


@click.command("sync", cls=RichCommand, epilog=example("disasternet sync --json"))
@standard_options
def command(data_dir: Path, *, as_json: bool) -> None:
    """Show what is not yet on other boxes."""
    with Client(data_dir) as client:
        body = client.get("/sync/state")
    if as_json:
        show_json(msgspec.json.decode(body))
        return
    state = decoded(body, SyncState)
    show_facts(
        (
            ("Messages here", str(state.messages)),
            ("Only here", _unsent(state.unsent)),
            ("Digests", " ".join(state.digests)),
        )
    )
    say("")
    rows = [
        (
            peer.id[:8],
            "yes" if peer.in_sync else "no",
            str(peer.missing_here),
            str(peer.missing_there),
            moment(peer.last_sync_ms),
            size(peer.bytes_in),
            size(peer.bytes_out),
        )
        for peer in state.peers
    ]
    show_table(("Box", "In sync", "Missing here", "Missing there", "Last sync", "In", "Out"), rows)


def _unsent(unsent: Unsent) -> str:
    waited = "" if unsent.oldest_s is None else f", the oldest for {span(unsent.oldest_s)}"
    return f"{unsent.messages}, {unsent.urgent} of them urgent{waited}"
