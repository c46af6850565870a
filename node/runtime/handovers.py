"""Hand-over: four words that open an identity in another browser of the same box, once."""

from collections.abc import Callable
from typing import Final

from node.contract.clock import Clock
from node.contract.people import Box, Introduction, User
from node.contract.problems import UNAVAILABLE, WORDS, RefusedError
from node.protocol.ids import VerifyKey
from node.runtime.pop_ups import PopUp
from node.runtime.ports import LogPort, Transaction
from node.runtime.rooms import key_of
from node.runtime.sessions import derive, token_hash
from node.runtime.tries import Tries
from node.runtime.words import MISTYPED, draw_words, handover_words

LIFE_S: Final = 600
"""Powered seconds in which words can be used: long enough to walk to another phone."""

_DRAWS: Final = 3
"""How often words are drawn anew when somebody has the same; 2 in 10^13 each time."""

_USED: Final = "These words were used already. Ask for new ones where you got them."
_TOO_OLD: Final = "These words are too old. Ask for new ones where you got them."


class Handovers:
    """Offers words, and takes them."""

    def __init__(
        self, box: Box, log: LogPort, clock: Clock, entropy: Callable[[int], bytes]
    ) -> None:
        self._box = box
        self._log = log
        self._entropy = entropy
        self._tries = Tries(clock)

    async def offer(self, user: User, pop_up: PopUp | None = None) -> str:
        """Return four new words that open the identity of ``user``; the older ones are void.

        Args:
            user: kept here.
            pop_up: the session they are asked for in, which ends when they are used.

        Raises:
            RefusedError: ``FULL``.
        """
        ends = None if pop_up is None else token_hash(pop_up.id)
        for _ in range(_DRAWS):
            words = draw_words(self._entropy)
            if await self._keep(self._hash(words), key_of(user), ends):
                return words
        raise RefusedError(UNAVAILABLE)

    async def _keep(self, hashed: bytes, author: VerifyKey, ends: bytes | None) -> bool:
        return await self._log.write(lambda tx: tx.add_handover(hashed, author, ends))

    async def redeem(self, words: str, address: str) -> Introduction:
        """Open a new session by words; the pop-up they were made in ends.

        The same words again from the same address give the same answer for as long as the words
        live, as it may have been lost.

        Args:
            words: as typed.
            address: where they come from.

        Raises:
            RefusedError: ``WORDS``: mistyped, used already, or too old, as ``detail`` says;
                ``SLOW_DOWN`` after too many wrong ones; ``FULL``.
        """
        began_s = self._tries.begin(address)
        try:
            introduction = await self._redeem(self._hash(handover_words(words)), address)
        except RefusedError as refusal:
            if refusal.problem is not WORDS:
                self._tries.take_back(address, began_s)
            raise
        self._tries.take_back(address, began_s)
        return introduction

    async def _redeem(self, hashed: bytes, address: str) -> Introduction:
        token = derive(self._log.form_key, "handed over", hashed).hex()

        def work(tx: Transaction) -> User:
            offered = tx.handover(hashed)
            if offered is None:
                raise RefusedError(WORDS, MISTYPED)
            if offered.used_by not in {None, address}:
                raise RefusedError(WORDS, _USED if offered.used_by else _TOO_OLD)
            if tx.lived_s() - offered.made_s >= LIFE_S:
                raise RefusedError(WORDS, _USED if offered.used_by else _TOO_OLD)
            tx.use_handover(hashed, address)
            tx.add_session(offered.author, token_hash(token))
            if offered.pop_up is not None:
                tx.end_pop_up(offered.pop_up)
            return tx.user(offered.author)

        return Introduction(await self._log.write(work), self._box, token)

    def _hash(self, words: str) -> bytes:
        return derive(self._log.form_key, "words", words.encode())
