"""Asks a portal as a phone does, at a time."""

from dataclasses import dataclass
from typing import Any

from appliance.portal.app import Portal

BASE = "http://disasternet.internal/"
PHONE = "10.83.73.50"


@dataclass
class Heard:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """Return what a phone makes of it: page, home, stayed, online, or the status."""
        leads = {f"{BASE}lite": "page", BASE: "home"}
        if self.status == 302:
            return leads[self.headers["location"]]
        if b"keeps this Wi-Fi" in self.body:
            return "stayed"
        return "online" if self.status in {200, 204} else str(self.status)


class Street:
    """A portal with a clock that is set by hand."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s
        self.portal = Portal(
            base_url=BASE,
            own_hosts={"disasternet.internal", "10.83.73.1"},
            portal_hosts={"198.51.100.1"},
            monotonic_s=lambda: self.now_s,
        )

    async def ask(  # noqa: PLR0913 - the parts of a request's head
        self,
        host: str,
        path: str = "/",
        *,
        agent: str = "",
        method: str = "GET",
        phone: str = PHONE,
        languages: str = "en",
    ) -> Heard:
        """Return the answer to one request."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            raise AssertionError("a portal reads no body")

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"host", host.encode("latin-1")), (b"user-agent", agent.encode())]
        headers.append((b"accept-language", languages.encode()))
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
            "client": (phone, 40_000),
        }
        await self.portal(scope, receive, send)
        start, end = sent
        got = {key.decode(): value.decode() for key, value in start["headers"]}
        return Heard(start["status"], got, end["body"])
