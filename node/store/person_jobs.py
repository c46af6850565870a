"""What a writer's job does for persons; fits ``runtime.person_ports.PersonTransaction``."""

from typing import Final

from node.protocol.ids import VerifyKey
from node.protocol.kinds import Profile
from node.store import continuations, handovers, sessions
from node.store.handovers import HandoverRow
from node.store.peer_jobs import PeerJobs
from node.store.persons import Persons
from node.store.sessions import PopUpRow

MAX_NAMED: Final = 8
"""Authors looked at that published one carry key; stops copies of a key from costing anything."""


class PersonJobs(PeerJobs):
    """The part of a transaction that is about who somebody is."""

    def lived_s(self) -> int:
        """Return the powered time of this store."""
        return self._conditions.lived_s

    def profile(self, author: VerifyKey) -> Profile:
        """Return what ``author`` says of itself now, with the newest carry key it published."""
        return continuations.read_profile(self._db, author)

    def line(self, author: VerifyKey) -> list[VerifyKey]:
        """Return ``author`` and those it continues, up to the person: the last one."""
        return Persons(self._db).line(author)

    def carry_keys(self, author: VerifyKey) -> list[VerifyKey]:
        """Return the carry keys of ``author`` that are remembered, the newest first."""
        return continuations.carry_keys(self._db, author)

    def authors_with(self, carry_key: VerifyKey) -> list[VerifyKey]:
        """Return who published ``carry_key``; anybody can publish anybody's."""
        rows = self._db.execute(
            "SELECT a.key FROM carry_key AS k JOIN author AS a USING (author_no)"
            " WHERE k.key = ? LIMIT ?",
            (carry_key, MAX_NAMED),
        )
        return [VerifyKey(key) for (key,) in rows.fetchall()]

    def add_session(self, author: VerifyKey, token_hash: bytes) -> None:
        """Let one more secret prove ``author``, kept here; twice changes nothing."""
        sessions.add_session(self._db, author, token_hash, self.lived_s())

    def pop_up(self, id_hash: bytes, address: str, after_s: int) -> PopUpRow | None:
        """Return a pop-up's session that began later than ``after_s``, ended or not."""
        return sessions.find_pop_up(self._db, id_hash, address, after_s)

    def drop_pop_ups(self, begun_by_s: int) -> None:
        """Forget some of the pop-ups that began at ``begun_by_s`` or before; cookies live on."""
        sessions.drop_pop_ups(self._db, begun_by_s)

    def add_pop_up(self, id_hash: bytes, author: VerifyKey, address: str, twin: bytes) -> None:
        """Keep a new pop-up's session; ``twin`` is the hash of its cookie's secret."""
        sessions.add_pop_up(self._db, id_hash, (author, address, twin), self.lived_s())

    def set_pop_up_lang(self, id_hash: bytes, lang: str) -> None:
        """Remember the language of a pop-up."""
        sessions.set_lang(self._db, id_hash, lang)

    def end_pop_up(self, id_hash: bytes) -> None:
        """End a pop-up's session and its cookie."""
        sessions.end_pop_up(self._db, id_hash)

    def add_handover(self, words_hash: bytes, author: VerifyKey, pop_up: bytes | None) -> bool:
        """Keep new words of ``author``, whose older ones are void; False when they are taken."""
        return handovers.add(self._db, words_hash, author, pop_up, self.lived_s())

    def handover(self, words_hash: bytes) -> HandoverRow | None:
        """Return what is kept of words, used or not."""
        return handovers.find(self._db, words_hash)

    def use_handover(self, words_hash: bytes, address: str) -> None:
        """Say who used words."""
        handovers.use(self._db, words_hash, address)
