"""``/qr``: codes that a phone's camera reads."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from node.api.base import base_url
from node.api.openapi import reading
from node.api.qr import kept_svg_of, wifi_text
from node.api.requests import StrictRequest
from node.contract.problems import NOT_FOUND, RefusedError
from node.runtime.node import Node

SVG: Final = "image/svg+xml"


@get(
    "/qr/wifi.svg",
    operation_id="getWifiCode",
    tags=["codes"],
    media_type=SVG,
    responses=reading(NOT_FOUND),
)
async def get_wifi_code(node: NamedDependency[Node]) -> Response[str]:
    """Get the code that lets a phone join this box's Wi-Fi."""
    facts = node.hotspot()
    if facts is None:
        raise RefusedError(NOT_FOUND, "This box has no Wi-Fi of its own to join.")
    return Response(kept_svg_of(wifi_text(facts), "Join the Wi-Fi of this box"), media_type=SVG)


@get(
    "/qr/open.svg", operation_id="getOpenCode", tags=["codes"], media_type=SVG, responses=reading()
)
async def get_open_code(node: NamedDependency[Node], request: StrictRequest) -> Response[str]:
    """Get the code that opens the page of this box."""
    url = base_url({**request.scope}, node.hotspot())
    return Response(kept_svg_of(url, "Open the page of this box"), media_type=SVG)
