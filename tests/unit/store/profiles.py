"""Profiles of people on other boxes."""

import itertools
from collections.abc import Iterable

from node.protocol.carry import prove
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE, VerifyKey
from node.protocol.keys import SigningKey
from node.protocol.kinds import SAFETY, Kind, Profile
from tests.fakes.authors import RemoteAuthor


def key_of(author: RemoteAuthor) -> VerifyKey:
    """Return who ``author`` is."""
    return author.key.verify_key


def declares(
    author: RemoteAuthor,
    *,
    carry: SigningKey | None = None,
    continues: tuple[RemoteAuthor, SigningKey] | None = None,
    not_me: Iterable[RemoteAuthor] = (),
) -> Envelope:
    """Return the next profile of ``author``.

    Args:
        author: who signs.
        carry: whose public half it publishes.
        continues: whom it continues, and the carry key that proves it.
        not_me: whom it disowns.
    """
    claim = None
    if continues is not None:
        old, key = continues
        claim = (key_of(old), prove(key, key_of(old), key_of(author)))
    profile = Profile(
        name=author.name,
        carry_key=None if carry is None else carry.verify_key,
        continues=claim,
        not_me=tuple(map(key_of, not_me)),
    )
    return author.signs(Kind.PROFILE, profile, EVERYONE, SAFETY, 0)


def chain(
    length: int, prefix: str = "box", not_me: Iterable[RemoteAuthor] = ()
) -> tuple[list[RemoteAuthor], list[Envelope]]:
    """Return authors that each continue the one before, and their profiles."""
    authors = [RemoteAuthor(f"{prefix} {number}") for number in range(length + 1)]
    profiles = [declares(authors[0], carry=authors[0].key)]
    profiles += [
        declares(new, carry=new.key, continues=(old, old.key), not_me=not_me)
        for old, new in itertools.pairwise(authors)
    ]
    return authors, profiles
