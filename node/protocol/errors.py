"""The one error of every decoder."""


class DecodeError(Exception):
    """Bytes that break the protocol; nothing of them may be kept.

    Every decoder of this package raises this and nothing else, whatever it is fed, so a
    caller needs one ``except``: refuse the bytes and count it against whoever sent them.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        """Slug of the broken rule, as listed in docs/protocol.md."""
        self.detail = detail
        """What was found, for the log; never shown to people."""
        super().__init__(f"{reason}: {detail}")
