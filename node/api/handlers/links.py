"""``/links``: one visit to one address, for couriers."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from node.api.identity import by_socket_programs
from node.api.openapi import writing
from node.api.schemas import Visit
from node.contract.sync import LinkReport
from node.runtime.node import Node
from node.runtime.peering.visiting import visit


@post(
    "/links",
    operation_id="visitBox",
    tags=["peers"],
    guards=[by_socket_programs],
    status_code=200,
    responses=writing(),
)
async def visit_box(data: JSONBody[Visit], node: NamedDependency[Node]) -> LinkReport:
    """Dial one address at once, sync, end the link; answers when settled or failed.

    Unix socket only, also for the appliance.
    """
    return await visit(node.peering, data.address, data.interface, data.deadline_s)
