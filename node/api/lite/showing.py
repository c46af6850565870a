"""Pages from their parts: what every template finds, and how much fits into one."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from litestar.response import Template

from node.api.lite.again import STYLE
from node.api.lite.catalogue import Catalogue, every_catalogue
from node.api.lite.viewer import Viewer, Visit
from node.api.templating import NO_FRAMES, OWN_FRAMES, style_of, styled
from node.contract.messages import Message
from node.contract.people import CheckIn
from node.protocol.ids import EVERYONE

FRAMED: Final = "new.html"
"""The one page that stands inside another."""

PAGE_WEIGHT_BYTES: Final = 5_500
"""Text and names of others on one page, in UTF-8.

With the rest of a page 10 kB after gzip, also when somebody fills it with what does not compress:
a phone at the edge of the hotspot, and twenty that load the list every 15 s, share one channel.
"""

CUT_CHARS: Final = 280
"""Where lists cut a text; the whole of it is a link away."""

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

DONE: Final = frozenset({"said", "named", "joined", "dropped", "carried", "entered", "lang"})
"""What an act may say of itself on the page after it."""


def shown(
    visit: Visit,
    viewer: Viewer,
    template: str,
    here: str,
    /,
    **more: object,
) -> Template:
    """Return a page.

    Args:
        visit: the request.
        viewer: who looks.
        template: name of the page's template.
        here: the page's own address below the viewer's place.
        more: what this template finds beside what all do.
    """
    context: dict[str, Any] = {
        "viewer": viewer,
        "words": viewer.words,
        "box": visit.node.people.box,
        "linked": len(visit.node.peering.sessions),
        "languages": every_catalogue(),
        "here": here,
        "everyone": EVERYONE.hex(),
        "done": None,
        "title": viewer.words.say("first.title"),
        "age": ages(viewer.words, visit.node.wall_ms()),
        **more,
    }
    framed_by = OWN_FRAMES if template == FRAMED else NO_FRAMES
    return styled(f"lite/{template}", context, style_of(STYLE), framed_by=framed_by)


def ages(words: Catalogue, now_ms: int) -> Callable[[int], str]:
    """Return what says in words how long ago a time was."""

    def age(sort_ms: int) -> str:
        passed_ms = now_ms - sort_ms
        for unit, unit_ms in (("days", DAY_MS), ("hours", HOUR_MS), ("minutes", MINUTE_MS)):
            if passed_ms >= unit_ms:
                return words.say(f"age.{unit}", n=passed_ms // unit_ms)
        return words.say("age.now")

    return age


def fitting(weights: Sequence[int], budget_bytes: int = PAGE_WEIGHT_BYTES) -> int:
    """Return how many of the first items fit on a page; one always does."""
    total, count = 0, 0
    for weight in weights:
        total += weight
        if count and total > budget_bytes:
            break
        count += 1
    return count


def message_weight(message: Message, cut: int | None = None) -> int:
    """Return how much of a page ``message`` fills when its text is cut after ``cut``."""
    return _bytes(message.author.name, message.place, message.text[:cut])


def check_in_weight(item: CheckIn, cut: int) -> int:
    """Return how much of a page ``item`` fills when its text is cut after ``cut``."""
    return _bytes(item.name, item.place, item.text[:cut])


def _bytes(*texts: str | None) -> int:
    return sum(len(text.encode()) for text in texts if text)


def done_of(said: str | None) -> str | None:
    """Return what the act before this page says of itself, when it is one of ours."""
    return said if said in DONE else None
