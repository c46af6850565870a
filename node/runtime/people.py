"""Who writes here: introduces people, and recognises them by their session."""

from collections.abc import Callable
from dataclasses import replace

from node.contract.people import Box, Introduction, Speaker, User
from node.contract.problems import INVALID, RefusedError
from node.protocol import kinds
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.keys import SEED_BYTES, SigningKey
from node.protocol.kinds import Kind, Profile
from node.protocol.names import clean_name
from node.runtime.authoring import Draft, Scribe
from node.runtime.ports import LogPort, Transaction
from node.runtime.sessions import TOKEN_BYTES, Session, token_hash


class People:
    """Use cases around identity."""

    def __init__(
        self, box: Box, log: LogPort, scribe: Scribe, entropy: Callable[[int], bytes]
    ) -> None:
        self.box = box
        self._log = log
        self._scribe = scribe
        self._entropy = entropy

    async def introduce(
        self, name: str, carry_public: bytes | None, session: Session | None
    ) -> tuple[Introduction, bool]:
        """Give the caller an identity on this box; return it and whether it is new.

        A caller who has a session keeps the identity; another name than before is published as
        a new profile, and so is a carry key.

        Raises:
            RefusedError: ``INVALID``: nothing of the name can be shown; ``FULL``.
        """
        shown = presentable_name(name)
        carry_key = None if carry_public is None else VerifyKey(carry_public)
        if session is not None:
            user = await self._update(session.user, shown, carry_key)
            return Introduction(user, self.box, session.token), False
        seed = self._entropy(SEED_BYTES)
        token = self._entropy(TOKEN_BYTES).hex()

        def work(tx: Transaction) -> User:
            tx.add_person(seed, token_hash(token))
            author = SigningKey(seed).verify_key
            publish_profile(tx, self._scribe, author, Profile(shown, carry_key))
            return tx.user(author)

        return Introduction(await self._log.write(work), self.box, token), True

    async def _update(self, user: User, name: str, carry_key: VerifyKey | None) -> User:
        if user.name == name and carry_key is None:
            return user
        author = VerifyKey(bytes.fromhex(user.id))

        def work(tx: Transaction) -> User:
            now = tx.profile(author)
            known = carry_key is None or carry_key in tx.carry_keys(author)
            changed = replace(now, name=name, carry_key=now.carry_key if known else carry_key)
            if changed != now:
                publish_profile(tx, self._scribe, author, changed)
            return tx.user(author)

        return await self._log.write(work)

    async def speakers(self, user: User) -> list[Speaker]:
        """Return every author that speaks as the person of ``user``, the oldest first."""
        return await self._log.speakers(VerifyKey(bytes.fromhex(user.id)))

    async def session(self, token: str) -> Session | None:
        """Return the session of ``token``; None when this box did not issue it."""
        user = await self._log.user_of_session(token_hash(token))
        return None if user is None else Session(user, token)

    async def is_admin_token(self, token: str) -> bool:
        """Return whether ``token`` is the admin token of this box."""
        return await self._log.is_admin_token(token_hash(token))

    async def new_admin_token(self) -> str:
        """Replace the admin token and return the new one, which is never shown again."""
        token = self._entropy(TOKEN_BYTES).hex()
        await self._log.write(lambda tx: tx.set_admin_token(token_hash(token)))
        return token


def publish_profile(tx: Transaction, scribe: Scribe, author: VerifyKey, profile: Profile) -> None:
    """Sign and store a profile that takes the place of ``author``'s last one."""
    draft = Draft(Kind.PROFILE, EVERYONE, profile, kinds.signed_class(Kind.PROFILE))
    scribe.write(tx, author, draft)


def presentable_name(name: str) -> str:
    """Return ``name`` as it may be signed.

    Raises:
        RefusedError: ``INVALID``: nothing that can be shown is left.
    """
    shown = clean_name(name)
    if not shown:
        raise RefusedError(INVALID, "Type a name with at least one letter or digit.")
    return shown
