"""Who is asking: one interface, a resolver per kind of credential."""

from dataclasses import dataclass
from typing import Any, Protocol

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency

from node.api.asgi import Scope
from node.api.entrance import Entrance, entrance_of
from node.api.tokens import bearer_token, cookie_token
from node.contract.people import User
from node.contract.problems import NO_IDENTITY, REFUSED, RefusedError
from node.runtime.admin_claim import AdminClaim
from node.runtime.people import People
from node.runtime.sessions import Session, token_hash

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request has proven."""

    session: Session | None = None
    admin: bool = False


class Resolver(Protocol):
    """Turns one kind of credential into a caller."""

    async def resolve(self, scope: Scope) -> Caller | None:
        """Return who the credential proves; None when the request carries none that counts.

        Raises:
            RefusedError: ``NO_IDENTITY``: the credential is not known here; do not go on.
        """
        ...


class BearerResolver:
    """``Authorization: Bearer``: a session secret, or the admin token."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def resolve(self, scope: Scope) -> Caller | None:
        """Return the caller of the session or of the admin token; see ``Resolver``."""
        token = bearer_token(scope)
        if token is None:
            return None
        session = await self._people.session(token)
        if session is not None:
            return Caller(session)
        heard_by_all = entrance_of(scope) is Entrance.HOTSPOT
        if not heard_by_all and await self._people.is_admin_token(token):
            return Caller(admin=True)
        detail = "This token is not known here."
        if heard_by_all:
            detail += " The admin token is never taken on the hotspot, where everyone hears it."
        raise RefusedError(NO_IDENTITY, detail)


class CookieResolver:
    """The session cookie of this box."""

    def __init__(self, people: People, cookie: str) -> None:
        self._people = people
        self._cookie = cookie

    async def resolve(self, scope: Scope) -> Caller | None:
        """Return the session's caller; a cookie of an earlier store proves nothing."""
        token = cookie_token(scope, self._cookie)
        session = None if token is None else await self._people.session(token)
        return None if session is None else Caller(session)


class Identity:
    """Asks the resolvers in turn, and whether the session has claimed the box."""

    def __init__(self, claim: AdminClaim, *resolvers: Resolver) -> None:
        self._claim = claim
        self._resolvers = resolvers

    async def of(self, connection: Connection) -> Caller:
        """Return the caller of ``connection``; whoever proves nothing is nobody.

        Raises:
            RefusedError: ``NO_IDENTITY``: a credential is not known here.
        """
        scope: Scope = {**connection.scope}
        is_owner = entrance_of(scope) is Entrance.OWNER
        for resolver in self._resolvers:
            caller = await resolver.resolve(scope)
            if caller is not None:
                admin = caller.admin or is_owner or self._has_claimed(caller.session)
                return Caller(caller.session, admin)
        return Caller(admin=is_owner)

    def _has_claimed(self, session: Session | None) -> bool:
        return session is not None and self._claim.holds(claimant(session))


def claimant(session: Session) -> str:
    """Return what names a session to the claim of this box."""
    return token_hash(session.token).hex()


async def provide_session(caller: NamedDependency[Caller]) -> Session:
    """Return the caller's session.

    Raises:
        RefusedError: ``NO_IDENTITY``.
    """
    if caller.session is None:
        raise RefusedError(
            NO_IDENTITY, "Type your name on the start page, or send it to POST /auth/init."
        )
    return caller.session


async def provide_admin(caller: NamedDependency[Caller]) -> Caller:
    """Return the caller, who may use the admin's part.

    Raises:
        RefusedError: ``REFUSED``.
    """
    if not caller.admin:
        raise RefusedError(REFUSED, "Only the box's owner may ask this. See docs/api.md, admin.")
    return caller


async def provide_user(session: NamedDependency[Session]) -> User:
    """Return the person who asks."""
    return session.user


def by_socket_programs(connection: Connection, _: object) -> None:
    """Let only programs of this machine through: the owner's and the appliance.

    Raises:
        RefusedError: ``REFUSED``.
    """
    if not entrance_of({**connection.scope}).is_socket:
        raise RefusedError(REFUSED, "Only the box itself may ask this, by its Unix socket.")


def on_unix_socket(connection: Connection, _: object) -> None:
    """Let only the owner's programs on this machine through.

    Raises:
        RefusedError: ``REFUSED``.
    """
    if entrance_of({**connection.scope}) is not Entrance.OWNER:
        raise RefusedError(REFUSED, "Only the box itself may ask this, by its Unix socket.")
