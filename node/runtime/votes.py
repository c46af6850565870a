"""What phones say the time is: gathered here, judged by whoever sets the clock."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from node.contract.clock import Clock
from node.contract.status import ClockVote

MAX_VOTERS: Final = 256
"""Sessions whose vote is remembered, the latest ones; stops invented ones from filling memory."""


@dataclass(frozen=True, slots=True)
class _Vote:
    address: str
    first_s: float
    wall_ms: int
    at_s: float


class ClockVotes:
    """One vote of each session, brought to now by monotonic time."""

    def __init__(self, clock: Clock) -> None:
        """Know no votes; of ``clock`` only the monotonic time is read."""
        self._clock = clock
        self._votes: OrderedDict[str, _Vote] = OrderedDict()

    def vote(self, voter: str, address: str, wall_ms: int) -> None:
        """Take note of what one session's phone shows; its age counts from its first vote.

        Args:
            voter: names the session.
            address: where it came from.
            wall_ms: milliseconds since the Unix epoch.
        """
        now_s = self._clock.monotonic_s()
        known = self._votes.pop(voter, None)
        if known is None:
            known = _Vote(address, now_s, wall_ms, now_s)
        self._votes[voter] = replace(known, address=address, wall_ms=wall_ms, at_s=now_s)
        if len(self._votes) > MAX_VOTERS:
            self._votes.popitem(last=False)

    def read(self) -> list[ClockVote]:
        """Return one vote of each address, its oldest session's: one phone has one word."""
        now_s = self._clock.monotonic_s()
        oldest: dict[str, _Vote] = {}
        for vote in self._votes.values():
            known = oldest.get(vote.address)
            if known is None or vote.first_s < known.first_s:
                oldest[vote.address] = vote
        return [
            ClockVote(
                wall_ms=vote.wall_ms + round((now_s - vote.at_s) * 1000),
                session_age_s=int(now_s - vote.first_s),
            )
            for vote in oldest.values()
        ]
