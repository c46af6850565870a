"""How the API shows messages."""

from dataclasses import dataclass

from node.contract.people import Author


@dataclass(frozen=True, slots=True)
class MessageState:
    """How far a message has come; never goes down."""

    stored: bool
    """Committed to this box's disk."""
    boxes: int
    """1 for this box, plus each other box that said STORED after its own commit."""


@dataclass(frozen=True, slots=True)
class Message:
    """One signed message."""

    id: str
    """Envelope id, 64 hex digits."""
    cursor: str
    """Place in the order of arrival on this box; for ``after before since up_to``."""
    room_id: str
    author: Author
    text: str
    category: str | None
    """One of ``safe help looking offer info``."""
    place: str | None
    urgent: bool
    reply_to: str | None
    sort_ms: int
    """Position in time, fixed at first receipt, milliseconds since the Unix epoch."""
    time_certain: bool
    """False when ``sort_ms`` is only when this box received it."""
    hlc: str
    """The author's hybrid logical clock, a decimal string (64 bits do not fit a JSON number)."""
    state: MessageState


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A slice of a list of messages."""

    items: list[Message]
    next: str | None
    """Pass as the same parameter to go on; None at the end."""
