"""Carrying a person from box to box: proofs, secrets on paper, and who no longer speaks for one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from node.contract.people import Box, Introduction, User
from node.contract.problems import CONFLICT, REFUSED, WORDS, RefusedError
from node.protocol.carry import SECRET_BYTES, carry_key, prove, proves
from node.protocol.ids import VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.limits import MAX_NOT_ME
from node.runtime.authoring import Scribe
from node.runtime.people import publish_profile
from node.runtime.ports import LogPort, Transaction
from node.runtime.rooms import key_of
from node.runtime.sessions import Session, derive, token_hash

NOT_FOUND: Final = (
    "Nobody with this secret is known here yet. Scan the code on your paper, look for a mistyped "
    "word, or try again when the boxes have met."
)
_COPIED: Final = "More than one person uses this key here. Scan the code on your paper instead."
_FOREIGN: Final = "This proof is not by a carry key of that person, or not for you."
_ELSEWHERE: Final = "You already go on as somebody from another box here."
_DENIED: Final = "That person has said that this one is somebody else, or you belong to it already."
_NOT_BELOW: Final = (
    "Only the box you began on, or one that came before, can remove this. Remove it there."
)
_TOO_MANY: Final = f"You have removed {MAX_NOT_ME} already; no more fit."


class Carrying:
    """Use cases of a person who changes boxes."""

    def __init__(
        self, box: Box, log: LogPort, scribe: Scribe, entropy: Callable[[int], bytes]
    ) -> None:
        self._box = box
        self._log = log
        self._scribe = scribe
        self._entropy = entropy

    async def carry(
        self,
        session: Session,
        author: VerifyKey | None,
        *,
        proof: bytes | None = None,
        secret: bytes | None = None,
    ) -> Introduction:
        """Let the caller go on as ``author``; return who the caller is from now on.

        On the box that keeps ``author``'s key: ``author`` itself, in a new session. Elsewhere the
        caller's own author continues it: at once, or when the profile that shows it arrives.
        The same again changes nothing and gives the same answer.

        Args:
            session: the caller's.
            author: who to go on as; None to look for whoever published the key of ``secret``.
            proof: by a carry key of ``author``, for the caller's author.
            secret: a carry secret, in place of a proof.

        Raises:
            RefusedError: ``WORDS``: nobody here has that secret; ``REFUSED``: the proof does not
                fit; ``CONFLICT``: it cannot be joined with who the caller is; ``FULL``.
        """
        me = key_of(session.user)
        signer = None if secret is None else carry_key(secret)

        def work(tx: Transaction) -> tuple[User, str]:
            old = author if author is not None else author_of(tx, signer)
            shown = prove(signer, old, me) if signer is not None else proof or b""
            if old == me:
                return tx.user(me), session.token
            if tx.signing_key(old) is not None:
                if not fits(tx, old, me, shown):
                    raise _misfit(signer)
                token = self._home_token(session, old)
                tx.add_session(old, token_hash(token))
                return tx.user(old), token
            if tx.line(old)[-1] != tx.line(me)[-1]:
                self._continue(tx, me, old, shown)
            return tx.user(me), session.token

        user, token = await self._log.write(work)
        return Introduction(user, self._box, token)

    async def draw(self, session: Session) -> bytes:
        """Publish a new carry key of the caller; return its secret, which is kept nowhere.

        Raises:
            RefusedError: ``FULL``.
        """
        secret = self._entropy(SECRET_BYTES)
        me, public = key_of(session.user), carry_key(secret).verify_key

        def work(tx: Transaction) -> None:
            publish_profile(tx, self._scribe, me, replace(tx.profile(me), carry_key=public))

        await self._log.write(work)
        return secret

    async def drop(self, session: Session, author: VerifyKey) -> User:
        """Publish that ``author`` does not speak for the caller; return the caller.

        Raises:
            RefusedError: ``CONFLICT``: it is not below the caller, nor right above, or too many
                were dropped; ``FULL``.
        """
        me = key_of(session.user)

        def work(tx: Transaction) -> User:
            now = tx.profile(me)
            if author in now.not_me:
                return tx.user(me)
            if author not in tx.line(me)[1:2] and me not in tx.line(author)[1:]:
                raise RefusedError(CONFLICT, _NOT_BELOW)
            if len(now.not_me) >= MAX_NOT_ME:
                raise RefusedError(CONFLICT, _TOO_MANY)
            changed = replace(now, not_me=(*now.not_me, author))
            publish_profile(tx, self._scribe, me, changed)
            return tx.user(me)

        return await self._log.write(work)

    def _continue(self, tx: Transaction, me: VerifyKey, old: VerifyKey, proof: bytes) -> None:
        now = tx.profile(me)
        not_me = tuple(other for other in now.not_me if other != old)
        changed = replace(now, continues=(old, proof), not_me=not_me)
        if changed != now:
            if len(tx.line(me)) > 1:
                raise RefusedError(CONFLICT, _ELSEWHERE)
            publish_profile(tx, self._scribe, me, changed)
        if fits(tx, old, me, proof) and len(tx.line(me)) == 1:
            raise RefusedError(CONFLICT, _DENIED)

    def _home_token(self, session: Session, author: VerifyKey) -> str:
        return derive(self._log.form_key, "home", token_hash(session.token), author).hex()


def author_of(tx: Transaction, signer: SigningKey | None) -> VerifyKey:
    """Return who published the public half of ``signer``.

    Not rather whoever is kept here: a copy, made on the box that somebody will come to, would make
    them go on as the copier.

    Raises:
        RefusedError: ``WORDS``: nobody; ``CONFLICT``: somebody copied it, so nobody can tell.
    """
    if signer is None:
        raise RefusedError(WORDS, NOT_FOUND)
    known = tx.authors_with(signer.verify_key)
    if not known:
        raise RefusedError(WORDS, NOT_FOUND)
    if len(known) > 1:
        raise RefusedError(CONFLICT, _COPIED)
    return known[0]


def fits(tx: Transaction, old: VerifyKey, new: VerifyKey, proof: bytes) -> bool:
    """Return whether ``proof`` for ``new`` is by a carry key of ``old`` that is known here."""
    return any(proves(key, old, new, proof) for key in tx.carry_keys(old))


def _misfit(signer: SigningKey | None) -> RefusedError:
    if signer is None:
        return RefusedError(REFUSED, _FOREIGN)
    return RefusedError(WORDS, NOT_FOUND)
