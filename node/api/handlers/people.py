"""``/people``: who is safe, who needs help, who is looked for, what is offered."""

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from node.api.handlers.messages import DEFAULT_LIMIT, CursorParameter, LimitParameter
from node.api.openapi import reading
from node.api.schemas import MAX_QUERY_CHARS
from node.contract.people import CheckInPage
from node.contract.problems import CURSOR, OTHER_STORE
from node.runtime.node import Node

CategoryName = Literal["safe", "help", "looking", "offer", "info"]


@get("/people", operation_id="listPeople", tags=["people"], responses=reading(CURSOR, OTHER_STORE))
async def list_people(
    node: NamedDependency[Node],
    q: Annotated[str | None, QueryParameter(min_length=1, max_length=MAX_QUERY_CHARS)] = None,
    category: Annotated[CategoryName | None, QueryParameter()] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    before: CursorParameter = None,
) -> CheckInPage:
    """List the newest check-in of each person: safe or in need; with a category those of it."""
    return await node.check_ins.page(q=q, category=category, limit=limit, before=before)
