"""Repair of one session: which ids of a forked log, or which closed logs, the other side lacks."""

from collections.abc import Callable, Iterable
from typing import Final

from node.protocol.ids import EnvelopeId, LogHandle
from node.runtime.peering.ground import carries
from node.runtime.peering.talk import Talk
from node.runtime.ports import Transaction
from node.sync.exchange import OrderError
from node.sync.frames import (
    ClosedScope,
    LogScope,
    Repair,
    RepairAsk,
    RepairItem,
    RepairItems,
    RepairQuery,
    RepairReply,
    Scope,
    What,
)
from node.sync.limits import MAX_REPAIR_ITEMS
from node.sync.negentropy import Client, Item, ItemSet, Server
from node.sync.quota import Quota

MAX_IDS: Final = 20_000
"""Ids of one log that are compared, the lowest positions; more would hold a Pi for seconds."""

REPAIRS_BURST: Final = 32
REPAIRS_PER_S: Final = 1 / 30
"""Repairs of one link. Each costs reading a log's ids; stops a peer that flags every log."""

MAX_WAITING: Final = 256
"""Scopes that wait for their turn; the next exchange names the others again."""

REPAIR_S: Final = 30.0
"""A repair of which nothing was heard for so long is given up, and comes again."""

NO_SEQ: Final = 0
"""Stands where the position of an id is not known, or there is none."""


class Repairs:
    """Runs one repair at a time; the dialler begins them."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._waiting: dict[Scope, None] = {}
        self._client: Client | None = None
        self._scope: Scope | None = None
        self._forked = False
        self._server: tuple[Scope, Server] | None = None
        self._served_s = 0.0
        self._given_up: set[Scope] = set()
        """Scopes whose answer was not waited for."""
        self._heard_s = 0.0
        self._quota = Quota(REPAIRS_BURST, REPAIRS_PER_S, REPAIRS_BURST, talk.ground.now_s())
        self._asked: dict[Scope, float] = {}

    def ask_for(self, handle: LogHandle) -> None:
        """See to it that the ids of a log are compared; once in ``REPAIR_S``."""
        self.want(LogScope(handle))

    def want(self, scope: Scope) -> None:
        """See to it that ``scope`` is repaired; once in ``REPAIR_S``."""
        now_s = self._talk.ground.now_s()
        asked_s = self._asked.get(scope)
        if asked_s is not None and now_s - asked_s < REPAIR_S:
            return
        if len(self._waiting) >= MAX_WAITING or len(self._asked) >= 4 * MAX_WAITING:
            self._asked = {s: at for s, at in self._asked.items() if now_s - at < REPAIR_S}
            return
        self._asked[scope] = now_s
        if self._talk.link.dialled:
            self._waiting[scope] = None
        else:
            self._talk.wire.post(RepairAsk(scope))

    @property
    def is_busy(self) -> bool:
        """Return whether a repair runs or waits."""
        return self._scope is not None or bool(self._waiting)

    async def tend(self, now_s: float) -> None:
        """Begin what waits, and give up what is silent; call now and then."""
        if self._scope is not None and now_s - self._heard_s >= REPAIR_S:
            self._given_up.add(self._scope)
            self._scope = self._client = None
        if self._scope is None and self._waiting and self._quota.take(1, now_s):
            scope = next(iter(self._waiting))
            del self._waiting[scope]
            await self._begin(scope)

    async def on_frame(self, frame: Repair) -> None:
        """Take one REPAIR frame.

        Raises:
            OrderError: it may not come from this side, or now.
            DecodeError: its message is none.
        """
        dialled = self._talk.link.dialled
        if not await self._is_of_pair(frame.scope):
            return
        match frame:
            case RepairAsk() if dialled:
                self.want(frame.scope)
                await self.tend(self._talk.ground.now_s())
            case RepairReply() if self._client is not None and frame.scope == self._scope:
                await self._on_reply(frame, self._client)
            case RepairReply() | RepairItems() if frame.scope in self._given_up:
                self._given_up.discard(frame.scope)  # too late, and nobody's fault
            case RepairQuery() if not dialled:
                await self._on_query(frame)
            case RepairItems():
                await self._on_items(frame)
            case _:
                raise OrderError("a repair that was not begun")

    async def _begin(self, scope: Scope) -> None:
        self._scope, self._heard_s = scope, self._talk.ground.now_s()
        self._client = Client(await self._items(scope))
        self._talk.wire.post(
            RepairQuery(scope, await self._is_forked(scope), self._client.initiate())
        )

    async def _on_reply(self, frame: RepairReply, client: Client) -> None:
        self._heard_s = self._talk.ground.now_s()
        self._forked = frame.forked
        answer = client.reconcile(frame.message)
        if answer is not None:
            forked = await self._is_forked(frame.scope)
            self._talk.wire.post(RepairQuery(frame.scope, forked, answer))
            return
        self._client = None
        if client.is_complete:
            await self._take_flag(frame.scope, forked=frame.forked)
        have = await self._told_of(frame.scope, [item.id for item in sorted(client.have)])
        need = [RepairItem(What.LACKED, NO_SEQ, id_) for id_ in sorted(client.need)]
        self._post_items(frame.scope, [*have, *need])

    async def _on_query(self, frame: RepairQuery) -> None:
        now_s = self._talk.ground.now_s()
        silent = now_s - self._served_s >= REPAIR_S
        self._served_s = now_s
        if self._server is None or self._server[0] != frame.scope or silent:
            if not self._quota.take(1, now_s):
                return
            self._server = (frame.scope, Server(await self._items(frame.scope)))
        answer = self._server[1].reconcile(frame.message)
        forked = await self._is_forked(frame.scope)
        self._talk.wire.post(RepairReply(frame.scope, forked, answer))

    async def _on_items(self, frame: RepairItems) -> None:
        if self._talk.link.dialled:
            if frame.scope != self._scope:
                raise OrderError("items of a repair that was not begun")
            self._scope = None
        elif self._server is None or self._server[0] != frame.scope:
            raise OrderError("items of a repair that was not begun")
        else:
            self._server = None
            await self._take_flag(frame.scope, forked=frame.forked)
        asked = [item.id for item in frame.items if item.what is What.LACKED]
        await self._serve(frame.scope, asked)
        lacked = await self._take_names(frame.scope, frame.items)
        if not self._talk.link.dialled:
            told = await self._told_of(frame.scope, asked)
            self._post_items(frame.scope, [*told, *lacked])
        elif lacked:
            self._post_items(frame.scope, lacked)

    def _post_items(self, scope: Scope, items: list[RepairItem]) -> None:
        self._talk.wire.post(RepairItems(scope, self._forked, tuple(items[:MAX_REPAIR_ITEMS])))

    async def _items(self, scope: Scope) -> ItemSet:
        log = self._talk.ground.log
        match scope:
            case LogScope(handle):
                return ItemSet(Item(each.seq, each.id) for each in await log.ids(handle, MAX_IDS))
            case ClosedScope(class_, room):
                return ItemSet(Item(0, each) for each in await log.closed(room, class_))

    async def _is_of_pair(self, scope: Scope) -> bool:
        if isinstance(scope, ClosedScope):
            return carries(self._talk.pair, scope.room)
        state = (await self._talk.ground.log.logs([scope.handle])).get(scope.handle)
        return state is None or carries(self._talk.pair, state.room)

    async def _is_forked(self, scope: Scope) -> bool:
        if isinstance(scope, ClosedScope):
            return False
        state = (await self._talk.ground.log.logs([scope.handle])).get(scope.handle)
        return state is not None and state.row.forked

    async def _take_flag(self, scope: Scope, *, forked: bool) -> None:
        if isinstance(scope, LogScope):
            self._forked = await self._is_forked(scope) or forked
            if forked:
                await self._write(lambda tx: tx.flag_forked(scope.handle))

    async def _told_of(self, scope: Scope, ids: list[bytes]) -> list[RepairItem]:
        """Return what to say of these ids of this side's own."""
        if isinstance(scope, ClosedScope):
            mine = set(await self._talk.ground.log.closed(scope.room, scope.class_))
            return [RepairItem(What.HELD, NO_SEQ, id_) for id_ in ids if id_ in mine]
        known = {each.id: each for each in await self._talk.ground.log.ids(scope.handle, MAX_IDS)}
        found = [known[EnvelopeId(id_)] for id_ in ids if id_ in known]
        return [RepairItem(What.HELD if e.held else What.ID_ONLY, e.seq, e.id) for e in found]

    async def _serve(self, scope: Scope, ids: list[bytes]) -> None:
        """Queue the envelopes of these ids, whether they crossed this link before or not."""
        if isinstance(scope, LogScope) and ids:
            asked = [EnvelopeId(id_) for id_ in ids]
            held = await self._talk.ground.log.holding(scope.handle, asked)
            self._talk.wire.add(held, again=True)

    async def _take_names(self, scope: Scope, items: Iterable[RepairItem]) -> list[RepairItem]:
        """Keep the ids that come without bytes; return the question for those that have some."""
        named = [item for item in items if item.what is not What.LACKED]
        if isinstance(scope, ClosedScope):
            hashes = [item.id for item in named]
            await self._write(lambda tx: tx.take_closed(scope.room, scope.class_, hashes))
            return []
        known = {each.id for each in await self._talk.ground.log.ids(scope.handle, MAX_IDS)}
        new = [item for item in named if item.id not in known]
        if self._talk.link.dialled:  # what is held comes by itself: this side asked for it
            new = [item for item in new if item.what is What.ID_ONLY]
        names = [(i.seq, EnvelopeId(i.id)) for i in new if i.what is What.ID_ONLY]
        if names:
            await self._write(lambda tx: tx.take_tombstones(scope.handle, names))
        return [i._replace(what=What.LACKED) for i in new if i.what is What.HELD]

    async def _write(self, work: Callable[[Transaction], None]) -> None:
        await self._talk.ground.note(work)
