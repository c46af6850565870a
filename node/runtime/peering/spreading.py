"""News: what was committed here goes to the links that do not have it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from node.protocol import kinds
from node.protocol.ids import VerifyKey
from node.runtime.peering.ground import carries
from node.runtime.peering.ports import Appended
from node.runtime.peering.session import Session
from node.sync.fanout import Candidate, choose

RELAY_DELAY_S: Final = 0.25
"""Chat that came from another box waits so long before it is passed on: by then the STORED of boxes
that have it from somebody else is here, and most duplicates never start."""

UNKNOWN_QUALITY: Final = 0.5

LinkQuality = Callable[[VerifyKey, str | None], float | None]
"""Quality, 0 to 1, of the way to a peer over an interface; None when nothing is known of it."""


def no_quality(_peer: VerifyKey, _interface: str | None) -> float | None:
    """Return that nothing is known: a box without radio facts."""
    return None


class Spreading:
    """Passes on what was committed."""

    def __init__(
        self,
        sessions: Callable[[], Iterable[Session]],
        draw: Callable[[int], int],
        quality: LinkQuality,
    ) -> None:
        self._sessions = sessions
        self._draw = draw
        self._quality = quality

    def committed(self, appended: Sequence[Appended]) -> None:
        """Tell every link, and push the news to some; call on the loop after each commit."""
        sessions = list(self._sessions())
        if not sessions:
            return
        for session in sessions:
            session.on_appended(appended)
            _note(session, appended)
        # What was lost or dropped here and is taken again has a new arrival number: pushed under
        # that, it could cross a link a second time.
        news = [each for each in appended if each.is_news]
        now = [each for each in news if each.local or each.class_ <= kinds.SAFETY]
        later = [each for each in news if not each.local and each.class_ > kinds.SAFETY]
        if now:
            self._push(now)
        if later:
            asyncio.get_running_loop().call_later(RELAY_DELAY_S, self._push, later)

    def _push(self, appended: Sequence[Appended]) -> None:
        items: dict[int, list[Appended]] = {}
        heads: dict[int, list[Appended]] = {}
        sessions = {session.number: session for session in self._sessions()}
        for each in appended:
            lacking = [
                session
                for session in sessions.values()
                if carries(session.talk.pair, each.room)
                and each.arrival not in session.talk.outbox.crossed
            ]
            chosen = choose([self._candidate(s) for s in lacking], each.class_, self._draw)
            for session in lacking:
                table = items if session.number in chosen else heads
                table.setdefault(session.number, []).append(each)
        for number, pushed in items.items():
            urgent = [each for each in pushed if each.local or each.class_ <= kinds.SAFETY]
            others = [each for each in pushed if not each.local and each.class_ > kinds.SAFETY]
            sessions[number].talk.wire.add(urgent, first=True)
            sessions[number].talk.wire.add(others)
        for number, told in heads.items():
            sessions[number].heads.tell(told)

    def _candidate(self, session: Session) -> Candidate:
        quality = self._quality(session.link.peer, session.link.interface)
        doubt = 0.5**session.talk.strikes
        known = UNKNOWN_QUALITY if quality is None else quality
        return Candidate(session.number, known * doubt, session.since_s)


def _note(session: Session, appended: Sequence[Appended]) -> None:
    """Keep apart what the peer has, because it brought or stored it, and what it lacks."""
    talk = session.talk
    for each in appended:
        if not carries(talk.pair, each.room):
            continue
        if each.id in talk.bringing or each.seq in talk.ahead[each.handle]:
            talk.has(each.arrival)
        else:
            talk.lacks(each.arrival)
