"""Where a request came in; decides what it may ask, before anything it says is read."""

from collections.abc import Collection
from enum import Enum
from typing import Final

from node.api.addresses import plain_address
from node.api.asgi import Scope
from node.contract.credentials import Credentials

CREDENTIALS: Final = "credentials"
"""Key of a scope's state: the kernel's word on the far end, or None where it gave none."""
_STATE: Final = "entrance"


class Entrance(Enum):
    """The ways in."""

    NETWORK = "network"
    HOTSPOT = "hotspot"
    """The open Wi-Fi, where everyone hears everything: no admin, no ``/docs``, no ``/metrics``."""
    OWNER = "owner"
    """The Unix socket, from root or the node's own user: admin."""
    APPLIANCE = "appliance"
    """The Unix socket, from the appliance's user: the few calls it needs."""
    STRANGER = "stranger"
    """The Unix socket, from anybody else: nothing."""

    @property
    def is_socket(self) -> bool:
        """Return whether this is the Unix socket, which no browser reaches."""
        return self in {Entrance.OWNER, Entrance.APPLIANCE, Entrance.STRANGER}


class Entrances:
    """Tells the ways in apart."""

    def __init__(
        self,
        hotspot_addresses: Collection[str],
        owner_uids: Collection[int],
        appliance_uid: int | None,
    ) -> None:
        """Know the box.

        Args:
            hotspot_addresses: this box's own addresses on the hotspot.
            owner_uids: users who may do everything.
            appliance_uid: the appliance's user; None without one.
        """
        self._hotspot = {plain_address(address) for address in hotspot_addresses}
        self._owners = frozenset(owner_uids)
        self._appliance_uid = appliance_uid

    def of(self, scope: Scope) -> Entrance:
        """Return the way in of an ASGI scope.

        Whoever serves the Unix socket sees to it that the state has credentials, and whoever serves
        the network that it has none.
        """
        state = scope.get("state", {})
        if CREDENTIALS in state:
            return self._of_credentials(state[CREDENTIALS])
        server = scope.get("server")
        if server is not None and plain_address(str(server[0])) in self._hotspot:
            return Entrance.HOTSPOT
        return Entrance.NETWORK

    def _of_credentials(self, credentials: Credentials | None) -> Entrance:
        if credentials is None:
            return Entrance.STRANGER
        if credentials.uid in self._owners:
            return Entrance.OWNER
        return Entrance.APPLIANCE if credentials.uid == self._appliance_uid else Entrance.STRANGER


def without_credentials(scope: Scope) -> Scope:
    """Return a copy of ``scope`` as the network's: nobody comes in there as the owner."""
    state = {key: value for key, value in scope.get("state", {}).items() if key != CREDENTIALS}
    return {**scope, "state": state}


def with_credentials(scope: Scope) -> Scope:
    """Return a copy of ``scope`` as the Unix socket's, with the credentials it has or None."""
    return {**scope, "state": {CREDENTIALS: None, **scope.get("state", {})}}


def entered(scope: Scope, entrance: Entrance) -> Scope:
    """Return a copy of ``scope`` that remembers its way in."""
    return {**scope, "state": {**scope.get("state", {}), _STATE: entrance}}


def entrance_of(scope: Scope) -> Entrance:
    """Return the way in that ``entered`` noted."""
    entrance = scope["state"][_STATE]
    if not isinstance(entrance, Entrance):
        raise TypeError("the gate notes the entrance of every request")
    return entrance
