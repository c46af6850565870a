"""``GET /lite…``: the pages; none of them changes anything."""

import secrets
from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect
from markupsafe import Markup

from node.api.base import HOTSPOT_URL, base_url
from node.api.lite.catalogue import LANGUAGES
from node.api.lite.forms import HEX_32, MAX_WORDS_CHARS
from node.api.lite.places import CARRY, ENTER, LANG_COOKIE, ROOT
from node.api.lite.reading import Lists
from node.api.lite.showing import CUT_CHARS, done_of, shown
from node.api.lite.viewer import LangParameter, Viewer, Visit
from node.api.qr import kept_svg_of, svg_of
from node.api.schemas import MAX_CURSOR_CHARS, MAX_QUERY_CHARS, room_of
from node.api.sentences import HEX_64, ROOM
from node.api.tokens import COOKIE_LIFE_S
from node.protocol.ids import EVERYONE

ONCE_BYTES: Final = 16

STAY_URL: Final = "http://198.51.100.1/stay"
"""The appliance's portal: from then on the phone hears that there is internet, and stays."""

Short = Annotated[str | None, QueryParameter(max_length=16)]
Cursor = Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_CHARS)]
Visiting = NamedDependency[Visit]
Answer = Response[Any]


def both(page: str) -> list[str]:
    """Return where ``page`` stands: for a session in the address, and for everybody else."""
    return [f"{ROOT}{page}", f"{ROOT}/s/{{pop_up_id:str}}{page}"]


@get(both(""), include_in_schema=False)
async def first(visit: Visiting, lang: LangParameter = None, done: Short = None) -> Answer:
    """Show the first screen: two buttons, a box to write, the newest messages."""
    viewer = await visit.viewer(lang)
    page = shown(visit, viewer, "first.html", "", once=new_once(), done=done_of(done))
    return keep_lang(page, lang)


@get(both("/new"), include_in_schema=False)
async def new(visit: Visiting, lang: LangParameter = None, still: Short = None) -> Answer:
    """Show the newest messages, urgent ones first; loads itself again unless it is ``still``."""
    viewer = await visit.viewer(lang)
    return shown(
        visit,
        viewer,
        "new.html",
        "new",
        messages=await Lists(visit.node).newest(),
        still=still,
        cut=CUT_CHARS,
    )


@get(both("/rooms"), include_in_schema=False)
async def rooms(visit: Visiting, lang: LangParameter = None) -> Answer:
    """Show the rooms."""
    viewer = await visit.viewer(lang)
    some, rest = await Lists(visit.node).rooms(viewer.user)
    return _titled(visit, viewer, "rooms", rooms=some, rest=rest)


@get(both("/room/{room_id:str}"), include_in_schema=False)
async def room(  # noqa: PLR0913, PLR0917 - what the address may say
    visit: Visiting,
    room_id: Annotated[str, PathParameter(pattern=ROOM)],
    lang: LangParameter = None,
    done: Short = None,
    before: Cursor = None,
    at: Cursor = None,
) -> Answer:
    """Show a room: the newest messages, those ``before`` a cursor, or the one ``at`` it."""
    viewer = await visit.viewer(lang)
    lists = Lists(visit.node)
    where = await lists.room(room_of(room_id), viewer.user)
    messages, older = await lists.messages(room_of(room_id), before=before, at=at)
    name = viewer.words.say("everyone") if where.id == EVERYONE.hex() else where.name
    return shown(
        visit,
        viewer,
        "room.html",
        f"room/{room_id}",
        title=name,
        room=where,
        messages=messages,
        older=older,
        back=before or at,
        once=new_once(),
        done=done_of(done),
    )


@get(both("/people"), include_in_schema=False)
async def people(
    visit: Visiting,
    lang: LangParameter = None,
    q: Annotated[str | None, QueryParameter(max_length=MAX_QUERY_CHARS)] = None,
    category: Short = None,
    before: Cursor = None,
) -> Answer:
    """Show who is safe, who needs help, who is looked for, and what is offered."""
    viewer = await visit.viewer(lang)
    words = (q or "").strip()
    items, older = await Lists(visit.node).people(words or None, category or None, before)
    return _titled(
        visit,
        viewer,
        "people",
        people=items,
        older=older,
        q=words,
        category=category or "",
        cut=CUT_CHARS,
    )


@get(both("/me"), include_in_schema=False)
async def me(visit: Visiting, lang: LangParameter = None, done: Short = None) -> Answer:
    """Show who I am here; whoever is nobody yet goes to the first screen."""
    viewer = await visit.viewer(lang)
    if viewer.user is None:
        return to(viewer.go(""))
    speakers = await visit.node.people.speakers(viewer.user)
    return _titled(visit, viewer, "me", speakers=speakers, done=done_of(done))


@get(both("/open"), include_in_schema=False)
async def open_(visit: Visiting, lang: LangParameter = None) -> Answer:
    """Show how to open the full page."""
    viewer = await visit.viewer(lang)
    url = base_of(visit)
    title = viewer.words.say("open.title")
    # Only the hotspot has a portal, which then tells the phone that it may stay.
    stay = STAY_URL if url == HOTSPOT_URL else ""
    code = Markup(kept_svg_of(url))  # noqa: S704 - drawn here, of squares
    return shown(visit, viewer, "open.html", "open", title=title, url=url, code=code, stay=stay)


@get(both("/carry"), include_in_schema=False)
async def before(visit: Visiting, lang: LangParameter = None) -> Answer:
    """Show where the words of an earlier visit go."""
    viewer = await visit.viewer(lang)
    title = viewer.words.say("before")
    return shown(visit, viewer, "before.html", "carry", title=title)


def new_once() -> str:
    """Return what tells one filled form from the next."""
    return secrets.token_hex(ONCE_BYTES)


def base_of(visit: Visit) -> str:
    """Return the address of the start page, as its reader will reach it."""
    return base_url(visit.scope, visit.node.hotspot())


def code_of(text: str) -> Markup:
    """Return ``text`` as a QR code that stands in a page."""
    return Markup(svg_of(text))  # noqa: S704 - drawn here, of squares


def to(url: str) -> Answer:
    """Return the way to ``url``, to be got."""
    return Redirect(url, status_code=303)


def keep_lang(answer: Answer, lang: str | None) -> Answer:
    """Return ``answer``, which lets browsers that keep cookies keep the language ``lang``."""
    if lang in LANGUAGES:
        answer.set_cookie(LANG_COOKIE, lang, max_age=COOKIE_LIFE_S, path=ROOT, samesite="strict")
    return answer


def _titled(visit: Visit, viewer: Viewer, page: str, **more: object) -> Answer:
    title = viewer.words.say(page)
    return shown(visit, viewer, f"{page}.html", page, title=title, **more)


@get(f"{ENTER}/{{words:str}}", include_in_schema=False)
async def enter(
    visit: Visiting,
    words: Annotated[str, PathParameter(max_length=MAX_WORDS_CHARS)],
    lang: LangParameter = None,
) -> Answer:
    """Ask whether to go on by the four words in the address; opening it changes nothing."""
    viewer = await visit.viewer(lang)
    title = viewer.words.say("confirm.enter")
    return shown(
        visit, viewer, "confirm.html", "enter", title=title, action=ENTER, secret=words, author=""
    )


@get(f"{CARRY}/{{author:str}}/{{secret:str}}", include_in_schema=False)
async def carry(
    visit: Visiting,
    author: Annotated[str, PathParameter(pattern=HEX_64)],
    secret: Annotated[str, PathParameter(pattern=HEX_32)],
    lang: LangParameter = None,
) -> Answer:
    """Ask whether to go on by the secret in the address; opening it changes nothing."""
    viewer = await visit.viewer(lang)
    return shown(
        visit,
        viewer,
        "confirm.html",
        "carry",
        title=viewer.words.say("confirm.carry"),
        action=viewer.entrance,
        secret=secret,
        author=author,
    )
