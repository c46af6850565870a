"""HELLO: who is here, what time it is there, and what each has seen of the other's store."""

from typing import Final

from node.contract.clock import ClockQuality
from node.protocol.hlc import clamp_ms
from node.runtime.peering.ground import Ground, common_rooms
from node.runtime.peering.ports import Checkpoint, Link
from node.runtime.peering.talk import Talk
from node.runtime.peering.wire import Wire
from node.sync.exchange import OrderError
from node.sync.frames import NO_INCARNATION, Close, Hello, decode_frame
from node.sync.outbox import Outbox

NO_BUDGETS: Final = (None, None, None, None)


async def greet(ground: Ground, link: Link, number: int) -> Talk | Close:
    """Send HELLO, take the peer's, and return the state of the session, or that there is none.

    Raises:
        LinkClosedError: the link has ended.
        DecodeError: what came is no frame.
        OrderError: another frame came first.
    """
    known = await ground.log.checkpoint(link.peer)
    began_s = ground.now_s()
    await link.send(_hello(ground, known).encode())
    frame = decode_frame(await link.receive())
    if isinstance(frame, Close):
        return frame
    if not isinstance(frame, Hello):
        raise OrderError("no HELLO")
    now_s = ground.now_s()
    # What the dialler sent came back after a round trip; the peer's clock is half of one older.
    half_ms = round((now_s - began_s) * 500) if link.dialled else 0
    ground.clock.offer(link.peer, frame.now_ms + half_ms, frame.quality)
    outbox = Outbox(frame.budgets)
    same_store = frame.your_incarnation == ground.log.incarnation
    return Talk(
        ground=ground,
        link=link,
        number=number,
        hello=frame,
        pair=common_rooms(ground.carried, frame.rooms),
        outbox=outbox,
        wire=Wire(link, ground.log, outbox, ground.now_s),
        since_s=now_s,
        known_there=frame.your_changed_n if same_store else 0,
        known_here=known if known and known.incarnation == frame.incarnation else None,
        heard_s=now_s,
    )


def _hello(ground: Ground, known: Checkpoint | None) -> Hello:
    return Hello(
        incarnation=ground.log.incarnation,
        boot=ground.boot,
        now_ms=clamp_ms(ground.clock.wall_ms()),
        quality=ClockQuality(ground.clock.quality()),
        your_incarnation=known.incarnation if known else NO_INCARNATION,
        your_changed_n=known.changed_n if known else 0,
        budgets=NO_BUDGETS,
        rooms=ground.carried,
        name=ground.name,
    )
