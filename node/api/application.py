"""Puts the API together."""

import os
from contextlib import AbstractAsyncContextManager
from typing import Final, cast

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.template import TemplateConfig

from node.api.asgi import AsgiApp, Receive, Scope, Send
from node.api.entrance import Entrances, with_credentials, without_credentials
from node.api.failures import answer
from node.api.gate.gate import Gate, GateRules
from node.api.gate.hosts import Hosts
from node.api.gate.rates import Rates
from node.api.handlers import (
    admin,
    auth,
    exports,
    links,
    messages,
    peers,
    people,
    poster,
    problem_pages,
    qr,
    rooms,
    status,
)
from node.api.identity import (
    BearerResolver,
    Caller,
    Connection,
    CookieResolver,
    Identity,
    provide_admin,
    provide_session,
    provide_user,
)
from node.api.lite.desk import provide_desk
from node.api.lite.handlers import LITE
from node.api.lite.viewer import provide_visit
from node.api.openapi import DOCS_PATH, SCHEMA_PATH, START, START_PATH, description
from node.api.pages import Pages
from node.api.refusal import Refusal, refuse
from node.api.requests import StrictRequest, known_query_only
from node.api.schemas import MAX_BODY_BYTES
from node.api.settings import ApiSettings
from node.api.sockets import SOCKET_PATHS, SOCKETS
from node.api.templating import engine
from node.api.tokens import cookie_name
from node.contract.problems import NOT_FOUND, RefusedError
from node.runtime.node import Node

__all__ = ["ApiSettings", "Application", "build"]

_HANDLERS: Final = (
    auth.introduce,
    auth.me,
    auth.carry,
    auth.offer_handover,
    auth.redeem_handover,
    peers.list_peers,
    peers.get_peer,
    links.visit_box,
    rooms.create_room,
    rooms.list_rooms,
    rooms.join_room,
    rooms.leave_room,
    rooms.mark_read,
    messages.post_message,
    messages.list_messages,
    messages.get_envelope,
    messages.search,
    people.list_people,
    qr.get_wifi_code,
    qr.get_open_code,
    poster.show_poster,
    status.get_status,
    status.get_sync_state,
    status.vote_on_time,
    admin.make_admin_token,
    admin.open_claim_window,
    admin.claim_box,
    admin.back_up,
    exports.export_people,
    exports.export_room,
    problem_pages.show_problem,
    *LITE,
    *SOCKETS,
)


NOT_LITE: Final = "^(?!/$|/lite(/|$))"
"""Paths whose answers are not compressed as they are made; ``/`` is never asked of Litestar."""


class Application:
    """Two ASGI applications over one node; whoever serves them runs the lifespan, once."""

    def __init__(self, litestar: Litestar, pages: Pages, rules: GateRules) -> None:
        self._litestar = litestar
        self._pages = pages
        self._gate = Gate(self._route, rules)

    async def tcp(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one WebSocket, of the network."""
        await self._gate(without_credentials(scope), receive, send)

    async def unix(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one WebSocket, of the Unix socket."""
        await self._gate(with_credentials(scope), receive, send)

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """Return what must surround serving."""
        return self._litestar.lifespan()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] == "http" and self._pages.hold(path):
            await self._pages(scope, receive, send)
        elif path.startswith(f"{DOCS_PATH}/") and path.rstrip("/") not in {DOCS_PATH, SCHEMA_PATH}:
            # Litestar answers unknown paths below its description with a page of its own.
            await refuse(scope, receive, send, Refusal(NOT_FOUND))
        else:
            await cast("AsgiApp", self._litestar)(scope, receive, send)


def build(node: Node, settings: ApiSettings) -> Application:
    """Return the API of ``node``."""
    cookie = cookie_name(node.people.box.id)
    owner_uids = {0, os.getuid()}
    rules = GateRules(
        hosts=Hosts(settings.public_names),
        entrances=Entrances(settings.hotspot_addresses, owner_uids, settings.appliance_uid),
        rates=Rates(settings.clock, per_s=settings.write_rate_per_s, burst=settings.write_burst),
        lasting=Rates.of_lasting(
            settings.clock, per_s=settings.lasting_rate_per_s, burst=settings.lasting_burst
        ),
        cookie_name=cookie,
        socket_paths=SOCKET_PATHS,
    )
    pages = settings.pages.plus(START_PATH, START)
    return Application(_litestar(node, settings, cookie), pages, rules)


def _litestar(node: Node, settings: ApiSettings, cookie: str) -> Litestar:
    resolvers = BearerResolver(node.people), CookieResolver(node.people, cookie)
    identity = Identity(node.admin_claim, *resolvers)

    async def provide_caller(request: Connection) -> Caller:
        return await identity.of(request)

    return Litestar(
        _HANDLERS,
        dependencies={
            "node": Provide(lambda: node, sync_to_thread=False),
            "backup": Provide(lambda: settings.backup, sync_to_thread=False),
            "desk": Provide(provide_desk),
            "visit": Provide(provide_visit),
            "caller": Provide(provide_caller),
            "admin": Provide(provide_admin),
            "session": Provide(provide_session),
            "user": Provide(provide_user),
        },
        guards=[known_query_only],
        template_config=TemplateConfig(instance=engine()),
        compression_config=CompressionConfig("gzip", exclude=NOT_LITE),
        exception_handlers={RefusedError: answer, HTTPException: answer, Exception: answer},
        openapi_config=description(settings.version, cookie),
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
