"""One link from HELLO to its end: reads frames, and hands each to the part that knows it."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from node.contract.problems import RefusedError
from node.protocol.errors import DecodeError
from node.runtime.peering.agreement import Agreement
from node.runtime.peering.comparing import Comparing
from node.runtime.peering.custody import Receipts, answer_want, on_gone, on_stored
from node.runtime.peering.endings import Ending, reason_of
from node.runtime.peering.greeting import greet
from node.runtime.peering.ground import Ground, carries
from node.runtime.peering.heads import Heads
from node.runtime.peering.ingest import Ingest
from node.runtime.peering.ports import Appended, Link, LinkClosedError
from node.runtime.peering.repairing import Repairs
from node.runtime.peering.talk import Talk
from node.sync.exchange import OrderError
from node.sync.frames import (
    Buckets,
    Close,
    CloseReason,
    Data,
    Delta,
    Frame,
    Gone,
    Hello,
    Keepalive,
    Rows,
    Stored,
    Want,
    decode_frame,
)

HELLO_S: Final = 10.0
"""Until both HELLOs must be known; stops a peer that finishes the handshake and says nothing."""

CLOSE_S: Final = 1.0
"""How long the last frame may take."""

SILENCE_S: Final = 90.0
"""Nothing heard for so long, twice the longest pause between keepalives: the link is dead."""


async def begin(ground: Ground, link: Link, number: int) -> "Session | Ending":
    """Exchange HELLOs; return the session, or why there is none."""
    reason: CloseReason | None
    try:
        async with asyncio.timeout(HELLO_S):
            greeted = await greet(ground, link, number)
        if isinstance(greeted, Close):
            return await _close(link, greeted.reason, "", by_peer=True)
        return Session(greeted)
    except TimeoutError:
        reason, detail = CloseReason.SILENT, "no HELLO"
    except (LinkClosedError, DecodeError, OrderError) as error:
        reason, detail = reason_of(error), str(error)
    except RefusedError as error:
        reason, detail = CloseReason.FAULT, str(error)
    return await _close(link, reason, detail)


async def _close(
    link: Link, reason: CloseReason | None, detail: str, *, by_peer: bool = False
) -> Ending:
    """Close a link, telling the peer unless it knows; None when it has ended already."""
    if reason is not None and not by_peer:
        with contextlib.suppress(LinkClosedError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await link.send(Close(reason).encode())
    await link.close()
    return Ending(reason, detail, by_peer or reason is None)


class Session:
    """One link, after its HELLOs."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.link = talk.link
        self.number = talk.number
        self.since_s = talk.since_s
        self.repairs = Repairs(talk)
        self.comparing = Comparing(talk, self.repairs, talk.link.secret)
        self.heads = Heads(talk)
        self._ground = talk.ground
        self._ending: Ending | None = None
        self._ingest = Ingest(talk)
        self._receipts = Receipts(talk)
        self.agreement = Agreement(talk, self.comparing, self.repairs, self._ingest, self._receipts)

    async def run(self) -> Ending:
        """Work until the link ends; return how it did."""
        talk = self.talk
        writer = asyncio.create_task(self._write())
        try:
            if self.link.dialled:
                await self.comparing.open()
            while True:
                data = await self.link.receive()
                talk.heard_s = self._ground.now_s()
                frame = decode_frame(data)
                if isinstance(frame, Close):
                    return await self._ended(frame.reason, "", by_peer=True)
                await self._handle(frame, len(data))
                await self.agreement.announce()
                if excess := self._excess:
                    return await self._ended(CloseReason.LIMIT, excess)
        except (LinkClosedError, DecodeError, OrderError) as error:
            return await self._ended(reason_of(error), str(error))
        except RefusedError as error:
            return await self._ended(CloseReason.FAULT, str(error))
        finally:
            self._receipts.close()
            await self.heads.close()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    @property
    def _excess(self) -> str:
        """Return which bound the peer exceeds; empty when none."""
        if self.talk.wire.is_overfull:
            return "takes no answers"
        return "sends without credit" if self._ingest.is_overfull else ""

    async def _write(self) -> None:
        """Send until the link ends; end it when what is to be sent cannot be read."""
        try:
            await self.talk.wire.run()
        except LinkClosedError:
            pass  # whoever receives says so
        except RefusedError as error:
            await self._ended(CloseReason.FAULT, str(error))

    async def end(self, reason: CloseReason, detail: str = "") -> Ending:
        """Close the link for a reason of this side's own; the first reason counts."""
        return await self._ended(reason, detail)

    @property
    def is_settled(self) -> bool:
        """Return whether both sides have everything, and the peer was told so."""
        answered = self.comparing.is_answered and not self.comparing.is_running
        told = self.talk.wire.is_idle and not self._receipts.is_waiting
        return self.talk.in_sync and answered and told

    async def _ended(
        self, reason: CloseReason | None, detail: str, *, by_peer: bool = False
    ) -> Ending:
        """Close the link; the first reason counts."""
        if self._ending is None:
            self._ending = Ending(reason, detail, by_peer or reason is None)
            self.talk.wire.stop()
            await _close(self.link, reason, detail, by_peer=by_peer)
        return self._ending

    async def _handle(self, frame: Frame, size_bytes: int) -> None:
        if not isinstance(frame, Keepalive):
            self._ground.stirred.set()
        match frame:
            case Data():
                await self._ingest.on_data(frame, size_bytes)
                await self.comparing.settle()
                self.pump()
            case Keepalive():
                await self.agreement.on_keepalive(frame)
            case Hello() | Close():
                raise OrderError("a second HELLO")
            case Rows() | Buckets() | Want():
                await self._compare(frame)
            case Gone() | Stored() | Delta():
                await self._hear(frame)
            case _:
                await self.repairs.on_frame(frame)

    async def _compare(self, frame: Rows | Buckets | Want) -> None:
        match frame:
            case Rows():
                await self.comparing.on_rows(frame)
            case Buckets():
                await self.comparing.on_buckets(frame)
            case Want():
                await answer_want(self.talk, self.comparing.answered(frame))

    async def _hear(self, frame: Gone | Stored | Delta) -> None:
        match frame:
            case Gone():
                await on_gone(self.talk, frame)
                await self.comparing.settle()
            case Stored():
                await on_stored(self.talk, frame)
            case Delta():
                await self.heads.on_delta(frame)

    def pump(self) -> None:
        """Ask for what was shown and is asked of nobody."""
        if self._ground.now_s() < self._ingest.full_until_s:
            return
        waiting = self._ground.wishes.waiting(self.number)
        if waiting:
            self.talk.ask(waiting)

    async def tend(self, now_s: float) -> None:
        """Go on with what waits; call now and then.

        Raises:
            OrderError: the peer does not answer; end the link.
        """
        self.pump()
        await self._ingest.retry()
        await self.repairs.tend(now_s)
        await self.comparing.settle()
        await self.agreement.check(now_s)

    def be_patient(self, now_s: float) -> None:
        """Do not take a peer for silent while this box has no room for what it sent."""
        if self._ingest.is_parked:
            self._ground.wishes.heard(self.number, now_s)

    @property
    def needs_tending(self) -> bool:
        """Return whether something waits that no frame will wake."""
        pending = not self._ground.wishes.is_settled(self.number) or self.heads.leaves_more
        parts = self.agreement.is_doubted or self.repairs.is_busy or self._ingest.is_parked
        return pending or parts

    def on_appended(self, appended: Sequence[Appended]) -> None:
        """Say STORED of what was committed, whoever brought it."""
        for each in appended:
            if carries(self.talk.pair, each.room):
                self._receipts.add(each)
