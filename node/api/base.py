"""Under which address a phone finds this box: what goes into QR codes and onto paper."""

from typing import Final

from node.api.addresses import plain_address
from node.api.asgi import Scope, header
from node.api.entrance import Entrance, entrance_of
from node.contract.facts import HotspotFacts

HOTSPOT_URL: Final = "http://disasternet.internal/"
"""The same on every box: a code printed on one is good on all."""


def base_url(scope: Scope, facts: HotspotFacts | None) -> str:
    """Return the address of the start page as the reader of a code will reach it.

    That of the hotspot when the request came by it, or from the box itself; else the address at
    which this request found the box, which the gate has let through.

    Args:
        scope: of a request that has passed the gate.
        facts: of the hotspot; None without one.
    """
    if facts is not None and _is_by_hotspot(scope, facts):
        return HOTSPOT_URL
    return f"http://{header(scope, b'host')}/"


def _is_by_hotspot(scope: Scope, facts: HotspotFacts) -> bool:
    entrance = entrance_of(scope)
    if entrance is Entrance.HOTSPOT or entrance.is_socket:
        return True
    server = scope.get("server")
    return server is not None and plain_address(str(server[0])) == facts.address
