"""The portal: a plain ASGI application that answers in the place of the whole internet."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

from appliance.portal.answers import Answer, down, led_to, not_here, online, stayed
from appliance.portal.clients import Clients, Event, Stage
from appliance.portal.probes import Probe, System, is_asked_by_system, probe_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

STAY_PATH: Final = "/stay"
"""On the portal's own address: the page's link "keep this Wi-Fi"."""

_READS: Final = frozenset({"GET", "HEAD"})


class Portal:
    """Answers probes by what each phone did before, and leads people to the box's page."""

    def __init__(
        self,
        *,
        base_url: str,
        own_hosts: Collection[str],
        portal_hosts: Collection[str],
        monotonic_s: Callable[[], float],
    ) -> None:
        """Start knowing nobody.

        Args:
            base_url: of the box's page, ending in a slash.
            own_hosts: names and addresses of the box: they come here only while the node is down.
            portal_hosts: addresses under which the portal is itself.
            monotonic_s: a clock that never goes back.
        """
        self._base_url = base_url
        self._own_hosts = frozenset(own_hosts)
        self._portal_hosts = frozenset(portal_hosts)
        self._monotonic_s = monotonic_s
        self._clients = Clients()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; nothing a phone sends is read beyond its head."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close"})
            return
        is_head = scope["method"] == "HEAD"
        answer = self._answer(scope)
        start = {"status": answer.status, "headers": answer.headers()}
        await send({"type": "http.response.start", **start})
        body = b"" if is_head else answer.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _answer(self, scope: Scope) -> Answer:
        host = _header(scope, b"host").partition(":")[0].rstrip(".").lower()
        languages = _header(scope, b"accept-language")
        if host in self._own_hosts:
            return down(languages)
        if scope["method"] not in _READS:
            return not_here(self._base_url)
        client = scope.get("client")
        address = str(client[0]) if client else ""
        if host in self._portal_hosts and scope["path"] == STAY_PATH:
            self._clients.see(address, Event.STAY, self._monotonic_s())
            return stayed(self._base_url, languages)
        probe = probe_of(host, scope["path"])
        if probe is not None and is_asked_by_system(probe, _header(scope, b"user-agent")):
            return self._to_system(probe, address)
        return self._to_person(probe, address)

    def _to_system(self, probe: Probe, address: str) -> Answer:
        stage = self._clients.see(address, Event.PROBE, self._monotonic_s(), probe.system)
        if stage is Stage.RELEASED:
            return online(probe.online)
        return led_to(f"{self._base_url}lite")

    def _to_person(self, probe: Probe | None, address: str) -> Answer:
        system: System | None = None if probe is None else probe.system
        self._clients.see(address, Event.PAGE, self._monotonic_s(), system)
        # A window that a system opened comes to a probe's address; a browser to any other one.
        return led_to(self._base_url if probe is None else f"{self._base_url}lite")


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return str(values[0].decode("latin-1")) if len(values) == 1 else ""
