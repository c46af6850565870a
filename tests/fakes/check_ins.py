"""People who check in, and who were carried from one box to the next."""

from node.protocol import kinds
from node.protocol.carry import carry_key, prove
from node.protocol.envelope import Envelope
from node.protocol.ids import EVERYONE
from node.protocol.kinds import Category, Kind, Message, Profile
from node.protocol.limits import DEFAULT_TTL_S
from tests.fakes.authors import RemoteAuthor


def checks_in(
    author: RemoteAuthor,
    category: Category | None,
    text: str = "x",
    place: str | None = None,
    ttl_s: int = DEFAULT_TTL_S,
) -> Envelope:
    """Return the next message of ``author``, with a category and a place."""
    class_ = kinds.signed_class(Kind.MESSAGE, category=category)
    body = Message(text, category, place=place)
    return author.signs(Kind.MESSAGE, body, EVERYONE, class_, ttl_s)


def carried(old: RemoteAuthor, new: RemoteAuthor, *, truly: bool = True) -> list[Envelope]:
    """Return the profiles that make ``new`` the same person as ``old``.

    Args:
        old: on the box where the person began.
        new: on the box the person went on to.
        truly: whether the proof holds.
    """
    secret = carry_key(old.name.encode()[:16].ljust(16))
    proof = prove(secret, old.key.verify_key, (new if truly else old).key.verify_key)
    return [
        _profile(old, Profile(old.name, secret.verify_key)),
        _profile(new, Profile(new.name, continues=(old.key.verify_key, proof))),
    ]


def _profile(author: RemoteAuthor, profile: Profile) -> Envelope:
    return author.signs(Kind.PROFILE, profile, EVERYONE, kinds.SAFETY, 0)
