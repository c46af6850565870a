"""Every page in every language: small, without script, under its own policy, with labels."""

import base64
import gzip
import hashlib
import random
import re
from collections.abc import Callable

import pytest

from node.api.lite.catalogue import LANGUAGES
from tests.unit.api.boxes import BoxUnderTest
from tests.unit.api.lite.guests import Guest, guest, named_guest
from tests.unit.api.lite.sheets import Sheet

pytestmark = pytest.mark.anyio

MAX_PAGE_BYTES = 10_240
PAGES = ["", "/new", "/rooms", "/room/everyone", "/people", "/me", "/open", "/carry"]
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b>bold</b>',
    "{{ 7*7 }}{% raw %}",
    "</textarea></style><!--",
    "\u202eevil\u202c",
)


@pytest.fixture
async def ana(box: BoxUnderTest) -> Guest:
    """Somebody who was carried, in a box where hostile people wrote."""
    teller = await named_guest(box, "Ben", "10.83.73.70")
    for text in HOSTILE:
        await teller.send(
            (await teller.open(teller.place)).form("/say"), "", text=text, place=text[:80]
        )
        await teller.client.aclose()
        teller = await named_guest(box, text[:40], "10.83.73.70")
    return await named_guest(box, HOSTILE[1])


def is_policy_right(page: Sheet, policy: str) -> bool:
    """Return whether the policy lets exactly the page's own style through, and no script."""
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    parts = [rule.strip().partition(" ") for rule in policy.split(";")]
    rules = {name: value for name, _, value in parts}
    return (
        rules["default-src"] == "'none'"
        and rules["style-src"] == f"'sha256-{digest}'"
        and "script-src" not in rules
        and "unsafe" not in policy
    )


def complaints(page: Sheet, headers: dict[str, str]) -> list[str]:
    """Return what is wrong with a page."""
    found: list[str] = []
    tags = {tag for tag, _, _ in page.attributes} | set(re.findall(r"<([a-z0-9]+)", page.html))
    if "script" in tags:
        found.append("script")
    found += [f"{tag} {name}" for tag, name, _ in page.attributes if name.startswith("on")]
    found += [f"{tag} style" for tag, name, _ in page.attributes if name == "style"]
    found += [f"unlabelled {c['name']}" for c in page.controls if c.get("id") not in page.labels]
    if not is_policy_right(page, headers["content-security-policy"]):
        found.append("policy")
    if page.html.count("<h1>") != 1:
        found.append("heading")
    if headers["referrer-policy"] != "no-referrer":
        found.append("referrer")
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_every_page_in_every_language_is_small_and_clean(ana: Guest, lang: str) -> None:
    for place in ("/lite", ana.place):
        for name in PAGES:
            page = await ana.open(f"{place}{name}?lang={lang}")
            if ana.said.status_code == 303:
                continue
            assert ana.said.status_code == 200, name
            assert page.root["lang"] == lang
            assert page.root["dir"] == ("rtl" if lang == "ar" else "ltr")
            assert complaints(page, dict(ana.said.headers)) == [], f"{place}{name}"
            assert len(gzip.compress(ana.said.content)) <= MAX_PAGE_BYTES, name


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (("<h1>", "<script></script><h1>"), "script"),
        (("<h1>", "<p onclick=x></p><h1>"), "p onclick"),
        (("<h1>", "<p style=x></p><h1>"), "p style"),
        (('<label for="text">', '<label for="other">'), "unlabelled text"),
        (("<style>", "<style>p{color:red}"), "policy"),
        (("<h1>", "<h1></h1><h1>"), "heading"),
    ],
)
async def test_a_broken_page_would_be_noticed(
    still_box: BoxUnderTest, damage: tuple[str, str], complaint: str
) -> None:
    visitor = guest(still_box)
    html = (await visitor.open("/lite")).html
    page = Sheet(html.replace(*damage))
    assert complaint in complaints(page, dict(visitor.said.headers))


async def test_only_the_list_may_stand_in_a_frame_and_only_of_this_box(
    still_box: BoxUnderTest,
) -> None:
    visitor = guest(still_box)
    for page, allowed in (("", "'none'"), ("/new", "'self'"), ("/rooms", "'none'")):
        await visitor.open(f"/lite{page}")
        policy = visitor.said.headers["content-security-policy"]
        assert policy.endswith(f"frame-ancestors {allowed}")


async def test_the_list_loads_itself_again_and_the_page_around_it_never_does(
    still_box: BoxUnderTest,
) -> None:
    visitor = guest(still_box)
    for page in PAGES:
        html = (await visitor.open(f"/lite{page}")).html
        assert ('http-equiv="refresh" content="15"' in html) is (page == "/new"), page
    still = await visitor.open("/lite/new?still=1")
    assert "refresh" not in still.html
    assert still.link("Load by itself again") == "/lite/new"


async def test_what_does_not_compress_stays_within_the_limit(
    box: BoxUnderTest, quality: Callable[[str, float, str, float | None], None]
) -> None:
    ana = await named_guest(box, "Ana")
    drawn = random.Random(1)  # noqa: S311 - the same text at every run
    form = ana.page.form("/say")

    def noise(length: int) -> str:
        return "".join(chr(drawn.randrange(0x4E00, 0x9FFF)) for _ in range(length))

    for number in range(45):
        await ana.send(
            form,
            "",
            text=noise(1 + number * 40),
            place=noise(80),
            category="help",
            once=f"{number:032x}",
        )
        if number % 5 == 0:
            await named_guest(box, noise(40), "10.83.73.70")
    sizes: dict[str, int] = {}
    for name in PAGES:
        await ana.open(f"{ana.place}{name}")
        sizes[name] = len(gzip.compress(ana.said.content))
    quality("lite_page", max(sizes.values()), "bytes", MAX_PAGE_BYTES)
    assert {name: size for name, size in sizes.items() if size > MAX_PAGE_BYTES} == {}


async def test_forty_messages_of_an_ordinary_length_are_on_the_list_and_small(
    box: BoxUnderTest,
) -> None:
    ana = await named_guest(box, "Ana")
    form = ana.page.form("/say")
    for number in range(45):
        said = f"Number {number}: we are at the school, the water is clean and the road is open."
        await ana.send(form, "", text=said, once=f"{number:032x}")
    page = await ana.open(f"{ana.place}/new?lang=uk")
    assert page.html.count("<li>") == 40
    assert len(gzip.compress(ana.said.content)) <= MAX_PAGE_BYTES


async def test_pages_travel_compressed(still_box: BoxUnderTest) -> None:
    answer = await guest(still_box).client.get("/lite", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) <= MAX_PAGE_BYTES
    plain = await guest(still_box).client.get("/rooms", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers


async def test_what_others_wrote_is_shown_as_it_was_written(ana: Guest) -> None:
    page = await ana.open(f"{ana.place}/room/everyone")
    for text in HOSTILE[:5]:
        assert text in page.text
    tags = {tag for tag, _, _ in page.attributes}
    assert tags.isdisjoint({"script", "img", "b"})


async def test_names_and_texts_cannot_turn_the_line_around_them(ana: Guest) -> None:
    html = (await ana.open(f"{ana.place}/room/everyone")).html
    assert re.search(r"<b><bdi>[^<]*</bdi></b>", html)
    assert html.count('<div class="t" dir="auto">') == len(HOSTILE)
