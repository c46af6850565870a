"""A world as its seed describes it, before anything happens."""

import hashlib
import random
from dataclasses import dataclass
from enum import Enum
from typing import Final

from node.contract.clock import ClockQuality
from node.protocol import kinds
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, RoomId
from node.protocol.keys import SigningKey
from node.protocol.kinds import Kind, RoomCreate
from tests.fakes.authors import RemoteAuthor
from tests.simulation.net import Medium

BOXES: Final = 12
ROOMS: Final = 3
"""Beside ``everyone``."""

PARTIAL: Final = 0.25
"""Share of the boxes that do not carry every room."""


class Storage(Enum):
    """How much a box can keep, in bytes beyond an empty store."""

    SMALL = 230_000
    MIDDLE = 340_000
    LARGE = 1_000_000_000


class Lie(Enum):
    """What a box does that it should not."""

    HEAD = "shows heads beyond what anybody wrote, and serves nothing"
    GONE = "says that everything is gone, and more than there is"


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """One box."""

    name: str
    seed: int
    carried: frozenset[RoomId] | None
    """None for every room."""
    storage: Storage
    offset_ms: int
    drift: float
    quality: ClockQuality
    lie: Lie | None = None

    @property
    def key(self) -> SigningKey:
        """Return the node's key."""
        return SigningKey(hashlib.sha256(f"{self.name} {self.seed}".encode()).digest())

    def carries(self, room: RoomId) -> bool:
        """Return whether the box carries ``room``."""
        return self.carried is None or room in self.carried


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """All boxes, rooms and misfortunes."""

    seed: int
    boxes: tuple[BoxPlan, ...]
    """Up from the start."""
    late: BoxPlan
    """Joins when most has happened."""
    liars: tuple[BoxPlan, ...]
    rooms: tuple[RoomId, ...]
    founding: tuple[Envelope, ...]
    """What makes the rooms."""
    restores: bool
    """One box gets an old backup in the place of its store."""
    forks: bool
    """Two logs go on on two boxes at once, one of them a box's own."""
    medium: Medium

    @classmethod
    def of(cls, seed: int, boxes: int = BOXES) -> "WorldPlan":
        """Return the world of ``seed``: every fourth has a lying head, every fourth GONE liars."""
        chance = random.Random(seed)  # noqa: S311 - it must replay
        founder = RemoteAuthor(f"founder of {seed}")
        founding = tuple(
            founder.signs(Kind.ROOM_CREATE, RoomCreate(f"Room {n}"), EVERYONE, kinds.SAFETY, 0)
            for n in range(ROOMS)
        )
        rooms = tuple(RoomId(envelope.id) for envelope in founding)
        lies = {2: (Lie.HEAD,), 3: (Lie.GONE, Lie.GONE)}.get(seed % 4, ())
        return cls(
            seed=seed,
            boxes=tuple(
                _box(chance, f"b{number}", rooms, whole=number < _WHOLE)
                for number in range(boxes - 1 - len(lies))
            ),
            late=_box(chance, "late", rooms, whole=True),
            liars=tuple(
                _box(chance, f"liar{number}", rooms, whole=True, lie=lie)
                for number, lie in enumerate(lies)
            ),
            rooms=rooms,
            founding=founding,
            restores=seed % 3 == 0,
            forks=seed % 3 == 1,
            medium=chance.choice(_MEDIA),
        )


_WHOLE: Final = 3
"""The first boxes carry everything and have space: somebody can hold what is said."""

_MEDIA: Final = (Medium(0.005, 1_000_000.0), Medium(0.05, 125_000.0), Medium(0.2, 60_000.0))


def _box(
    chance: random.Random,
    name: str,
    rooms: tuple[RoomId, ...],
    *,
    whole: bool,
    lie: Lie | None = None,
) -> BoxPlan:
    some = frozenset((EVERYONE, *(room for room in rooms if chance.random() < 0.5)))
    partial, storage = chance.random() < PARTIAL, chance.choice(list(Storage))
    known = chance.random() < 0.7
    return BoxPlan(
        name=name,
        seed=chance.getrandbits(32),
        carried=some if partial and not whole else None,
        storage=Storage.LARGE if whole else storage,
        offset_ms=chance.randrange(-500, 500) if known else chance.randrange(-(10**9), 10**8),
        drift=chance.uniform(-1e-5, 1e-5),
        quality=ClockQuality.REFERENCE if known else ClockQuality.NONE,
        lie=lie,
    )
