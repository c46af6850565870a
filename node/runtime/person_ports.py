"""What the use cases around persons need of the store, which fits these by shape."""

from typing import Protocol

from node.protocol.ids import VerifyKey
from node.protocol.kinds import Profile


class PopUpState(Protocol):
    """What is kept of a pop-up's session."""

    @property
    def author(self) -> VerifyKey:
        """Return who uses it; this box keeps the key."""
        ...

    @property
    def lang(self) -> str | None:
        """Return the language it was set to."""
        ...

    @property
    def ended(self) -> bool:
        """Return whether it is over before its time."""
        ...


class HandoverState(Protocol):
    """What is kept of the words of a hand-over."""

    @property
    def author(self) -> VerifyKey:
        """Return whom they open; this box keeps the key."""
        ...

    @property
    def pop_up(self) -> bytes | None:
        """Return the hash of the pop-up's session that ends with their use."""
        ...

    @property
    def made_s(self) -> int:
        """Return when they were made, in powered seconds."""
        ...

    @property
    def used_by(self) -> str | None:
        """Return which address used them; empty when newer ones took their place."""
        ...


class PersonTransaction(Protocol):
    """The part of a writer's job that is about who somebody is."""

    def lived_s(self) -> int:
        """Return the powered time of the store."""
        ...

    def profile(self, author: VerifyKey) -> Profile:
        """Return what ``author`` says of itself now, with the newest carry key it published."""
        ...

    def line(self, author: VerifyKey) -> list[VerifyKey]:
        """Return ``author`` and those it continues, up to the person: the last one."""
        ...

    def carry_keys(self, author: VerifyKey) -> list[VerifyKey]:
        """Return the carry keys of ``author`` that are remembered, the newest first."""
        ...

    def authors_with(self, carry_key: VerifyKey) -> list[VerifyKey]:
        """Return who published ``carry_key``, a few at most; anybody can publish anybody's."""
        ...

    def add_session(self, author: VerifyKey, token_hash: bytes) -> None:
        """Let one more secret prove ``author``, kept here; a second time changes nothing."""
        ...

    def pop_up(self, id_hash: bytes, address: str, after_s: int) -> PopUpState | None:
        """Return a pop-up's session that began later than ``after_s``, ended or not.

        None: it is unknown, another address's, or older.
        """
        ...

    def drop_pop_ups(self, begun_by_s: int) -> None:
        """Forget some of the pop-ups that began at ``begun_by_s`` or before; cookies live on."""
        ...

    def add_pop_up(self, id_hash: bytes, author: VerifyKey, address: str, twin: bytes) -> None:
        """Keep a new pop-up's session; ``twin`` is the hash of its cookie's secret."""
        ...

    def set_pop_up_lang(self, id_hash: bytes, lang: str) -> None:
        """Remember the language of a pop-up."""
        ...

    def end_pop_up(self, id_hash: bytes) -> None:
        """End a pop-up's session and its cookie; no form can begin it again."""
        ...

    def add_handover(self, words_hash: bytes, author: VerifyKey, pop_up: bytes | None) -> bool:
        """Keep new words of ``author``, whose older ones are void; False when they are taken."""
        ...

    def handover(self, words_hash: bytes) -> HandoverState | None:
        """Return what is kept of words, used or not."""
        ...

    def use_handover(self, words_hash: bytes, address: str) -> None:
        """Say who used words."""
        ...
