"""Frames as encrypted, optionally compressed records; sans-IO, one object per direction."""

import zlib
from typing import Final

from node.net.cipher import TAG_BYTES, CipherState
from node.net.errors import Fault, LinkError, NoiseError

MAX_FRAME_BYTES: Final = 65_000
"""Leaves room in a record for tag and deflate's own bytes; stops inflation without end: 64 KiB
of records could otherwise fill the memory of a Pi a thousand times over."""

REKEY_INTERVAL: Final = 2**16
"""Records under one key: about an hour of a busy link, of which a stolen key tells no more."""

_LENGTH_BYTES: Final = 2
_MAX_RECORD_BYTES: Final = 2**16 - 1
_MIN_RECORD_BYTES: Final = TAG_BYTES + 1

_FLUSHED: Final = b"\x00\x00\xff\xff"
"""Ends every sync flush, so it is not sent (as in RFC 7692)."""
_LEVEL: Final = 6
_SEND_WINDOW_BITS: Final = -13
"""Raw deflate over the last 8 KiB: frames are short, and each of 48 links holds this memory."""
_SEND_MEMORY: Final = 6
_RECEIVE_WINDOW_BITS: Final = -15
"""The largest: takes what any sender compressed."""


class Sealer:
    """Makes records of frames."""

    def __init__(
        self, cipher: CipherState, *, deflate: bool, rekey_interval: int = REKEY_INTERVAL
    ) -> None:
        self._cipher = cipher
        self._interval = rekey_interval
        self._deflater = (
            zlib.compressobj(_LEVEL, zlib.DEFLATED, _SEND_WINDOW_BITS, _SEND_MEMORY)
            if deflate
            else None
        )

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"Sealer({self._cipher!r}, deflate={self._deflater is not None})"

    def seal(self, frame: bytes) -> bytes:
        """Return the record of ``frame``, to be sent in this order.

        Raises:
            ValueError: the frame is empty or above ``MAX_FRAME_BYTES``; nothing has changed.
        """
        if not 1 <= len(frame) <= MAX_FRAME_BYTES:
            raise ValueError(f"a frame of {len(frame)} bytes")
        if self._deflater is None:
            data = frame
        else:
            data = self._deflater.compress(frame) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
            data = data[: -len(_FLUSHED)]
        sealed = self._cipher.seal(data)
        _renew(self._cipher, self._interval)
        return len(sealed).to_bytes(_LENGTH_BYTES) + sealed


class Opener:
    """Finds frames in received bytes.

    One frame at a time, so that a peer whose records inflate a thousandfold makes no list.
    """

    def __init__(
        self, cipher: CipherState, *, deflate: bool, rekey_interval: int = REKEY_INTERVAL
    ) -> None:
        self._cipher = cipher
        self._interval = rekey_interval
        self._inflater = _Inflater() if deflate else None
        self._held = bytearray()
        self._at = 0
        self._failure: tuple[Fault, str] | None = None

    def __repr__(self) -> str:
        """Return a text without any key, fit for a log."""
        return f"Opener({self._cipher!r}, deflate={self._inflater is not None})"

    @property
    def held_bytes(self) -> int:
        """Return how many bytes wait to be opened; stop feeding when there are enough."""
        return len(self._held) - self._at

    def feed(self, data: bytes | memoryview) -> None:
        """Take received bytes; they are copied."""
        if self._at:
            del self._held[: self._at]
            self._at = 0
        self._held += data

    def next_frame(self) -> bytes | None:
        """Return the next frame; None until the rest of it was fed.

        Raises:
            LinkError: the bytes are no record of this link; it raises for ever after.
        """
        if self._failure is not None:
            raise LinkError(*self._failure)
        try:
            record = self._next_record()
            return None if record is None else self._open(record)
        except LinkError as error:
            self._failure = error.fault, error.detail
            self._held.clear()
            self._at = 0
            raise

    def _next_record(self) -> bytes | None:
        start = self._at + _LENGTH_BYTES
        if len(self._held) < start:
            return None
        size = int.from_bytes(self._held[self._at : start])
        largest = _MAX_RECORD_BYTES if self._inflater else MAX_FRAME_BYTES + TAG_BYTES
        if not _MIN_RECORD_BYTES <= size <= largest:
            raise LinkError(Fault.LENGTH, f"a record of {size} bytes")
        end = start + size
        if len(self._held) < end:
            return None
        with memoryview(self._held) as view:
            record = bytes(view[start:end])
        self._at = end
        return record

    def _open(self, record: bytes) -> bytes:
        try:
            data = self._cipher.open(record)
        except NoiseError as error:
            raise LinkError(Fault.CIPHER, f"record {self._cipher.nonce}: {error}") from error
        _renew(self._cipher, self._interval)
        return data if self._inflater is None else self._inflater.inflate(data)


class _Inflater:
    """The compressed stream of one direction."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_RECEIVE_WINDOW_BITS)

    def inflate(self, data: bytes) -> bytes:
        """Return the next frame.

        Raises:
            LinkError: ``DEFLATE``.
        """
        try:
            # One byte more than may be tells a full frame from an endless one.
            frame = self._stream.decompress(data + _FLUSHED, MAX_FRAME_BYTES + 1)
        except zlib.error as error:
            raise LinkError(Fault.DEFLATE, str(error)) from error
        if not 1 <= len(frame) <= MAX_FRAME_BYTES:
            raise LinkError(Fault.DEFLATE, "no frame, or a longer one than may be")
        if self._stream.eof or self._stream.unconsumed_tail:
            raise LinkError(Fault.DEFLATE, "the compressed stream ends")
        return frame


def _renew(cipher: CipherState, interval: int) -> None:
    if cipher.nonce % interval == 0:
        cipher.rekey()
