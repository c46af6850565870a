"""Boxes that lie: an honest one behind a link that changes what it says."""

from dataclasses import dataclass, replace
from typing import Final

from node.protocol.frontier import Row
from node.protocol.ids import LogHandle, VerifyKey
from node.protocol.ranges import Ranges
from node.runtime.peering.ports import Link
from node.sync.frames import Data, Delta, FrameType, Gone, Rows, Stored, decode_frame
from tests.simulation.ledger import look
from tests.simulation.plan import Lie

BEYOND: Final = 1_000
"""Positions above the real head that a lie speaks of."""

LYING_TIP: Final = b"LIAR"


@dataclass
class LyingLink:
    """Fits ``Link``; passes everything but what the lie is about."""

    inner: Link
    lie: Lie

    @property
    def peer(self) -> VerifyKey:
        """Return the node id of the other side."""
        return self.inner.peer

    @property
    def dialled(self) -> bool:
        """Return whether this side opened the link."""
        return self.inner.dialled

    @property
    def address(self) -> str:
        """Return where the other side is."""
        return self.inner.address

    @property
    def interface(self) -> str | None:
        """Return the network interface."""
        return self.inner.interface

    @property
    def secret(self) -> bytes:
        """Return the channel's hash."""
        return self.inner.secret

    @property
    def bytes_in(self) -> int:
        """Return bytes read."""
        return self.inner.bytes_in

    @property
    def bytes_out(self) -> int:
        """Return bytes written."""
        return self.inner.bytes_out

    @property
    def rtt_ms(self) -> int | None:
        """Return the round trip."""
        return self.inner.rtt_ms

    def stalled_s(self) -> float:
        """Return 0: a liar waits for nobody."""
        return 0.0

    async def send(self, frame: bytes) -> None:
        """Say something else."""
        for each in lied(frame, self.lie):
            await self.inner.send(each)

    async def receive(self) -> bytes:
        """Return the next frame that the lie leaves something to answer to."""
        while True:
            frame = await self.inner.receive()
            if self.lie is Lie.HEAD and frame[0] == FrameType.WANT:
                continue  # asked for what does not exist; silence is the answer
            return frame

    async def close(self) -> None:
        """Let go of the link."""
        await self.inner.close()


def lied(frame: bytes, lie: Lie) -> list[bytes]:
    """Return what a liar says where an honest box says ``frame``."""
    said = decode_frame(frame)
    match said, lie:
        case Rows(), Lie.HEAD:
            return [replace(said, rows=tuple(map(_raised, said.rows))).encode()]
        case Delta(), Lie.HEAD:
            return [replace(said, rows=tuple(map(_raised, said.rows))).encode()]
        case Data(), Lie.GONE:
            return [Gone(tuple(_gone(item.exact) for item in said.items)).encode()]
        case Data() | Stored(), Lie.HEAD:
            return []
        case _:
            return [frame]


def _raised(row: Row) -> Row:
    return Row(row.handle, row.head + BEYOND, LYING_TIP, row.holes, row.forked)


def _gone(exact: bytes) -> tuple[LogHandle, Ranges]:
    payload = look(exact).payload
    return payload.log.handle, Ranges.of([(payload.seq, payload.seq + BEYOND)])
