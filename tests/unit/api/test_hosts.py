"""Which names a box answers to."""

import pytest

from node.api.gate.hosts import Hosts, is_own_page

LONG = ".".join(["a" * 60] * 3)
"""What no box is called unless its owner says so."""
HOSTS = Hosts(("Disasternet.Test", f"{LONG}.example"))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LOCALHOST",
        "10.83.73.1",
        "127.0.0.1:8080",
        "[::1]:8080",
        "[fe80::1%25eth0]",
        "box.local",
        "box.valley.local:80",
        "disasternet.internal",
        "disasternet.internal.",
        "disasternet.test:1",
        f"{'a' * 63}.local:65535",
        f"{LONG}.example:8080",
    ],
)
def test_own_names_and_addresses_are_known(host: str) -> None:
    assert HOSTS.knows(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "disasternet.internal.evil.example",
        "evil-local",
        "local",
        ".local",
        "evil.example@10.0.0.1",
        "10.0.0.1/x",
        "10.0.0.1#local",
        "10.0.0.1:99999",
        "10.0.0.1:x",
        "127.1",
        "[::1",
        "a b.local",
        "evil.example\\.local",
        f"{LONG}.local",
        f"[fe80::1%25{LONG}]",
    ],
)
def test_anything_else_is_foreign(host: str) -> None:
    assert not HOSTS.knows(host)


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://box.local", "box.local", True),
        ("http://BOX.local:8080", "box.local:8080", True),
        ("http://box.local:8081", "box.local:8080", False),
        ("https://box.local", "box.local", False),
        ("http://evil.example", "box.local", False),
        ("null", "box.local", False),
        ("", "box.local", False),
        ("http://box.local.evil.example", "box.local", False),
    ],
)
def test_only_a_page_of_the_same_host_and_port_is_ours(origin: str, host: str, own: bool) -> None:  # noqa: FBT001 - a table
    assert is_own_page(origin, host) is own
