"""``/admin``: for the box's owner, by the Unix socket."""

from collections.abc import AsyncIterator, Callable

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Stream

from node.api.identity import on_unix_socket
from node.api.openapi import reading, writing
from node.api.schemas import AdminToken
from node.runtime.node import Node

Backup = Callable[[], AsyncIterator[bytes]]
BACKUP_TYPE = "application/octet-stream"


@post(
    "/admin/token",
    operation_id="makeAdminToken",
    tags=["admin"],
    guards=[on_unix_socket],
    responses=writing(),
)
async def make_admin_token(node: NamedDependency[Node]) -> AdminToken:
    """Make a new admin token; the one before is void. Unix socket only."""
    return AdminToken(await node.people.new_admin_token())


@get(
    "/admin/backup",
    operation_id="backUp",
    tags=["admin"],
    guards=[on_unix_socket],
    media_type=BACKUP_TYPE,
    responses=reading(),
)
async def back_up(backup: NamedDependency[Backup]) -> Stream:
    """Get a consistent copy of everything this box keeps. Unix socket only."""
    pieces = backup()
    # The copy is made before the first piece comes; what prevents it is still told by a status.
    first = await anext(pieces)

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return Stream(whole(), media_type=BACKUP_TYPE)
