"""What a filled-in form says: a name, a message, or both."""

import hashlib
from typing import Final

from node.api.lite.catalogue import Catalogue
from node.api.lite.forms import Saying
from node.api.schemas import CATEGORIES, room_of
from node.contract.people import User
from node.runtime.messages import Post
from node.runtime.node import Node
from node.runtime.sessions import Session

_DIGEST_CHARS: Final = 16


async def speak(node: Node, user: User, form: Saying, words: Catalogue) -> str:
    """Save the name and post the message of ``form``; return what was done, ``said`` or ``named``.

    Raises:
        RefusedError: ``INVALID``, ``UNKNOWN_ROOM``, ``FULL``; the message was not posted.
    """
    if form.name.strip() and form.name.strip() != user.name:
        # The secret of the session is not looked at: the user is proven.
        await node.people.introduce(form.name, None, Session(user, ""))
    if not form.is_message:
        return "named"
    await node.messages.post(user, room_of(form.room), _post(form, words))
    return "said"


def page_after(form: Saying) -> str:
    """Return the page that follows: the first screen, or the room that was written in."""
    return "" if form.room == "everyone" else f"room/{form.room}"


def _post(form: Saying, words: Catalogue) -> Post:
    is_tap = form.tap in {"safe", "help"}
    category = form.tap if is_tap else form.category
    text = form.text.strip() or words.say(f"{category}.text")
    return Post(
        text=text,
        category=CATEGORIES[category] if category else None,
        place=form.place.strip() or None,
        client_id=_client_id(form, text, category),
    )


def _client_id(form: Saying, text: str, category: str) -> str:
    """Return the same for the same form with the same words.

    The form's own number is not enough: after "Back" a browser shows the filled form again, and
    what is written into it then would pass for what was posted before.
    """
    said = f"{form.room}\0{category}\0{form.place}\0{text}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:_DIGEST_CHARS]
    return f"lite-{form.once}-{digest}"
