"""Holds a node to what people on the pages without script were shown."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from tests.crash.walked import Fact, Step, Thing, read_lines
from tests.hostile.lite_phone import LitePhone

ELSEWHERE: Final = "127.0.7.200"
"""Address of a phone that nobody in the story has."""

REDIRECT: Final = 303


def read(path: Path) -> list[Fact]:
    """Return all that was told so far."""
    content = path.read_bytes() if path.exists() else b""
    return read_lines(content[: content.rfind(b"\n") + 1].splitlines())


def lost(facts: Iterable[Fact], url: str) -> list[str]:
    """Return which answers the node at ``url`` does not hold to; uses the words it looks at.

    Args:
        facts: what was told, in its order.
        url: the node's.
    """
    steps = [fact for fact in facts if isinstance(fact, Step)]
    with LitePhone.at_url(url, ELSEWHERE) as phone:
        stored = _messages(phone)
    seen = _Seen(url, stored, steps)
    checks: dict[Thing, Callable[[Step], bool]] = {
        Thing.TEXT: seen.has_once,
        Thing.NAME: seen.is_named,
        Thing.SESSION: seen.has_session,
        Thing.ENDED: seen.has_ended,
        Thing.DROPPED: seen.is_dropped,
        Thing.PAPER: seen.opens,
        Thing.WORDS: seen.opens,
    }
    wrong = [str(step) for step in steps if step.thing in checks and not checks[step.thing](step)]
    return wrong + seen.twice()


def _messages(phone: LitePhone) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    before = ""
    while True:
        page = phone.client.get(f"/rooms/everyone/messages?limit=200{before}").json()
        items += page["items"]
        if page["next"] is None:
            return items
        before = f"&before={page['next']}"


class _Seen:
    """What the node shows, against what was told."""

    def __init__(self, url: str, stored: list[dict[str, Any]], steps: list[Step]) -> None:
        self._url = url
        self._counts = Counter(message["text"] for message in stored)
        self._authors: defaultdict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        for message in stored:
            walk = message["text"].rpartition(" ")[0]
            self._authors[walk].add(message["author"]["id"])
            self._names[walk].add(message["author"]["name"])
        self._over = {step.value for step in steps if step.thing is Thing.ENDING}

    def has_once(self, step: Step) -> bool:
        """Return whether the message is there, once."""
        return self._counts[step.value] == 1

    def is_named(self, step: Step) -> bool:
        """Return whether the person has the name."""
        return self._names[step.walk] == {step.value}

    def has_session(self, step: Step) -> bool:
        """Return whether the address is the person's, unless it is being handed over."""
        return step.value in self._over or self._is_whose(step)

    def has_ended(self, step: Step) -> bool:
        """Return whether the address is nobody's any more."""
        return not self._is_whose(step)

    def is_dropped(self, step: Step) -> bool:
        """Return whether an author is not among those who speak for the person."""
        page, _, author = step.value.partition(" ")
        with LitePhone.at_url(self._url, step.address) as phone:
            shown = phone.get(page).text
        return step.walk in shown and author not in shown

    def opens(self, step: Step) -> bool:
        """Return whether the words open the person who wrote in this walk."""
        with LitePhone.at_url(self._url, ELSEWHERE) as phone:
            answer = phone.enter(step.value)
            if answer.status_code != REDIRECT:
                return False
            return {phone.user()} == self._authors[step.walk]

    def twice(self) -> list[str]:
        """Return the walks that more than one person wrote in."""
        return [f"{walk}: {len(ids)} people" for walk, ids in self._authors.items() if len(ids) > 1]

    def _is_whose(self, step: Step) -> bool:
        with LitePhone.at_url(self._url, step.address) as phone:
            answer = phone.get(step.value)
            return f'action="{step.value}/say"' in answer.text and step.walk in answer.text
