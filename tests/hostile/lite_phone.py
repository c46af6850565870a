"""A phone at the pages of a real node: it has an address, runs no script, and keeps no cookie."""

import re
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode

import httpx

from tests.hostile.node_process import NodeProcess
from tests.unit.api.lite.sheets import Form, Sheet

FORM: Final = {"content-type": "application/x-www-form-urlencoded", "origin": "null"}
ONCE: Final = "0f" * 16
WAIT_S: Final = 30.0

_WORDS: Final = re.compile(r'class="words"[^>]*>([^<]*)<')


@dataclass
class LitePhone:
    """One phone at one address."""

    client: httpx.Client
    address: str
    place: str = "/lite"
    """Of its own pages: with the session in it, once there is one."""
    cookie: str = ""
    """What a browser that takes cookies would have been given."""

    @classmethod
    def at(cls, node: NodeProcess, address: str = "127.0.7.1") -> Self:
        """Return a phone at one of this machine's addresses."""
        return cls.at_url(node.url, address)

    @classmethod
    def at_url(cls, url: str, address: str = "127.0.7.1") -> Self:
        """Return a phone at one of this machine's addresses that knows a node's own."""
        transport = httpx.HTTPTransport(local_address=address, verify=False)
        return cls(httpx.Client(transport=transport, base_url=url, timeout=WAIT_S), address)

    def __enter__(self) -> Self:
        """Use as a context that closes the connections at its end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.client.close()

    def get(self, path: str = "", **headers: str) -> httpx.Response:
        """Return the page at ``path`` below the phone's own place, or at an address."""
        answer = self.client.get(self._to(path), headers=headers)
        self.client.cookies.clear()
        return answer

    def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> httpx.Response:
        """Send a form, as browsers do from a page that lets no referrer out."""
        body = fields if isinstance(fields, bytes) else urlencode(fields)
        answer = self.client.post(self._to(path), content=body, headers={**FORM, **headers})
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0] or self.cookie
        self.client.cookies.clear()
        return answer

    def page(self, path: str = "") -> Sheet:
        """Return a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Sheet(answer.text)

    def form(self, path: str, end: str) -> Form:
        """Return the form of a page whose action ends so."""
        return self.page(path).form(end)

    def ticket(self) -> str:
        """Return what the box gives this address."""
        return self.form("/lite/carry", "carry").fields["ticket"]

    def begin(self, name: str = "Ana", text: str = "", **more: str) -> Self:
        """Become somebody with the first word; return this phone."""
        fields = {"ticket": self.ticket(), "once": ONCE, "name": name, "text": text, **more}
        self.follow(self.post("/lite/begin", fields))
        return self

    def follow(self, answer: httpx.Response) -> None:
        """Go on where an answer leads."""
        assert answer.status_code == 303, answer.text
        self.place = answer.headers["location"].partition("?")[0]

    def act(self, name: str, **fields: str) -> httpx.Response:
        """Send one of the forms of somebody who is somebody."""
        return self.post(name, fields)

    def say(self, text: str, once: str = ONCE, **more: str) -> httpx.Response:
        """Post a message."""
        return self.act("say", text=text, once=once, **more)

    def offer(self) -> str:
        """Return four words that open this person elsewhere."""
        return shown_words(self.act("offer"))

    def draw(self) -> str:
        """Return the twelve words of a new paper."""
        return shown_words(self.act("draw"))

    def enter(self, words: str) -> httpx.Response:
        """Go on as somebody by words."""
        return self.post("/lite/carry", {"ticket": self.ticket(), "words": words})

    @property
    def session(self) -> str:
        """Return the 32 digits of the session in the phone's address."""
        return self.place.rpartition("/")[2]

    def user(self) -> str:
        """Return the id of the person that the cookie of this session proves; empty: nobody."""
        answer = self.client.get("/auth/me", headers={"cookie": self.cookie})
        user: dict[str, Any] | None = answer.json()["user"]
        return "" if user is None else str(user["id"])

    def texts(self) -> list[str]:
        """Return what was posted to everyone, the oldest first."""
        items = self.client.get("/rooms/everyone/messages?limit=200").json()["items"]
        return [item["text"] for item in items]

    def _to(self, path: str) -> str:
        if path.startswith("/"):
            return path
        return f"{self.place}/{path}" if path else self.place


def shown_words(answer: httpx.Response) -> str:
    """Return the words that a page shows."""
    assert answer.status_code == 200, answer.text
    found = _WORDS.search(answer.text)
    assert found is not None, answer.text
    return found[1]
