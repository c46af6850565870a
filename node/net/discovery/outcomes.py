"""What became of dialling: who was found where, and who is left alone for how long."""

import random

from node.net.discovery.backoff import BackOff
from node.net.discovery.beacon import NODE_BYTES
from node.net.discovery.candidates import Candidate, Key, Source
from node.net.discovery.endpoint import Endpoint
from node.net.discovery.limits import (
    BACK_OFF_FIRST_S,
    BACK_OFF_LONGEST_S,
    MAX_FOUND,
    PENALTY_FIRST_S,
    PENALTY_LONGEST_S,
    STOOD_S,
)
from node.protocol.ids import VerifyKey


class Outcomes:
    """Back-off per source and endpoint, penalties per peer.

    Per source, since mDNS and static peers are tried through an outage, and must not keep a box
    waiting whose beacon says that it is back.
    """

    def __init__(self, rng: random.Random) -> None:
        """Remember nothing yet."""
        self._waits: BackOff[Key] = BackOff(
            rng, first_s=BACK_OFF_FIRST_S, longest_s=BACK_OFF_LONGEST_S
        )
        self._penalties: BackOff[bytes] = BackOff(
            rng, first_s=PENALTY_FIRST_S, longest_s=PENALTY_LONGEST_S
        )
        self._found = dict[Endpoint, bytes]()

    def done(self, candidate: Candidate, peer: VerifyKey | None, now_s: float) -> None:
        """Take note that a dial is over: who answered, or nobody.

        Both lead to a wait, so that a link that falls at once is not made in a loop.
        """
        self._waits.failed(candidate.key, now_s)
        self._found.pop(candidate.endpoint, None)
        if peer is not None:
            self._found[candidate.endpoint] = peer[:NODE_BYTES]
            if len(self._found) > MAX_FOUND:
                del self._found[next(iter(self._found))]

    def link_fell(self, peer: VerifyKey, lasted_s: float) -> None:
        """Take back the waits of a peer whose link was a good one."""
        if lasted_s < STOOD_S:
            return
        for endpoint, node in list(self._found.items()):
            if node == peer[:NODE_BYTES]:
                for source in Source:
                    self._waits.forget((source, endpoint))

    def interface_appeared(self, name: str) -> None:
        """Take back the waits of what may be reached again: on ``name``, and static peers."""
        for key in self._waits.remembered():
            if key[1].interface in (None, name):
                self._waits.forget(key)

    def penalise(self, peer: VerifyKey, now_s: float) -> None:
        """Leave a peer alone for a while, longer each time."""
        self._penalties.failed(peer[:NODE_BYTES], now_s)

    def node(self, candidate: Candidate) -> bytes | None:
        """Return who says to be there, else who was found there; None when nobody knows."""
        return candidate.node or self._found.get(candidate.endpoint)

    def until_s(self, candidate: Candidate) -> float:
        """Return when it may be dialled again."""
        until_s = self._waits.until_s(candidate.key)
        node = self.node(candidate)
        return until_s if node is None else max(until_s, self._penalties.until_s(node))
