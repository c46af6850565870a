"""On the hotspot the page leads to the portal, which lets the phone keep the Wi-Fi."""

from pathlib import Path

import pytest

from node.contract.facts import HotspotFacts
from tests.unit.api.boxes import HOTSPOT, open_box

pytestmark = pytest.mark.anyio

FACTS = HotspotFacts("DisasterNet", HOTSPOT)
LINK = 'href="http://198.51.100.1/stay"'


@pytest.mark.parametrize(
    ("host", "facts", "leads"),
    [(HOTSPOT, FACTS, True), ("127.0.0.1", FACTS, False), ("127.0.0.1", None, False)],
)
async def test_the_portal_is_named_where_there_is_one(
    tmp_path: Path, host: str, facts: HotspotFacts | None, *, leads: bool
) -> None:
    async with open_box(tmp_path, hotspot=facts) as box:
        page = await box.client(host).get("/lite/open")
    assert page.status_code == 200
    assert (LINK in page.text) == leads
