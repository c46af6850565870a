"""Takes one form: reads it, finds whose it is, and sends the browser on."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from litestar.di import NamedDependency

from node.api.lite.again import SaidError, Typed, remember
from node.api.lite.catalogue import LANGUAGES, Catalogue
from node.api.lite.forms import Form, Returning, fields_of, read
from node.api.lite.pages import Answer, keep_lang, to
from node.api.lite.places import BEGIN
from node.api.lite.viewer import Viewer, Visit, place_of
from node.api.tokens import COOKIE_LIFE_S, cookie_name
from node.contract.people import User
from node.contract.problems import REFUSED, RefusedError
from node.protocol.ids import VerifyKey
from node.runtime.pop_ups import PopUp
from node.runtime.sessions import Session
from node.runtime.words import secret_of

F = TypeVar("F", bound=Form)


@dataclass(slots=True)
class Desk:
    """One POST on its way."""

    visit: Visit
    fields: dict[str, str] = field(default_factory=dict[str, str])
    _viewer: Viewer | None = None
    _typed: Typed | None = None

    @property
    def viewer(self) -> Viewer:
        """Return who sent the form; only after ``read``."""
        if self._viewer is None:
            raise TypeError("the form is read first")
        return self._viewer

    @property
    def words(self) -> Catalogue:
        """Return the words of the sender's language; only after ``read``."""
        return self.viewer.words

    async def read(self, form: type[F]) -> F:
        """Return the form; from now on a refusal shows again what was typed.

        Raises:
            RefusedError: it is no form of this kind.
        """
        self.fields = await fields_of(self.visit.request)
        self._viewer = await self.visit.viewer(self.fields.get("lang"))
        path = self.visit.request.url.path
        known = {name: self.fields[name] for name in form.__struct_fields__ if name in self.fields}
        self._typed = Typed({**known, "ticket": self._viewer.ticket}, path, self.words)
        remember(self.visit.scope, self._typed)
        return read(self.fields, form)

    async def person(self, form: Form) -> tuple[Viewer, Session]:
        """Return the sender, who has a session.

        Raises:
            SaidError: ``REFUSED``: the session ended, or the form is not this box's own.
        """
        viewer = self.viewer
        if viewer.session is None or viewer.note is not None:
            self._begin_anew()
            raise SaidError(REFUSED, f"sorry.{viewer.note or 'ended'}")
        if viewer.pop_up is None and not self._is_own(form):
            raise SaidError(REFUSED, "sorry.form")
        return viewer, viewer.session

    async def enter(self, ticket: str, name: str) -> PopUp:
        """Return the session that ``ticket`` begins, or has begun.

        Raises:
            RefusedError: as ``PopUps.enter``.
        """
        pop_ups, address = self.visit.node.pop_ups, self.visit.address
        return await self._begun(ticket, pop_ups.enter(ticket, address, name))

    async def go_on(self, form: Returning) -> Answer:
        """Let the sender be who the words of ``form`` belong to.

        Raises:
            RefusedError: the words or the form cannot be used; see ``Handovers`` and ``Carrying``.
        """
        if not self._is_own(form) and self.viewer.pop_up is None:
            raise SaidError(REFUSED, "sorry.form")
        node, address = self.visit.node, self.visit.address
        if form.is_handover:
            handed = await node.handovers.redeem(form.words, address)
            return await self._settle_as(form, handed.user, handed.token, "entered")
        secret = secret_of(form.words)
        author = None if form.author is None else VerifyKey(bytes.fromhex(form.author))
        session = self.viewer.session
        if session is None or self.viewer.note is not None:
            enter = node.pop_ups.enter_carried(form.ticket, address, secret, author)
            pop_up = await self._begun(form.ticket, enter)
            return self.settle(pop_up.token, pop_up, done="carried")
        carried = await node.carrying.carry(session, author, secret=secret)
        if carried.user.id == session.user.id:
            return to(self.viewer.go("", done="carried"))
        return await self._settle_as(form, carried.user, carried.token, "carried")

    def settle(
        self, token: str, pop_up: PopUp, *, page: str = "", done: str | None = None
    ) -> Answer:
        """Return the way to the session's own pages; browsers that keep cookies get one."""
        path = f"{place_of(pop_up)}/{page}" if page else place_of(pop_up)
        answer = to(f"{path}?done={done}" if done else path)
        answer.set_cookie(
            cookie_name(self.visit.node.people.box.id),
            token,
            path="/",
            max_age=COOKIE_LIFE_S,
            httponly=True,
            samesite="strict",
        )
        return keep_lang(answer, self.fields.get("lang"))

    async def _settle_as(self, form: Form, user: User, token: str, done: str) -> Answer:
        node, address = self.visit.node, self.visit.address
        ticket = form.ticket if self._is_own(form) else self.viewer.ticket
        pop_up = await self._begun(ticket, node.pop_ups.enter_as(ticket, address, user))
        if pop_up.user.id != user.id:  # the ticket has begun another session already
            pop_up = await node.pop_ups.enter_as(self.viewer.ticket, address, user)
        return self.settle(token, pop_up, done=done)

    def _is_own(self, form: Form) -> bool:
        return self.visit.node.pop_ups.is_own(form.ticket, self.visit.address)

    async def _begun(self, ticket: str, beginning: Awaitable[PopUp]) -> PopUp:
        """Return the session that begins by ``ticket``, in the language of the form.

        What is refused later keeps the ticket, so that the form makes no second session; when the
        ticket itself is refused, the form gets a new one.
        """
        try:
            pop_up = await beginning
        except RefusedError as error:
            if error.problem is REFUSED:
                raise SaidError(REFUSED, "sorry.form") from error
            raise
        if self._typed is not None:
            self._typed.fields["ticket"] = ticket
        lang = self.fields.get("lang", "")
        if lang in LANGUAGES:
            await self.visit.node.pop_ups.set_lang(pop_up, lang)
        return pop_up

    def _begin_anew(self) -> None:
        """Let the form, sent again, begin a session: what was typed is not lost with the old."""
        if self._typed is not None:
            self._typed.action = BEGIN if "once" in self._typed.fields else ""


async def provide_desk(visit: NamedDependency[Visit]) -> Desk:
    """Return what takes the form of a request."""
    return Desk(visit)
