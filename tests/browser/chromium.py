"""How Chromium is started: it asks nobody, and takes the test's name for this machine."""

from tests.browser.running_node import PUBLIC_NAME

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {PUBLIC_NAME} 127.0.0.1",
)
