"""``/admin``: for the box's owner, by the Unix socket."""

from collections.abc import AsyncIterator, Callable

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Stream

from node.api.identity import by_socket_programs, claimant, on_unix_socket
from node.api.openapi import SESSION, reading, writing
from node.api.schemas import AdminToken
from node.contract.admin import Claim
from node.runtime.node import Node
from node.runtime.sessions import Session

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


@post(
    "/admin/claim-window",
    operation_id="openClaimWindow",
    tags=["admin"],
    guards=[by_socket_programs],
    status_code=204,
    responses=writing(),
)
async def open_claim_window(node: NamedDependency[Node]) -> None:
    """Let one session claim the box, for two minutes: somebody pressed its button."""
    node.admin_claim.open()


@post(
    "/admin/claim",
    operation_id="claimBox",
    tags=["admin"],
    status_code=200,
    responses=writing(),
    security=SESSION,
)
async def claim_box(node: NamedDependency[Node], session: NamedDependency[Session]) -> Claim:
    """Ask to be this box's admin for twelve hours; ask again after ``wait_s`` while waiting."""
    return node.admin_claim.ask(claimant(session))


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
