"""Who looks at a page, and from where: the address of every link and form hangs on it."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from node.api.addresses import client_address
from node.api.asgi import Scope, header
from node.api.identity import Caller
from node.api.lite.catalogue import LANGUAGES, Catalogue, chosen, is_nameless
from node.api.lite.places import CARRY, COOKIE_ACTS, ROOT, is_session_page, lang_cookie, session_in
from node.contract.people import User
from node.runtime.node import Node
from node.runtime.pop_ups import PopUp
from node.runtime.sessions import Session

LangParameter = Annotated[str | None, QueryParameter(max_length=8)]


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, known or not, and how their browser keeps the session."""

    words: Catalogue
    address: str
    ticket: str
    """Proof that a form is this box's own and of this address; makes a person who has none."""
    session: Session | None
    pop_up: PopUp | None
    """The session, when it lives in the address of the page."""
    carried: str | None = None
    """Language that travels in the links of whoever has no session to keep it in."""
    note: str | None = None
    """``ended`` or ``went``: the session that the address names is no more."""

    @property
    def user(self) -> User | None:
        """Return the person; None before the first word."""
        return None if self.session is None else self.session.user

    @property
    def named(self) -> bool:
        """Return whether the person has said a name."""
        return self.user is not None and not is_nameless(self.user.name)

    @property
    def place(self) -> str:
        """Return what the addresses of the viewer's pages begin with."""
        return ROOT if self.pop_up is None else place_of(self.pop_up)

    @property
    def entrance(self) -> str:
        """Return where words of an earlier visit go."""
        return CARRY if self.session is None else self.act("carry")

    def at(self, page: str) -> str:
        """Return the address of ``page``; empty for the first screen."""
        return f"{self.place}/{page}" if page else self.place

    def act(self, name: str) -> str:
        """Return where a form of a person with a session goes."""
        return f"{COOKIE_ACTS if self.pop_up is None else self.place}/{name}"

    def go(self, page: str, **query: str | None) -> str:
        """Return the address of ``page`` with what is not empty of ``query``."""
        given = {**query, "lang": self.carried}
        text = urlencode({name: value for name, value in given.items() if value})
        return f"{self.at(page)}?{text}" if text else self.at(page)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, and what answers it."""

    request: Request[Any, Any, Any]
    node: Node
    caller: Caller

    @property
    def scope(self) -> Scope:
        """Return the request's scope."""
        return {**self.request.scope}

    @property
    def address(self) -> str:
        """Return whence the request came."""
        return client_address(self.scope)

    async def viewer(self, lang: str | None = None) -> Viewer:
        """Return who looks.

        Args:
            lang: as asked for in the address.
        """
        named = session_in(self.request.url.path)
        pop_up = None if named is None else await self.node.pop_ups.find(named, self.address)
        session, note = self.caller.session, None
        if pop_up is None and is_session_page(self.request.url.path):
            note = await self._ending(named)
        elif pop_up is not None:
            session = Session(pop_up.user, pop_up.token)
        return Viewer(
            words=self.words(lang, None if pop_up is None else pop_up.lang),
            address=self.address,
            ticket=self.node.pop_ups.ticket(self.address),
            session=session,
            pop_up=pop_up,
            carried=lang if lang in LANGUAGES else None,
            note=note,
        )

    async def _ending(self, session: str | None) -> str:
        """Return how a session ended that is no more."""
        if session is None:
            return "ended"
        went = await self.node.pop_ups.went_on(session, self.address)
        return "went" if went else "ended"

    def words(self, lang: str | None = None, stored: str | None = None) -> Catalogue:
        """Return the words of the language asked for, stored, kept or accepted, in this order."""
        scope = self.scope
        kept = lang_cookie(scope)
        return chosen(lang, stored, kept, accept=header(scope, b"accept-language"))


def place_of(pop_up: PopUp) -> str:
    """Return the first screen of a session that lives in the address."""
    return f"{ROOT}/s/{pop_up.id}"


async def provide_visit(
    request: Request[Any, Any, Any],
    node: NamedDependency[Node],
    caller: NamedDependency[Caller],
) -> Visit:
    """Return what the handlers of these pages work with."""
    return Visit(request, node, caller)
