"""Which built form of a file a client gets."""

import pytest

from node.api.encodings import choose_encoding

ALL = {"identity", "br", "gzip"}


@pytest.mark.parametrize(
    ("accept", "available", "chosen"),
    [
        ("br, gzip", ALL, "br"),
        ("gzip, br", ALL, "br"),
        ("gzip", ALL, "gzip"),
        ("GZIP", ALL, "gzip"),
        ("br;q=0, gzip", ALL, "gzip"),
        ("br; q=0.0, gzip;q=0", ALL, "identity"),
        ("br;q=0.001", ALL, "br"),
        ("br", {"identity", "gzip"}, "identity"),
        ("*", ALL, "br"),
        ("*;q=0, gzip", ALL, "gzip"),
        ("identity;q=0", {"identity"}, "identity"),
        ("br;q=high", ALL, "identity"),
        ("", ALL, "identity"),
        (",,;=", ALL, "identity"),
    ],
)
def test_the_best_form_that_the_client_takes_is_chosen(
    accept: str, available: set[str], chosen: str
) -> None:
    assert choose_encoding(accept, available) == chosen
