"""``POST /lite…``: what a person does on these pages; every answer leads on to a page to be got."""

from typing import Final

from litestar import MediaType, Response, post
from litestar.di import NamedDependency

from node.api.lite import talking
from node.api.lite.again import Told, Typed, again_page, page_policy
from node.api.lite.catalogue import LANGUAGES
from node.api.lite.desk import Desk
from node.api.lite.forms import (
    Choosing,
    Dropping,
    Form,
    Joining,
    Naming,
    Returning,
    Saying,
    check_name,
)
from node.api.lite.pages import Answer, base_of, code_of, keep_lang, to
from node.api.lite.places import BEGIN, CARRY, COOKIE_ACTS, ENTER, ROOT
from node.api.lite.showing import shown
from node.api.schemas import room_of
from node.protocol.ids import VerifyKey
from node.runtime.words import words_of

FULL_PAGE_LANG: Final = "en"
"""The language of the full page."""
FULL_PAGE_LINK: Final = "I have four words"
"""What the full page calls the place where the words go."""

At = NamedDependency[Desk]


def acting(act: str) -> list[str]:
    """Return where ``act`` stands: for a session in the address, and for one in the cookie."""
    return [f"{ROOT}/s/{{pop_up_id:str}}/{act}", f"{COOKIE_ACTS}/{act}"]


@post(BEGIN, include_in_schema=False)
async def begin(desk: At) -> Answer:
    """Make a person of whoever says the first word, and post it."""
    form = await desk.read(Saying)
    form.check()
    name = form.name.strip() or desk.words.say("nameless")
    pop_up = await desk.enter(form.ticket, name)
    done = await talking.speak(desk.visit.node, pop_up.user, form, desk.words)
    return desk.settle(pop_up.token, pop_up, page=talking.page_after(form), done=done)


@post(acting("say"), include_in_schema=False)
async def say(desk: At) -> Answer:
    """Post a message, or the name that was asked for above it."""
    form = await desk.read(Saying)
    viewer, session = await desk.person(form)
    form.check()
    done = await talking.speak(desk.visit.node, session.user, form, desk.words)
    if done == "named" and form.text.strip():
        left = {key: value for key, value in desk.fields.items() if key not in {"name", "tap"}}
        typed = Typed({**left, "ticket": viewer.ticket}, viewer.act("say"), desk.words)
        told = Told(desk.words.say("done.named"), good=True)
        page = again_page(desk.visit.scope, typed, desk.words, told)
        return Response(
            page,
            status_code=200,
            media_type=MediaType.HTML,
            headers={"Content-Security-Policy": page_policy()},
        )
    return to(viewer.go(talking.page_after(form), done=done))


@post(acting("name"), include_in_schema=False)
async def name(desk: At) -> Answer:
    """Give the person another name."""
    form = await desk.read(Naming)
    viewer, session = await desk.person(form)
    check_name(form.name or "\0")
    await desk.visit.node.people.introduce(form.name, None, session)
    return to(viewer.go("me", done="named"))


@post(acting("lang"), include_in_schema=False)
async def lang(desk: At) -> Answer:
    """Show the pages in another language from now on."""
    form = await desk.read(Choosing)
    viewer, _ = await desk.person(form)
    if viewer.pop_up is not None and form.lang in LANGUAGES:
        await desk.visit.node.pop_ups.set_lang(viewer.pop_up, form.lang)
    return keep_lang(to(viewer.go("", done="lang")), form.lang)


@post(acting("join"), include_in_schema=False)
async def join(desk: At) -> Answer:
    """Join a room."""
    form = await desk.read(Joining)
    viewer, session = await desk.person(form)
    await desk.visit.node.rooms.join(session.user, room_of(form.room))
    return to(viewer.go(f"room/{form.room}", done="joined"))


@post(acting("drop"), include_in_schema=False)
async def drop(desk: At) -> Answer:
    """Say that an author does not speak for this person."""
    form = await desk.read(Dropping)
    viewer, session = await desk.person(form)
    author = VerifyKey(bytes.fromhex(form.author))
    await desk.visit.node.carrying.drop(session, author)
    return to(viewer.go("me", done="dropped"))


@post(acting("offer"), include_in_schema=False)
async def offer(desk: At) -> Answer:
    """Show four words that open this identity in another browser."""
    viewer, session = await desk.person(await desk.read(Form))
    four = await desk.visit.node.handovers.offer(session.user, viewer.pop_up)
    url = base_of(desk.visit)
    # Others are led to the page that speaks their language.
    to_full_page = desk.words.lang == FULL_PAGE_LANG
    return shown(
        desk.visit,
        viewer,
        "offered.html",
        "offer",
        title=desk.words.say("offer"),
        secret=four,
        url=url if to_full_page else f"{url}lite",
        place=FULL_PAGE_LINK if to_full_page else desk.words.say("before"),
        code=code_of(f"{url}lite/enter/{four.replace(' ', '-')}"),
    )


@post(acting("draw"), include_in_schema=False)
async def draw(desk: At) -> Answer:
    """Show twelve words that open this identity on any box; they are kept nowhere."""
    viewer, session = await desk.person(await desk.read(Form))
    secret = await desk.visit.node.carrying.draw(session)
    url = f"{base_of(desk.visit)}lite"
    return shown(
        desk.visit,
        viewer,
        "drawn.html",
        "draw",
        title=desk.words.say("draw"),
        secret=words_of(secret),
        url=url,
        code=code_of(f"{url}/carry/{session.user.id}/{secret.hex()}"),
    )


@post([ENTER, CARRY, *acting("carry")], include_in_schema=False)
async def go_on(desk: At) -> Answer:
    """Go on as somebody by words of an earlier visit."""
    form = await desk.read(Returning)
    return await desk.go_on(form)
