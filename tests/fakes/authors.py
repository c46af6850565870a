"""People on other boxes, who sign by themselves."""

import hashlib

from node.protocol import kinds
from node.protocol.envelope import Envelope, seal
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.keys import SigningKey
from node.protocol.kinds import Category, Kind, KnownBody, Message, Profile
from node.protocol.limits import DEFAULT_TTL_S
from node.protocol.payload import FIRST_PREV, Payload
from tests.fakes.clock import START_MS


class RemoteAuthor:
    """Writes logs of its own, one per class and room, without any store."""

    def __init__(self, name: str, epoch: int = 7) -> None:
        self.key = SigningKey(hashlib.sha256(name.encode()).digest())
        self.name = name
        self._epoch = epoch
        self._heads: dict[tuple[int, RoomId], tuple[int, bytes]] = {}
        self._now_ms = START_MS

    def twin(self) -> "RemoteAuthor":
        """Return the same author on another machine, who goes on from here by itself: a fork."""
        other = RemoteAuthor(self.name, self._epoch)
        other._heads = dict(self._heads)
        other._now_ms = self._now_ms
        return other

    def says(
        self,
        text: str,
        *,
        room: RoomId = EVERYONE,
        urgent: bool = False,
        category: Category | None = None,
        ttl_s: int = DEFAULT_TTL_S,
    ) -> Envelope:
        """Return the next message of this author in ``room``."""
        class_ = kinds.signed_class(Kind.MESSAGE, urgent=urgent, category=category)
        return self.signs(Kind.MESSAGE, Message(text, category), room, class_, ttl_s)

    def introduces(self, name: str | None = None) -> Envelope:
        """Return the next profile."""
        return self.signs(Kind.PROFILE, Profile(name or self.name), EVERYONE, kinds.SAFETY, 0)

    def signs(
        self, kind: Kind, body: KnownBody, room: RoomId, class_: int, ttl_s: int = DEFAULT_TTL_S
    ) -> Envelope:
        """Return the next envelope of the log it belongs to."""
        seq, prev = self._heads.get((class_, room), (0, FIRST_PREV))
        self._now_ms += 1
        envelope = seal(
            self.key,
            Payload(
                kind=kind,
                author=self.key.verify_key,
                room=room,
                hlc=self._now_ms << 16,
                epoch=self._epoch,
                seq=seq + 1,
                prev=prev,
                class_=class_,
                quality=1,
                ttl_s=ttl_s,
                body=kinds.to_body(body),
            ),
        )
        self._heads[class_, room] = (seq + 1, envelope.id[:8])
        return envelope
