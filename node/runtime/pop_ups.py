"""Sessions that live in the address of a page, for pop-ups that refuse cookies."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.contract.people import User
from node.contract.problems import REFUSED, WORDS, RefusedError
from node.protocol.carry import carry_key, prove
from node.protocol.ids import VerifyKey
from node.protocol.keys import SEED_BYTES, SigningKey, fingerprint
from node.protocol.kinds import Profile
from node.protocol.names import clean_name
from node.runtime.authoring import Scribe
from node.runtime.carrying import NOT_FOUND, author_of
from node.runtime.people import presentable_name, publish_profile
from node.runtime.ports import LogPort, Transaction
from node.runtime.rooms import key_of
from node.runtime.sessions import derive, token_hash
from node.runtime.tickets import LIFE_S, Tickets

__all__ = ["LIFE_S", "PopUp", "PopUps"]

_ID_BYTES: Final = 16
_ID: Final = re.compile(r"[0-9a-f]{32}")

_STALE: Final = "This page is too old, or was opened by another phone. Open it again."
_OVER: Final = "You went on in another browser. Open this page again to begin anew."


@dataclass(frozen=True, slots=True)
class PopUp:
    """One session that lives in the address of its pages."""

    id: str
    """32 hex digits; whoever has them, at the same address, speaks for the user."""
    user: User
    token: str
    """Secret of a session of the same user, for browsers that take cookies; 64 hex digits."""
    lang: str | None


class PopUps:
    """Begins and finds the sessions of pop-ups."""

    def __init__(self, log: LogPort, scribe: Scribe, entropy: Callable[[int], bytes]) -> None:
        self._log = log
        self._scribe = scribe
        self._entropy = entropy
        self._tickets = Tickets(log, entropy)

    def ticket(self, address: str) -> str:
        """Return what lets a form from ``address`` begin a session, once; nothing is kept of it."""
        return self._tickets.draw(address)

    def is_own(self, ticket: str, address: str) -> bool:
        """Return whether this box gave ``ticket`` to ``address`` within ``LIFE_S``.

        Proves to a cookie session that the form is this box's own.
        """
        return self._tickets.is_own(ticket, address)

    async def enter(self, ticket: str, address: str, name: str) -> PopUp:
        """Make a person and their session; the same ticket again is the same session.

        Raises:
            RefusedError: ``REFUSED``: the ticket is another address's, forged or too old, or what
                it began was ended by a hand-over; ``INVALID`` name; ``FULL``.
        """
        shown = presentable_name(name)
        seed = self._entropy(SEED_BYTES)

        def newcomer(tx: Transaction, token: str) -> VerifyKey:
            return self._add_person(tx, seed, token, Profile(shown))

        return await self._begin(ticket, address, newcomer)

    async def enter_carried(
        self, ticket: str, address: str, secret: bytes, author: VerifyKey | None
    ) -> PopUp:
        """Begin a session by a carry secret; the same ticket again is the same session.

        On the box that keeps the author's key it is that author's; elsewhere a new author
        continues it, under its name.

        Args:
            ticket: as for ``enter``.
            address: as for ``enter``.
            secret: a carry secret.
            author: whose; None to look for whoever published its key.

        Raises:
            RefusedError: ``WORDS``: nobody here has that secret; ``CONFLICT``: more than one; as
                ``enter`` for the ticket; ``FULL``.
        """
        signer, seed = carry_key(secret), self._entropy(SEED_BYTES)

        def returning(tx: Transaction, token: str) -> VerifyKey:
            old = author if author is not None else author_of(tx, signer)
            if tx.signing_key(old) is not None:
                if signer.verify_key not in tx.carry_keys(old):
                    raise RefusedError(WORDS, NOT_FOUND)
                tx.add_session(old, token_hash(token))
                return old
            name = clean_name(tx.profile(old).name) or fingerprint(old)
            proof = prove(signer, old, SigningKey(seed).verify_key)
            return self._add_person(tx, seed, token, Profile(name, continues=(old, proof)))

        return await self._begin(ticket, address, returning)

    async def find(self, id: str, address: str) -> PopUp | None:  # noqa: A002 - the agreed name
        """Return the session with this id.

        None: it is unknown, another address's, ended, or older than ``LIFE_S``.
        """
        if not _ID.fullmatch(id):
            return None
        found = await self._log.pop_up(token_hash(id), address, self._log.lived_s() - LIFE_S)
        return None if found is None else PopUp(id, found[0], self._token(id), found[1])

    async def enter_as(self, ticket: str, address: str, user: User) -> PopUp:
        """Begin a session of a person kept here; the same ticket again is the same session.

        Args:
            ticket: as for ``enter``.
            address: as for ``enter``.
            user: has just proven to be that person.

        Raises:
            RefusedError: as ``enter`` for the ticket; ``FULL``.
        """
        author = key_of(user)

        def known(tx: Transaction, token: str) -> VerifyKey:
            tx.add_session(author, token_hash(token))
            return author

        return await self._begin(ticket, address, known)

    async def went_on(self, id: str, address: str) -> bool:  # noqa: A002 - as for ``find``
        """Return whether the session with this id, of this address, was ended by a hand-over."""
        if not _ID.fullmatch(id):
            return False
        oldest_s = self._log.lived_s() - LIFE_S
        return await self._log.is_pop_up_ended(token_hash(id), address, oldest_s)

    async def set_lang(self, pop_up: PopUp, lang: str) -> None:
        """Remember the language of a session."""
        await self._log.write(lambda tx: tx.set_pop_up_lang(token_hash(pop_up.id), lang))

    async def _begin(
        self, ticket: str, address: str, make: Callable[[Transaction, str], VerifyKey]
    ) -> PopUp:
        if not self.is_own(ticket, address):
            raise RefusedError(REFUSED, _STALE)
        id_ = derive(self._log.form_key, "pop-up", ticket.encode(), size_bytes=_ID_BYTES).hex()
        token = self._token(id_)

        def work(tx: Transaction) -> tuple[User, str | None]:
            oldest_s = tx.lived_s() - LIFE_S
            known = tx.pop_up(token_hash(id_), address, oldest_s)
            if known is not None:
                if known.ended:
                    raise RefusedError(REFUSED, _OVER)
                return tx.user(known.author), known.lang
            author = make(tx, token)
            tx.drop_pop_ups(oldest_s)
            tx.add_pop_up(token_hash(id_), author, address, token_hash(token))
            return tx.user(author), None

        user, lang = await self._log.write(work)
        return PopUp(id_, user, token, lang)

    def _add_person(self, tx: Transaction, seed: bytes, token: str, profile: Profile) -> VerifyKey:
        tx.add_person(seed, token_hash(token))
        author = SigningKey(seed).verify_key
        publish_profile(tx, self._scribe, author, profile)
        return author

    def _token(self, id_: str) -> str:
        return derive(self._log.form_key, "pop-up cookie", id_.encode()).hex()
