"""How the API shows rooms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """A room as one user sees it; without a user, ``joined`` is false and ``unread`` 0."""

    id: str
    name: str
    joined: bool
    members: int
    unread: int
    """Messages after the user's read mark, the user's own left out; 100 means 100 or more."""
    last_message_ms: int | None
    """``sort_ms`` of the newest message; None in an empty room."""
