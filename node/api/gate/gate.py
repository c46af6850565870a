"""One plain ASGI layer around everything else."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from node.api.addresses import plain_address
from node.api.asgi import AsgiApp, Message, Receive, Scope, Send, header, header_count
from node.api.entrance import Entrance, Entrances, entered
from node.api.gate.hosts import Hosts, is_own_page
from node.api.gate.rates import Rates, is_lasting
from node.api.headers import dressed
from node.api.lite.places import FORM, is_lite, session_in
from node.api.refusal import Refusal, refuse
from node.api.tokens import bearer_token, cookie_token, shortened
from node.contract.problems import (
    FAULT,
    HOST,
    MEDIA_TYPE,
    NOT_FOUND,
    ORIGIN,
    REFUSED,
    SLOW_DOWN,
)

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

APPLIANCE_PATHS: Final = frozenset(
    {"/status", "/ws/status", "/links", "/clock/vote", "/admin/claim-window"}
)
"""All that the appliance asks of the node."""

NOT_ON_HOTSPOT: Final = frozenset({"docs", "metrics"})
"""First parts of paths that are for operators."""


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the gate decides by."""

    hosts: Hosts
    entrances: Entrances
    rates: Rates
    lasting: tuple[Rates, Rates]
    """What one address, and all together, may make of what is kept without an end."""
    cookie_name: str
    socket_paths: Collection[str]
    """Every WebSocket there is; the framework cannot refuse others before accept."""


class Gate:
    """Decides about Host, Origin, content type, rates and entrances; dresses every answer."""

    def __init__(self, app: AsgiApp, rules: GateRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with its entrance noted; HEAD goes on as GET."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        entrance = self._rules.entrances.of(scope)
        refusal = self._refusal(scope, entrance)
        if refusal is not None:
            await refuse(scope, receive, send, refusal)
        elif scope["type"] == "http":
            await self._pass_http(entered(scope, entrance), receive, send)
        else:
            await self._pass_websocket(entered(scope, entrance), receive, send)

    async def _pass_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_head = scope["method"] == "HEAD"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": dressed(message.get("headers", []))}
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        if is_head:
            # A copy: the server must still see HEAD, and send no body.
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, answer)

    async def _pass_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "websocket.close" and not began:
                # The framework gave up before accept; servers would answer with an empty 403.
                began = True
                await refuse(scope, receive, send, Refusal(FAULT))
                return
            began = True
            await send(message)

        await self._app(scope, receive, answer)

    def _refusal(self, scope: Scope, entrance: Entrance) -> Refusal | None:
        is_write = scope["type"] == "websocket" or scope["method"] not in _READS
        return (
            self._wrong_host(scope, entrance)
            or self._wrong_entrance(scope, entrance)
            or (self._wrong_origin(scope) if is_write else None)
            or (self._wrong_content(scope) if is_write else None)
            or (self._too_often(scope, entrance) if is_write else None)
            or self._no_such_socket(scope)
        )

    def _wrong_host(self, scope: Scope, entrance: Entrance) -> Refusal | None:
        if entrance.is_socket:
            return None
        once = header_count(scope, b"host") == 1
        return None if once and self._rules.hosts.knows(header(scope, b"host")) else Refusal(HOST)

    def _wrong_entrance(self, scope: Scope, entrance: Entrance) -> Refusal | None:
        if entrance is Entrance.STRANGER:
            return Refusal(REFUSED, "This socket is for the box's own programs.")
        if entrance is Entrance.APPLIANCE and scope["path"] not in APPLIANCE_PATHS:
            return Refusal(REFUSED, "The appliance may not ask this.")
        first = next((part for part in scope["path"].split("/") if part), "")
        if entrance is Entrance.HOTSPOT and first in NOT_ON_HOTSPOT:
            return Refusal(REFUSED, "This is not shown on the hotspot. Connect by cable.")
        return None

    def _wrong_origin(self, scope: Scope) -> Refusal | None:
        if header_count(scope, b"origin") == 0:
            return None  # no browser: nobody else's page can leave it out
        once = header_count(scope, b"origin") == 1
        origin = header(scope, b"origin")
        own = is_own_page(origin, header(scope, b"host"))
        # Browsers send "null" with a form of a page whose referrer policy is no-referrer (Fetch,
        # "append a request Origin header"). Any page can be such a one: below /lite a form proves
        # itself by the session in its address, or by its ticket.
        from_form = origin == "null" and _takes_forms(scope)
        return None if once and (own or from_form) else Refusal(ORIGIN)

    def _wrong_content(self, scope: Scope) -> Refusal | None:
        length = header(scope, b"content-length").strip()
        has_body = length.strip("0") != "" or header_count(scope, b"transfer-encoding") > 0
        kind = header(scope, b"content-type").partition(";")[0].strip().lower()
        if not has_body or kind == (FORM if _takes_forms(scope) else "application/json"):
            return None
        return Refusal(MEDIA_TYPE)  # also what a foreign site's plain form would send

    def _too_often(self, scope: Scope, entrance: Entrance) -> Refusal | None:
        if entrance is Entrance.OWNER:
            return None
        client = scope.get("client")
        address = f"address {plain_address(str(client[0]))}" if client else entrance.value
        keys = [address]
        token = (
            bearer_token(scope)
            or cookie_token(scope, self._rules.cookie_name)
            or session_in(scope["path"])
        )
        if token:
            keys.append(f"session {shortened(token)}")
        wait_s = self._rules.rates.wait_s(*keys)
        # As routed: the framework leaves empty parts of a path out, wherever they are.
        path = "/" + "/".join(part for part in scope["path"].split("/") if part)
        if is_lasting(path) and not wait_s:
            of_one, of_all = self._rules.lasting
            wait_s = of_one.wait_s(address) or of_all.wait_s("all")
        if not wait_s:
            return None
        return Refusal(SLOW_DOWN, headers=[(b"retry-after", str(math.ceil(wait_s)).encode())])

    def _no_such_socket(self, scope: Scope) -> Refusal | None:
        is_unknown = scope["type"] == "websocket" and scope["path"] not in self._rules.socket_paths
        return Refusal(NOT_FOUND) if is_unknown else None


def _takes_forms(scope: Scope) -> bool:
    return scope["type"] == "http" and is_lite(scope["path"])
