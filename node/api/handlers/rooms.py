"""``/rooms``: where people talk."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from node.api.identity import Caller
from node.api.openapi import SESSION, reading, writing
from node.api.schemas import NewRoom, ReadMark, room_of
from node.api.sentences import ROOM
from node.contract.people import User
from node.contract.problems import CONFLICT, CURSOR, OTHER_STORE, UNKNOWN_ROOM
from node.contract.rooms import Room
from node.runtime.node import Node

RoomParameter = Annotated[str, PathParameter(pattern=ROOM)]


@post("/rooms", operation_id="createRoom", tags=["rooms"], responses=writing(), security=SESSION)
async def create_room(
    data: JSONBody[NewRoom], node: NamedDependency[Node], user: NamedDependency[User]
) -> Room:
    """Open a room; you join it."""
    return await node.rooms.create(user, data.name)


@get("/rooms", operation_id="listRooms", tags=["rooms"], responses=reading())
async def list_rooms(node: NamedDependency[Node], caller: NamedDependency[Caller]) -> list[Room]:
    """List every room this box knows, as you see them."""
    return await node.rooms.all(None if caller.session is None else caller.session.user)


@post(
    "/rooms/{room_id:str}/join",
    operation_id="joinRoom",
    tags=["rooms"],
    status_code=200,
    responses=writing(UNKNOWN_ROOM),
    security=SESSION,
)
async def join_room(
    room_id: RoomParameter, node: NamedDependency[Node], user: NamedDependency[User]
) -> Room:
    """Join a room; joining twice changes nothing."""
    return await node.rooms.join(user, room_of(room_id))


@post(
    "/rooms/{room_id:str}/leave",
    operation_id="leaveRoom",
    tags=["rooms"],
    status_code=200,
    responses=writing(UNKNOWN_ROOM, CONFLICT),
    security=SESSION,
)
async def leave_room(
    room_id: RoomParameter, node: NamedDependency[Node], user: NamedDependency[User]
) -> Room:
    """Leave a room; nobody can leave ``everyone``."""
    return await node.rooms.leave(user, room_of(room_id))


@post(
    "/rooms/{room_id:str}/read",
    operation_id="markRead",
    tags=["rooms"],
    status_code=200,
    responses=writing(UNKNOWN_ROOM, CURSOR, OTHER_STORE),
    security=SESSION,
)
async def mark_read(
    room_id: RoomParameter,
    data: JSONBody[ReadMark],
    node: NamedDependency[Node],
    user: NamedDependency[User],
) -> Room:
    """Say how far you have read."""
    return await node.rooms.read(user, room_of(room_id), data.up_to)
