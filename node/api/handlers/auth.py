"""``/auth``: who are you, here and on the next box."""

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody

from node.api.addresses import client_address
from node.api.base import base_url
from node.api.identity import Caller
from node.api.openapi import SESSION, reading, writing
from node.api.qr import svg_of
from node.api.requests import StrictRequest
from node.api.schemas import CarryRequest, HandoverWords, NewIdentity
from node.api.tokens import COOKIE_LIFE_S, cookie_name
from node.contract.people import Carried, Introduction, Me, Offer, Secret, User
from node.contract.problems import CONFLICT, WORDS
from node.protocol.ids import VerifyKey
from node.runtime.handovers import LIFE_S
from node.runtime.node import Node
from node.runtime.sessions import Session
from node.runtime.words import secret_of, words_of

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
    return Response(
        introduction, status_code=201 if is_new else 200, cookies=[session_cookie(introduction)]
    )


@get("/auth/me", operation_id="me", tags=["auth"], responses=reading())
async def me(node: NamedDependency[Node], caller: NamedDependency[Caller]) -> Me:
    """Who am I here, and who else speaks as me?"""
    user = None if caller.session is None else caller.session.user
    authors = [] if user is None else await node.people.speakers(user)
    return Me(user, node.people.box, caller.admin, authors)


@post(
    "/auth/carry",
    operation_id="carry",
    tags=["auth"],
    status_code=200,
    responses=writing(WORDS, CONFLICT),
    security=SESSION,
)
async def carry(
    data: JSONBody[CarryRequest],
    node: NamedDependency[Node],
    session: NamedDependency[Session],
    request: StrictRequest,
) -> Response[Carried]:
    """Go on as yourself on this box, stop somebody from speaking as you, or draw a secret.

    With author and proof, or secret: go on as that person. With drop: that author no longer speaks
    as you. Empty: get a new secret, shown once, to go on with at another box.
    """
    data.check()
    carried = Introduction(session.user, node.people.box, session.token)
    secret = None
    if data.drop is not None:
        user = await node.carrying.drop(session, VerifyKey(bytes.fromhex(data.drop)))
        carried = Introduction(user, node.people.box, session.token)
    elif data == CarryRequest():
        drawn = await node.carrying.draw(session)
        secret = secret_shown(drawn, session.user, base_url({**request.scope}, node.hotspot()))
    else:
        carried = await node.carrying.carry(
            session,
            None if data.author is None else VerifyKey(bytes.fromhex(data.author)),
            proof=None if data.proof is None else bytes.fromhex(data.proof),
            secret=None if data.secret is None else secret_of(data.secret),
        )
    answer = Carried(carried.user, carried.node, carried.token, secret)
    return Response(answer, cookies=[session_cookie(carried)])


@post(
    "/auth/handover",
    operation_id="offerHandover",
    tags=["auth"],
    responses=writing(),
    security=SESSION,
)
async def offer_handover(
    node: NamedDependency[Node], user: NamedDependency[User], request: StrictRequest
) -> Offer:
    """Get four words that open your identity in another browser of this box, once."""
    words = await node.handovers.offer(user)
    return offer_shown(words, base_url({**request.scope}, node.hotspot()))


@post(
    "/auth/handover/redeem",
    operation_id="redeemHandover",
    tags=["auth"],
    responses=writing(WORDS),
)
async def redeem_handover(
    data: JSONBody[HandoverWords], node: NamedDependency[Node], request: StrictRequest
) -> Response[Introduction]:
    """Type the four words that another browser showed: go on here as the same person."""
    introduction = await node.handovers.redeem(data.words, client_address({**request.scope}))
    return Response(introduction, cookies=[session_cookie(introduction)])


def session_cookie(introduction: Introduction) -> Cookie:
    """Return the cookie by which a browser is recognised."""
    return Cookie(
        key=cookie_name(introduction.node.id),
        value=introduction.token,
        path="/",
        max_age=COOKIE_LIFE_S,
        httponly=True,
        samesite="strict",
    )


def offer_shown(words: str, base: str) -> Offer:
    """Return the words of a hand-over as people see and scan them; ``base`` as by ``base_url``."""
    url = f"{base}lite/enter/{words.replace(' ', '-')}"
    return Offer(words, url, svg_of(url), LIFE_S)


def secret_shown(secret: bytes, user: User, base: str) -> Secret:
    """Return a carry secret of ``user`` as people write it down and scan it."""
    url = f"{base}lite/carry/{user.id}/{secret.hex()}"
    return Secret(words_of(secret), url, svg_of(url))
