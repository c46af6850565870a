"""``/admin/…``: what the box's owner takes out of it, for spreadsheets and for paper."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from node.api.handlers.people import CategoryName
from node.api.handlers.rooms import RoomParameter
from node.api.identity import Caller
from node.api.openapi import reading
from node.api.printing import printed
from node.api.schemas import room_of
from node.api.spreadsheet import (
    BEGIN,
    CSV,
    MESSAGE_TITLES,
    PEOPLE_TITLES,
    lines_of,
    message_cells,
    person_cells,
)
from node.contract.problems import UNKNOWN_ROOM
from node.runtime.node import Node

JSON_LINES: Final = "application/jsonl"

ALL: Final = (None, "looking", "offer", "info")
"""Every list of people there is; the first is of who is safe and who needs help."""


@get(
    "/admin/people",
    operation_id="exportPeople",
    tags=["admin"],
    media_type=CSV,
    responses=reading(),
)
async def export_people(
    node: NamedDependency[Node],
    admin: NamedDependency[Caller],  # noqa: ARG001 - refuses everybody else
    format: Annotated[Literal["csv", "print"], QueryParameter()] = "csv",  # noqa: A002 - the query's
    category: Annotated[CategoryName | None, QueryParameter()] = None,
) -> Response[Any]:
    """Take out the list of people, in all categories or one: a spreadsheet, or pages to print."""
    if format == "print":
        return await printed(node, category)

    async def pieces() -> AsyncIterator[str]:
        yield BEGIN + lines_of([PEOPLE_TITLES])
        for each in ALL if category is None else (category,):
            async for items in node.exports.people(each):
                yield lines_of(map(person_cells, items))

    return await _stream(pieces(), CSV, "people.csv")


@get(
    "/admin/rooms/{room_id:str}/export",
    operation_id="exportRoom",
    tags=["admin"],
    media_type=CSV,
    responses=reading(UNKNOWN_ROOM),
)
async def export_room(
    room_id: RoomParameter,
    node: NamedDependency[Node],
    admin: NamedDependency[Caller],  # noqa: ARG001 - refuses everybody else
    format: Annotated[Literal["csv", "jsonl"], QueryParameter()] = "csv",  # noqa: A002 - the query's
) -> Response[Any]:
    """Take out every message of a room, in the order in which they came to this box."""
    encode = msgspec.json.Encoder().encode_lines

    async def pieces() -> AsyncIterator[str]:
        head = BEGIN + lines_of([MESSAGE_TITLES]) if format == "csv" else ""
        async for messages in node.exports.messages(room_of(room_id)):
            body = lines_of(map(message_cells, messages)) if format == "csv" else None
            yield head + (encode(messages).decode() if body is None else body)
            head = ""
        yield head

    media_type = CSV if format == "csv" else JSON_LINES
    return await _stream(pieces(), media_type, f"{room_id[:8]}.{format}")


async def _stream(pieces: AsyncIterator[str], media_type: str, name: str) -> Stream:
    """Return ``pieces`` as a file; what prevents the first one is still told by a status."""
    first = await anext(pieces)

    async def whole() -> AsyncIterator[str]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(whole(), media_type=media_type, headers=headers)
