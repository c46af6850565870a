"""Validation messages become sentences: checked against what the validators really say."""

import msgspec
import pytest

from node.api.problems import FieldError, InvalidError
from node.api.requests import decoded
from node.api.schemas import NewIdentity, NewMessage, ReadMark
from node.contract.problems import BAD_REQUEST, RefusedError


@pytest.mark.parametrize(
    ("body", "body_type", "field", "why"),
    [
        (b'{"text": 5}', NewMessage, "text", "Must be text."),
        (b'{"text": ""}', NewMessage, "text", "Must not be empty."),
        (
            b'{"text": "%b"}' % (b"a" * 2001),
            NewMessage,
            "text",
            "Must have at most 2000 characters.",
        ),
        (b'{"text": "a", "urgent": "true"}', NewMessage, "urgent", "Must be true or false."),
        (
            b'{"text": "a", "category": "x"}',
            NewMessage,
            "category",
            "Is not one of the values allowed here.",
        ),
        (
            b'{"text": "a", "reply_to": "AB"}',
            NewMessage,
            "reply_to",
            "Must be 64 hexadecimal digits in lower case.",
        ),
        (
            b'{"text": "a", "reply_to": "%b\\n"}' % (b"a" * 64),
            NewMessage,
            "reply_to",
            "Must be 64 hexadecimal digits in lower case.",
        ),
        (
            b'{"text": "a", "client_id": "a\\n"}',
            NewMessage,
            "client_id",
            "Must be 1 to 64 letters, digits, dots, colons, dashes or underscores.",
        ),
        (b'{"text": "a", "place": 1}', NewMessage, "place", "Must be text."),
        (b'{"text": "a", "tent": 1}', NewMessage, "tent", "Is not known here."),
        (b'{"urgent": true}', NewMessage, "text", "Is missing."),
        (b"[]", NewMessage, "body", "Must be a JSON object."),
        (b'"text"', NewMessage, "body", "Must be a JSON object."),
        (b"null", ReadMark, "body", "Must be a JSON object."),
        (b'{"name": null}', NewIdentity, "name", "Must be text."),
    ],
)
def test_each_fault_names_its_field_and_says_why(
    body: bytes, body_type: type[msgspec.Struct], field: str, why: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        decoded(body, body_type)
    assert caught.value.errors == [FieldError(field, why)]
    assert caught.value.detail == f"{field}: {why}"


def test_a_client_id_of_another_alphabet_is_explained() -> None:
    with pytest.raises(InvalidError, match="letters, digits, dots"):
        decoded(b'{"text": "a", "client_id": "a b"}', NewMessage)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{nope}",
        b'{"text": "a"} x',
        b'{"text": "\xff"}',
        b"\xff\xfe",
        b'{"text": ' + b"[" * 60_000,
    ],
)
def test_what_is_no_json_is_refused_and_nothing_else_escapes(body: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        decoded(body, NewMessage)
    assert caught.value.problem.status == 400
    if not isinstance(caught.value, InvalidError):
        assert caught.value.problem is BAD_REQUEST


def test_sixty_thousand_brackets_would_escape_the_decoder() -> None:
    """Control: without our own net these are a fault of the box."""
    with pytest.raises(RecursionError):
        msgspec.json.decode(b"[" * 60_000)


def test_a_message_at_every_limit_is_taken() -> None:
    body = msgspec.json.encode({"text": "ä" * 2000, "place": "p" * 80, "client_id": "a" * 64})
    post = decoded(body, NewMessage).post()
    assert (len(post.text), post.place, post.client_id) == (2000, "p" * 80, "a" * 64)
