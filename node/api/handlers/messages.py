"""``/rooms/{id}/messages``, ``/messages`` and ``/search``: what people say."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from node.api.handlers.rooms import RoomParameter
from node.api.openapi import SESSION, reading, writing
from node.api.schemas import MAX_CURSOR_CHARS, MAX_QUERY_CHARS, NewMessage, room_of
from node.api.sentences import HEX_64, ROOM
from node.contract.messages import Message, MessagePage
from node.contract.people import User
from node.contract.problems import CURSOR, OTHER_STORE, UNKNOWN_MESSAGE, UNKNOWN_ROOM
from node.protocol.ids import EnvelopeId
from node.runtime.node import Node

MAX_LIMIT: Final = 200
"""Messages in one answer, about 0.3 MB at most on average; more is asked for page by page."""
DEFAULT_LIMIT: Final = 50
COSE: Final = "application/cose"

LimitParameter = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)]
CursorParameter = Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_CHARS)]


@post(
    "/rooms/{room_id:str}/messages",
    operation_id="postMessage",
    tags=["messages"],
    responses=writing(UNKNOWN_ROOM),
    security=SESSION,
)
async def post_message(
    room_id: RoomParameter,
    data: JSONBody[NewMessage],
    node: NamedDependency[Node],
    user: NamedDependency[User],
) -> Message:
    """Post a message; answered once it is signed and safe on disk. Posting joins the room."""
    return await node.messages.post(user, room_of(room_id), data.post())


@get(
    "/rooms/{room_id:str}/messages",
    operation_id="listMessages",
    tags=["messages"],
    responses=reading(UNKNOWN_ROOM, CURSOR, OTHER_STORE),
)
async def list_messages(
    room_id: RoomParameter,
    node: NamedDependency[Node],
    limit: LimitParameter = DEFAULT_LIMIT,
    before: CursorParameter = None,
    after: CursorParameter = None,
) -> MessagePage:
    """List messages: the newest, those ``before`` a cursor, or what arrived ``after`` one."""
    return await node.messages.page(room_of(room_id), limit=limit, before=before, after=after)


@get(
    "/messages/{message_id:str}/envelope",
    operation_id="getEnvelope",
    tags=["messages"],
    media_type=COSE,
    responses=reading(UNKNOWN_MESSAGE),
)
async def get_envelope(
    message_id: Annotated[str, PathParameter(pattern=HEX_64)], node: NamedDependency[Node]
) -> Response[bytes]:
    """Get the exact signed bytes, a COSE_Sign1 that any COSE library verifies."""
    exact = await node.messages.envelope(EnvelopeId(bytes.fromhex(message_id)))
    return Response(exact, media_type=COSE)


@get(
    "/search",
    operation_id="search",
    tags=["messages"],
    responses=reading(CURSOR, OTHER_STORE),
)
async def search(
    q: Annotated[str, QueryParameter(min_length=1, max_length=MAX_QUERY_CHARS)],
    node: NamedDependency[Node],
    room: Annotated[str | None, QueryParameter(pattern=ROOM)] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    before: CursorParameter = None,
) -> MessagePage:
    """Find messages that hold all words of ``q``, newest arrival first."""
    where = None if room is None else room_of(room)
    return await node.messages.search(q, room=where, limit=limit, before=before)
