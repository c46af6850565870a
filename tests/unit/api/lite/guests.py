"""People at the pages: they follow links, fill in forms and press buttons, and run no script."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from httpx import ASGITransport

from tests.unit.api.boxes import BoxUnderTest
from tests.unit.api.lite.sheets import Form, Sheet

FORM = "application/x-www-form-urlencoded"
REDIRECT = 303


@dataclass
class Guest:
    """One browser at one address."""

    client: httpx.AsyncClient
    cookies: bool
    answer: httpx.Response | None = None
    path: str = ""

    @property
    def said(self) -> httpx.Response:
        """Return the last answer."""
        assert self.answer is not None
        return self.answer

    @property
    def page(self) -> Sheet:
        """Return the page that is open."""
        return Sheet(self.said.text)

    @property
    def place(self) -> str:
        """Return the address of the page that is open, without what follows a question mark."""
        return self.path.partition("?")[0]

    async def open(self, path: str, **headers: str) -> Sheet:
        """Open a page."""
        self.answer = await self.client.get(path, headers=headers)
        self.path = path
        self._forget()
        return self.page

    async def follow(self, caption: str) -> Sheet:
        """Follow the link with that caption."""
        return await self.open(self.page.link(caption))

    async def send(self, form: Form, tap: str | None = None, **typed: str) -> Sheet:
        """Fill in a form and press a button of it; then go where that leads.

        Args:
            form: as it stands in the page.
            tap: value of the button; None for one that says nothing.
            typed: what is typed into the fields.
        """
        fields = {**form.fields, **typed}
        named = [name for name, value, _ in form.buttons if name and value == tap]
        if tap is not None and named:
            fields[named[0]] = tap
        if form.method == "get":
            return await self.open(f"{form.action}?{urlencode(fields)}")
        await self.post(form.action, urlencode(fields))
        while self.said.status_code == REDIRECT:
            await self.open(self.said.headers["location"])
        return self.page

    async def post(self, path: str, body: str | bytes, **headers: str) -> httpx.Response:
        """Send a form's body as browsers do from a page without referrer."""
        given = {"content-type": FORM, "origin": "null", **headers}
        self.answer = await self.client.post(path, content=body, headers=given)
        self.path = urlsplit(path).path
        self._forget()
        return self.answer

    async def tap(self, value: str, **typed: str) -> Sheet:
        """Press a button of the form for messages that is open."""
        form = next(form for form in self.page.forms if "once" in form.fields)
        return await self.send(form, value, **typed)

    def _forget(self) -> None:
        if not self.cookies:
            self.client.cookies.clear()


def guest(
    box: BoxUnderTest, address: str = "10.83.73.50", *, cookies: bool = False, **headers: str
) -> Guest:
    """Return somebody at ``address`` who has opened nothing yet."""
    transport = ASGITransport(app=box.app.tcp, raise_app_exceptions=False, client=(address, 40_000))
    return Guest(
        httpx.AsyncClient(transport=transport, base_url="http://10.83.73.1", headers=headers),
        cookies,
    )


async def messages(box: BoxUnderTest, room: str = "everyone") -> list[dict[str, Any]]:
    """Return what was posted, oldest first."""
    answer = await box.client().get(f"/rooms/{room}/messages?limit=200")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def texts(box: BoxUnderTest) -> list[str]:
    """Return the texts of what was posted, oldest first."""
    return [message["text"] for message in await messages(box)]


async def named_guest(
    box: BoxUnderTest, name: str, address: str = "10.83.73.50", *, cookies: bool = False
) -> Guest:
    """Return somebody who has said a name, on the first screen."""
    visitor = guest(box, address, cookies=cookies)
    await visitor.open("/lite")
    await visitor.tap("", name=name)
    return visitor
