"""How a link ends, and what is to blame."""

from dataclasses import dataclass
from typing import Final

from node.protocol.errors import DecodeError
from node.runtime.peering.ports import LinkClosedError
from node.sync.exchange import OrderError
from node.sync.frames import CloseReason

BREACHES: Final = frozenset(
    {CloseReason.MALFORMED, CloseReason.ORDER, CloseReason.LIMIT, CloseReason.FORGED}
)
"""Ends for which the peer is to blame, when it was this side that closed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a link ended."""

    reason: CloseReason | None
    """None: the connection ended without a CLOSE."""
    detail: str
    """For the log; never shown to people."""
    by_peer: bool

    @property
    def name(self) -> str:
        """Return the reason as it is counted and told."""
        return "ended" if self.reason is None else name_of(self.reason)

    @property
    def breach(self) -> bool:
        """Return whether this side found that the peer broke the protocol."""
        return not self.by_peer and self.reason in BREACHES


def name_of(reason: CloseReason) -> str:
    """Return the word for a reason, as in docs/protocol.md."""
    return reason.name.lower()


def reason_of(error: DecodeError | OrderError | LinkClosedError) -> CloseReason | None:
    """Return why to close a link after ``error``; None when it has ended by itself."""
    match error:
        case LinkClosedError():
            return CloseReason.MALFORMED if error.broken else None
        case OrderError():
            return CloseReason.ORDER
        case _:
            forged = error.reason == "signature"
            return CloseReason.FORGED if forged else CloseReason.MALFORMED
