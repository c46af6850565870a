"""A refusal as a page: one sentence, and what was typed is still in the fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from node.api.asgi import Scope, header
from node.api.lite.catalogue import LANGUAGES, Catalogue, chosen
from node.api.lite.places import home_of, lang_cookie
from node.api.templating import environment, policy, style_of
from node.contract.problems import SLOW_DOWN, Problem, RefusedError

STYLE: Final = "lite/style.css"
HTML: Final = "text/html; charset=utf-8"

SENT: Final = frozenset({"name", "text"})
"""Fields of a form that sends something; words of an earlier visit are only looked at."""

VISIBLE: Final = ("name", "text", "category", "place", "words")
"""Fields that a person fills in; all others come again as they were."""

_TYPED: Final = "lite typed"
_DEFAULT_WAIT_S: Final = 1


class SaidError(RefusedError):
    """A refusal that the catalogues have a sentence for; nothing was changed."""

    def __init__(self, problem: Problem, key: str, **slots: object) -> None:
        self.key = key
        self.slots = slots
        super().__init__(problem)


@dataclass(slots=True)
class Typed:
    """A form on its way: what the page shows again should it be refused."""

    fields: dict[str, str]
    action: str
    """Where the form goes when it is sent again."""
    words: Catalogue


class Told(NamedTuple):
    """What a page says above the form."""

    sentence: str
    detail: str = ""
    """More, in English only."""
    good: bool = False


def remember(scope: Scope, typed: Typed) -> None:
    """Keep ``typed`` for a refusal of this request."""
    scope["state"][_TYPED] = typed


def remembered(scope: Scope) -> Typed | None:
    """Return what ``remember`` kept; None when no form was read."""
    typed = scope.get("state", {}).get(_TYPED)
    return typed if isinstance(typed, Typed) else None


def refusal_page(scope: Scope, error: RefusedError, *, wait_s: int | None = None) -> str:
    """Return the page that tells ``error``, with the form in it when one was read.

    Args:
        scope: of the refused request.
        error: why.
        wait_s: seconds after which it may be tried again.
    """
    typed = remembered(scope)
    words = words_of(scope) if typed is None else typed.words
    sentence = _sentence(words, error, wait_s)
    is_plain = words.lang == "en" and not isinstance(error, SaidError)
    tells_more = is_plain and error.detail not in {sentence, error.problem.title}
    return again_page(scope, typed, words, Told(sentence, error.detail if tells_more else ""))


def again_page(
    scope: Scope,
    typed: Typed | None,
    words: Catalogue,
    told: Told,
) -> str:
    """Return a page with what is ``told`` above what was ``typed``."""
    fields: Mapping[str, str] = {} if typed is None else typed.fields
    context: dict[str, Any] = {
        "words": words,
        "style": style_of(STYLE).css,
        "title": "again.title" if fields.keys() & SENT else "sorry.title",
        "tone": "done" if told.good else "bad",
        "sentence": told.sentence,
        "detail": told.detail,
        "action": "" if typed is None else typed.action,
        "kept": any(fields.get(name) for name in ("name", "text", "words")),
        "hidden": [pair for pair in fields.items() if pair[0] not in VISIBLE],
        "typed": {name: fields[name] for name in VISIBLE if name in fields},
        "back": home_of(scope["path"]),
    }
    return environment().get_template("lite/again.html").render(context)


def page_policy() -> str:
    """Return the Content-Security-Policy of these pages."""
    return policy(style_of(STYLE))


def words_of(scope: Scope) -> Catalogue:
    """Return the words of the language that a request asks for, without looking at a session."""
    query = scope.get("query_string", b"").decode("latin-1")
    asked = next((lang for lang in LANGUAGES if f"lang={lang}" in query.split("&")), None)
    return chosen(asked, lang_cookie(scope), accept=header(scope, b"accept-language"))


def _sentence(words: Catalogue, error: RefusedError, wait_s: int | None) -> str:
    if isinstance(error, SaidError):
        return words.say(error.key, **error.slots)
    if error.problem is SLOW_DOWN:
        return words.say("sorry.slow-down", n=wait_s or _DEFAULT_WAIT_S)
    key = f"sorry.{error.problem.slug}"
    return words.say(key if key in words.sentences else "sorry.other")
