"""What this box lacks, which links showed it, and which of them was asked.

A position is asked of one link at a time. A link that was asked and is silent loses the
question to another one.
"""

from dataclasses import dataclass, field
from typing import Final

from node.protocol.ids import LogHandle
from node.protocol.ranges import Ranges

PATIENCE_S: Final = 10.0
"""Silence of a link, while asked, after which another link is asked."""

MAX_PER_ASK: Final = 1_000
"""Positions of one log in one WANT (docs/protocol.md)."""

MAX_ASKED: Final = 65_536
"""Positions asked of one link at once: about 16 MB of envelopes. Bounds the sender's queue and what
one silent link can hold back for ``PATIENCE_S``."""

MAX_SHOWN_LOGS: Final = 16_384
"""Logs with something lacking that are remembered per link, 4 MB at most; the next exchange shows
the others. Stops a peer that invents rows from filling the memory."""


MAX_SHOWN_RUNS: Final = 64
"""Runs of one log that are remembered per link, thrice what two rows with all their holes differ
by. Stops a peer that tells of scattered heads from making each look at them slow."""


@dataclass(slots=True)
class _Shown:
    """What one link has that this box lacks."""

    lacking: dict[LogHandle, Ranges] = field(default_factory=dict[LogHandle, Ranges])
    asked: dict[LogHandle, Ranges] = field(default_factory=dict[LogHandle, Ranges])
    """Of ``lacking``: on its way over this link."""
    vouched: set[LogHandle] = field(default_factory=set[LogHandle])
    """Logs whose positions the peer's own rows showed."""
    heard_s: float = 0.0
    left_out: bool = False
    asked_count: int = 0
    lacking_count: int = 0


class Wishes:
    """The positions this box lacks and somebody has."""

    def __init__(self) -> None:
        self._links: dict[int, _Shown] = {}

    def _of(self, link: int) -> _Shown:
        """Return a link's entry; of one that was dropped meanwhile, one that nobody keeps."""
        return self._links.get(link) or _Shown()

    def add_link(self, link: int, now_s: float) -> None:
        """Begin with a link that has shown nothing."""
        self._links[link] = _Shown(heard_s=now_s)

    def drop_link(self, link: int) -> None:
        """Forget a link; what was asked of it may be asked of others."""
        self._links.pop(link, None)

    def show(self, link: int, handle: LogHandle, lacking: Ranges, *, vouched: bool) -> None:
        """Note that ``link`` has positions which this box lacks."""
        shown = self._of(link)
        if not lacking:
            return
        if handle not in shown.lacking and len(shown.lacking) >= MAX_SHOWN_LOGS:
            shown.left_out = True
            return
        before = shown.lacking.get(handle, Ranges())
        after = before | lacking
        if len(after.runs) > max(MAX_SHOWN_RUNS, len(before.runs)):
            shown.left_out = True
            return
        shown.lacking[handle] = after
        shown.lacking_count += after.count - before.count
        if vouched:
            shown.vouched.add(handle)

    def ask(self, link: int, handle: LogHandle, now_s: float) -> Ranges:
        """Return what to ask ``link`` of one log now, and note it as asked."""
        shown = self._of(link)
        free = MAX_ASKED - shown.asked_count
        wanted = shown.lacking.get(handle, Ranges()) - shown.asked.get(handle, Ranges())
        for number, other in self._links.items():
            if number != link and handle in other.asked:
                wanted -= other.asked[handle]
        wanted = wanted.head(min(MAX_PER_ASK, free))
        if wanted:
            if not shown.asked:
                shown.heard_s = now_s
            shown.asked[handle] = shown.asked.get(handle, Ranges()) | wanted
            shown.asked_count += wanted.count
        return wanted

    def waiting(self, link: int) -> list[LogHandle]:
        """Return the logs of which ``link`` showed something that is not yet asked of it."""
        shown = self._of(link)
        return [h for h, lack in shown.lacking.items() if shown.asked.get(h) != lack]

    def arrived(self, handle: LogHandle, positions: Ranges) -> None:
        """Take positions off every list: they were seen."""
        for shown in self._links.values():
            _remove(shown, handle, positions)

    def gone(self, link: int, handle: LogHandle, positions: Ranges) -> None:
        """Take positions off the list of one link: it cannot serve them."""
        _remove(self._of(link), handle, positions)

    def heard(self, link: int, now_s: float) -> None:
        """Note that ``link`` delivers."""
        self._of(link).heard_s = now_s

    def expire(self, now_s: float) -> dict[int, int]:
        """Take their questions from links that are silent.

        Returns:
            For each silent link, of how many logs its own rows had promised what never came.
        """
        silent: dict[int, int] = {}
        for link, shown in self._links.items():
            if shown.asked and now_s - shown.heard_s >= PATIENCE_S:
                silent[link] = len(shown.vouched.intersection(shown.asked))
                for handle, positions in list(shown.asked.items()):
                    _remove(shown, handle, positions)
                shown.left_out = True
        return silent

    def is_asked(self, link: int, handle: LogHandle) -> bool:
        """Return whether anything of a log was asked of ``link`` and has not come."""
        return handle in self._of(link).asked

    def asked(self, link: int) -> int:
        """Return how many positions were asked of ``link`` and have not come."""
        return self._of(link).asked_count

    def missing(self, link: int) -> int:
        """Return how many positions ``link`` showed that this box lacks."""
        return self._of(link).lacking_count

    def is_settled(self, link: int) -> bool:
        """Return whether all that ``link`` showed was seen, or is gone there."""
        return not self._of(link).lacking

    def leave_out(self, link: int) -> None:
        """Note that something ``link`` showed is not remembered; a later exchange shows it."""
        self._of(link).left_out = True

    def take_left_out(self, link: int) -> bool:
        """Return whether anything shown was left unanswered since this was asked last."""
        shown = self._of(link)
        left_out, shown.left_out = shown.left_out, False
        return left_out


def _remove(shown: _Shown, handle: LogHandle, positions: Ranges) -> None:
    shown.lacking_count -= _cut(shown.lacking, handle, positions)
    shown.asked_count -= _cut(shown.asked, handle, positions)
    if handle not in shown.lacking:
        shown.vouched.discard(handle)


def _cut(table: dict[LogHandle, Ranges], handle: LogHandle, positions: Ranges) -> int:
    """Take positions out of one log's entry; return how many there were."""
    known = table.get(handle)
    if known is None:
        return 0
    left = known - positions
    if left:
        table[handle] = left
    else:
        del table[handle]
    return known.count - left.count
