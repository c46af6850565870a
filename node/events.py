"""Tells whoever listens what was committed; a listener that lags is dropped, not waited for."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

from node.contract.frames import Frame

MAX_QUEUED_FRAMES: Final = 512
"""Frames one listener may lag behind (about 0.5 MB); a phone that stops reading costs no more."""

TOPICS: Final = {
    "message": "messages",
    "state": "messages",
    "room": "messages",
    "peer.joined": "peers",
    "peer.left": "peers",
    "status": "status",
}
"""Frame type → the topic a listener asks for."""


class TooSlowError(Exception):
    """This listener lagged more than ``MAX_QUEUED_FRAMES`` behind: close it, it may come back."""


class Subscription:
    """One listener's bounded queue."""

    def __init__(self, bus: "Bus", topics: frozenset[str]) -> None:
        self.topics = topics
        self._bus = bus
        self._frames: deque[Frame] = deque()
        self._lost = False
        self._ready = asyncio.Event()

    def offer(self, frame: Frame) -> None:
        """Queue ``frame``, or mark this listener as lost when its queue is full."""
        if len(self._frames) >= MAX_QUEUED_FRAMES:
            self._lost = True
            self._frames.clear()
        if not self._lost:
            self._frames.append(frame)
        self._ready.set()

    async def take(self) -> list[Frame]:
        """Wait for at least one frame and return all that are queued, oldest first.

        Raises:
            TooSlowError: frames were lost; close the listener.
        """
        await self._ready.wait()
        if self._lost:
            raise TooSlowError
        frames = list(self._frames)
        self._frames.clear()
        self._ready.clear()
        return frames

    def close(self) -> None:
        """Stop listening; may be called twice."""
        self._bus.drop(self)


class Bus:
    """Passes frames on to the listeners of their topic, within one event loop."""

    def __init__(self, cursor: str, committed: int = 0) -> None:
        """Begin at ``cursor``: whatever arrived before it will not be published."""
        self.committed = committed
        """Arrival number of what was committed last, published or not."""
        self.cursor = cursor
        """Of the newest message or room published: what arrived up to here has been offered."""
        self._listeners: set[Subscription] = set()
        self._changed = asyncio.Event()

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        """Return a new subscription to ``topics``; its holder must close it."""
        subscription = Subscription(self, frozenset(topics))
        self._listeners.add(subscription)
        self._changed.set()
        return subscription

    def drop(self, subscription: Subscription) -> None:
        """Forget ``subscription``; unknown ones are ignored."""
        self._listeners.discard(subscription)

    def publish(self, frame: Frame) -> None:
        """Offer ``frame`` to every listener of its topic. Call only after the commit."""
        topic = TOPICS[frame.type]
        if topic == "messages":
            self.cursor = frame.cursor
        for listener in self._listeners:
            if topic in listener.topics:
                listener.offer(frame)

    def has_listener(self, topic: str) -> bool:
        """Return whether anybody listens to ``topic``."""
        return any(topic in listener.topics for listener in self._listeners)

    async def listener(self, topic: str) -> None:
        """Wait until somebody listens to ``topic``."""
        while not self.has_listener(topic):
            self._changed.clear()
            await self._changed.wait()
