"""``/auth``: who are you."""

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody

from node.api.identity import Caller
from node.api.openapi import reading, writing
from node.api.schemas import NewIdentity
from node.api.tokens import COOKIE_LIFE_S, cookie_name
from node.contract.people import Introduction, Me
from node.runtime.node import Node

_AGAIN = {
    200: ResponseSpec(
        Introduction, generate_examples=False, description="The identity of this session, as it is."
    )
}


@post("/auth/init", operation_id="introduce", tags=["auth"], responses=writing() | _AGAIN)
async def introduce(
    data: JSONBody[NewIdentity], node: NamedDependency[Node], caller: NamedDependency[Caller]
) -> Response[Introduction]:
    """Say your name: get an identity on this box, or give yours another name."""
    carry_public = None if data.carry_public is None else bytes.fromhex(data.carry_public)
    introduction, is_new = await node.people.introduce(data.name, carry_public, caller.session)
    cookie = Cookie(
        key=cookie_name(introduction.node.id),
        value=introduction.token,
        path="/",
        max_age=COOKIE_LIFE_S,
        httponly=True,
        samesite="strict",
    )
    return Response(introduction, status_code=201 if is_new else 200, cookies=[cookie])


@get("/auth/me", operation_id="me", tags=["auth"], responses=reading())
async def me(node: NamedDependency[Node], caller: NamedDependency[Caller]) -> Me:
    """Who am I here?"""
    user = None if caller.session is None else caller.session.user
    return Me(user, node.people.box, caller.admin, [])
