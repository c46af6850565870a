"""How the API shows peers: what the store remembers, and what is linked now."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from node.contract.sync import Peer, PeerSync
from node.protocol.ids import VerifyKey
from node.protocol.names import clean_name
from node.runtime.peering.ground import Ground
from node.runtime.peering.session import Session

CONNECTED: Final = "connected"
GONE: Final = "gone"

Sessions = Mapping[VerifyKey, Session]


def peers_shown(known: list[Peer], sessions: Sessions, ground: Ground) -> list[Peer]:
    """Return every peer ever linked; those linked now as they are now, and first."""
    live = {peer.hex(): session for peer, session in sessions.items()}
    shown = [linked_peer(live[each.id], ground) for each in known if each.id in live]
    return shown + [each for each in known if each.id not in live]


def linked_peer(session: Session, ground: Ground) -> Peer:
    """Return a peer that is linked, or was until now."""
    link, talk = session.link, session.talk
    now_ms, now_s = ground.clock.wall_ms(), ground.now_s()
    return Peer(
        id=link.peer.hex(),
        name=clean_name(talk.hello.name),
        address=link.address,
        state=CONNECTED,
        connected_since_ms=now_ms - round((now_s - session.since_s) * 1000),
        last_seen_ms=now_ms - round((now_s - talk.heard_s) * 1000),
        rtt_ms=link.rtt_ms,
        in_sync=talk.in_sync,
        link=link.interface,
    )


def as_gone(peer: Peer) -> Peer:
    """Return a peer whose link has ended."""
    return replace(peer, state=GONE, connected_since_ms=None, rtt_ms=None, in_sync=False, link=None)


def syncs_shown(known: list[PeerSync], sessions: Sessions) -> list[PeerSync]:
    """Return how each peer stands; of those linked now, with what is missing on each side."""
    live = {peer.hex(): session for peer, session in sessions.items()}
    return [_with_session(each, live.get(each.id)) for each in known]


def _with_session(stored: PeerSync, session: Session | None) -> PeerSync:
    if session is None:
        return stored
    talk = session.talk
    return replace(
        stored,
        in_sync=talk.in_sync,
        missing_here=talk.missing_here,
        missing_there=talk.unconfirmed_count,
        bytes_in=stored.bytes_in + session.link.bytes_in,
        bytes_out=stored.bytes_out + session.link.bytes_out,
    )
