"""IP addresses as sockets tell them, in one form each."""

import ipaddress

from node.api.asgi import Scope


def plain_address(text: str) -> str:
    """Return ``text`` without scope, and an IPv4 address as itself when it comes mapped to IPv6.

    A listener for both families tells ``::ffff:10.83.73.1``, which is the same local address as
    ``10.83.73.1`` and must be refused the same things. What is no address comes back as it is.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def client_address(scope: Scope) -> str:
    """Return where a request came from, for what is bound to an address."""
    client = scope.get("client")
    return plain_address(str(client[0])) if client else "local"
