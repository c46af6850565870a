"""Run the portal: ``python -m appliance.portal``; unprivileged, with nothing of its own to keep."""

import time
from typing import Final

import click
import uvicorn

from appliance.portal.app import Portal

OWN_HOSTS: Final = frozenset({"disasternet.internal", "10.83.73.1", "172.29.80.1"})
PORTAL_HOSTS: Final = frozenset({"198.51.100.1"})
BASE_URL: Final = "http://disasternet.internal/"

KEEP_ALIVE_S: Final = 1
"""Every answer closes; what does not is let go of soon."""


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True)  # noqa: S104 - by nftables' redirect
@click.option("--port", default=8081, show_default=True)
def main(host: str, port: int) -> None:
    """Answer phones that look for the internet."""
    portal = Portal(
        base_url=BASE_URL,
        own_hosts=OWN_HOSTS,
        portal_hosts=PORTAL_HOSTS,
        monotonic_s=time.monotonic,
    )
    uvicorn.run(
        portal,
        host=host,
        port=port,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
    )


if __name__ == "__main__":
    main(prog_name="disasternet-portal")
