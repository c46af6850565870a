"""The pages without script against phones that mean harm, on a real box."""

import secrets
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pytest

from tests.hostile.lite_evil import TEXTS, faults_of, shows
from tests.hostile.lite_phone import FORM, ONCE, LitePhone
from tests.hostile.node_process import NodeProcess, running_node

Change = Callable[[str, str], str]
"""Makes a bad ticket of a good one and of one that another address was given."""

PAGES = ("", "/new", "/people", "/rooms", "/room/everyone", "/me", "/open", "/carry")
OTHER = "127.0.7.99"
GUESSES = 300
REPLAYS = 24


@pytest.fixture
def ana(node: NodeProcess) -> Generator[LitePhone]:
    """Return a phone whose owner has said a name and one message of their own."""
    with LitePhone.at(node) as phone:
        yield phone.begin("Ana", f"Ana's {secrets.token_hex(8)}")


@pytest.fixture
def eve(node: NodeProcess) -> Generator[LitePhone]:
    """Return a phone at another address, whose owner has said nothing yet."""
    with LitePhone.at(node, OTHER) as phone:
        yield phone


def people(node: NodeProcess) -> int:
    """Return how many people there are on the list."""
    return len(httpx.get(f"{node.url}/people?limit=200").json()["items"])


@pytest.mark.parametrize("page", PAGES)
def test_a_session_seen_over_a_shoulder_is_nobodys_at_another_address(
    ana: LitePhone, eve: LitePhone, page: str
) -> None:
    stolen = eve.get(ana.place + page, referer=f"http://elsewhere{ana.place}")
    assert ana.session not in stolen.text
    assert ana.session not in str(stolen.headers)
    assert ana.client.get(ana.place + page).status_code == 200, "control"
    mine = f"{ana.place}/say"
    assert mine in ana.get("").text, "control: it stands in the page of the one it belongs to"


@pytest.mark.parametrize("act", ["say", "name", "lang", "join", "drop", "offer", "draw", "carry"])
def test_a_session_of_another_address_does_nothing(
    ana: LitePhone, eve: LitePhone, act: str
) -> None:
    before = ana.texts()
    fields = {
        "say": {"text": "not hers", "once": ONCE},
        "name": {"name": "Eve"},
        "lang": {"lang": "fr"},
        "join": {"room": "everyone"},
        "drop": {"author": "0" * 64},
        "carry": {"words": "zoo " * 12},
    }.get(act, {})
    answer = eve.post(f"{ana.place}/{act}", fields)
    assert answer.status_code in {400, 403, 404}
    assert 'class="words"' not in answer.text
    assert ana.texts() == before
    assert "Ana" in ana.page("me").text


def test_sessions_cannot_be_guessed_and_a_guess_tells_nothing(
    ana: LitePhone, eve: LitePhone
) -> None:
    near = [f"{int(ana.session, 16) ^ 1 << bit:032x}" for bit in range(64)]
    pages = {eve.get(f"/lite/s/{guess}").status_code for guess in near}
    pages |= {eve.get(f"/lite/s/{secrets.token_hex(16)}").status_code for _ in range(GUESSES)}
    assert pages == {200}, "each is the welcome page"
    for odd in (ana.session.upper(), ana.session[:-1], ana.session + "0", "0", "..", "%00"):
        assert "Ana" not in eve.get(f"/lite/s/{odd}").text


def test_a_session_that_somebody_was_given_is_not_theirs(ana: LitePhone, eve: LitePhone) -> None:
    """A link with the attacker's session makes nobody write in the attacker's name."""
    eve.begin("Eve")
    answer = ana.post(f"{eve.place}/say", {"text": "said to Eve", "once": ONCE})
    assert answer.status_code == 403
    assert "said to Eve" in answer.text, "what was typed is still there"
    assert "said to Eve" not in ana.texts()


BAD_TICKETS: dict[str, Change] = {
    "of another address": lambda _mine, other: other,
    "none": lambda _mine, _other: "",
    "one digit changed": lambda mine, _other: f"{int(mine[0], 16) ^ 1:x}{mine[1:]}",
    "the seal changed": lambda mine, _other: f"{mine[:-1]}{int(mine[-1], 16) ^ 1:x}",
    "another's seal": lambda mine, other: mine[:40] + other[40:],
    "another's time": lambda mine, other: other[:40] + mine[40:],
    "from the past": lambda mine, _other: mine[:32] + "00000000" + mine[40:],
    "from the future": lambda mine, _other: mine[:32] + "7fffffff" + mine[40:],
    "two joined": lambda mine, other: mine + other,
    "in capitals": lambda mine, _other: mine.upper(),
    "a line break behind": lambda mine, _other: mine + "\n",
    "digits of another script": lambda mine, _other: "\u0660" + mine[1:],
    "as long as may be": lambda mine, _other: (mine * 4)[:256],
}


@pytest.mark.parametrize("change", BAD_TICKETS.values(), ids=BAD_TICKETS)
def test_a_bad_ticket_begins_nobody_and_keeps_what_was_typed(
    node: NodeProcess, eve: LitePhone, change: Change
) -> None:
    with LitePhone.at(node, "127.0.7.98") as other:
        ticket = change(eve.ticket(), other.ticket())
    if ticket == eve.ticket().upper():
        ticket = "0" * 72
    before, count = eve.texts(), people(node)
    text = f"typed {secrets.token_hex(4)}"
    fields = {"ticket": ticket, "once": ONCE, "tap": "safe", "text": text}
    answer = eve.post("/lite/begin", fields)
    assert answer.status_code == 403, answer.text
    assert text in answer.text
    assert (eve.texts(), people(node)) == (before, count)


def test_one_ticket_sent_by_everybody_at_once_is_one_person_and_one_message(
    node: NodeProcess, eve: LitePhone
) -> None:
    text = f"once {secrets.token_hex(8)}"
    fields = {"ticket": eve.ticket(), "once": ONCE, "name": "Eve", "text": text}

    def send(number: int) -> httpx.Response:
        address = OTHER if number % 2 else f"127.0.7.{number + 1}"
        with LitePhone.at(node, address) as phone:
            return phone.post("/lite/begin", fields)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(REPLAYS)))
    own = {answers[n].headers["location"] for n in range(1, REPLAYS, 2)}
    assert len(own) == 1
    assert {answers[n].status_code for n in range(0, REPLAYS, 2)} == {403}
    assert eve.texts().count(text) == 1


def test_a_cookie_of_one_box_is_nobody_at_another(ana: LitePhone) -> None:
    with running_node() as other, LitePhone.at(other) as there:
        own = there.begin("Ben").cookie.partition("=")[0]
        secret = ana.cookie.partition("=")[2]
        for cookie in (ana.cookie, f"{own}={secret}", f"{own}={ana.session * 2}"):
            assert there.client.get("/auth/me", headers={"cookie": cookie}).json()["user"] is None
            assert "Ana" not in there.get("/lite", cookie=cookie).text
        assert there.user(), "control"


CROSS_SITE: dict[str, tuple[dict[str, str], int]] = {
    "a page elsewhere": ({"origin": "http://evil.example"}, 403),
    "this box by another port": ({"origin": "http://127.0.0.1:1"}, 403),
    "a page without origin": ({"origin": "null"}, 403),
    "two origins": ({"origin": "null, null"}, 403),
    "plain text": ({"content-type": "text/plain"}, 415),
    "parts": ({"content-type": "multipart/form-data; boundary=x"}, 415),
    "JSON": ({"content-type": "application/json"}, 415),
}


@pytest.mark.parametrize("headers", CROSS_SITE.values(), ids=CROSS_SITE)
def test_a_page_elsewhere_cannot_act_with_the_cookie(
    ana: LitePhone, headers: tuple[dict[str, str], int]
) -> None:
    """Old browsers send cookies along with forms of other sites."""
    text = f"forged {secrets.token_hex(4)}"
    for ticket in ("", "0" * 72):
        fields = {"text": text, "once": ONCE, "ticket": ticket}
        answer = ana.post("/lite/act/say", fields, cookie=ana.cookie, **headers[0])
        assert answer.status_code == headers[1]
    assert text not in ana.texts()
    own = {"text": text, "once": ONCE, "ticket": ana.ticket()}
    assert ana.post("/lite/act/say", own, cookie=ana.cookie).status_code == 303, "control"
    assert text in ana.texts()


def test_forms_are_for_these_pages_only(ana: LitePhone) -> None:
    for path in ("/rooms/everyone/messages", "/auth/carry", "/auth/handover", "//lite/act/say"):
        body = {"text": "by a form", "once": ONCE}
        answer = ana.post(path, body, cookie=ana.cookie)
        assert answer.status_code in {403, 415}, path
    assert "by a form" not in ana.texts()


def test_no_page_may_be_framed_kept_or_told_of_but_the_list_in_its_own_frame(
    ana: LitePhone,
) -> None:
    words, author = "a-b-c-d", "0" * 64
    paths = [
        *(ana.place + page for page in PAGES),
        *(f"/lite{page}" for page in PAGES),
        *(f"/lite/enter/{words}", f"/lite/carry/{author}/{author[:32]}", "/poster"),
        *("/lite/nowhere", f"{ana.place}/nowhere", "/lite/people?category=nope"),
    ]
    for path in paths:
        answer = ana.get(path)
        policy = answer.headers["content-security-policy"]
        framed_by = "'self'" if path.endswith("/new") else "'none'"
        assert f"frame-ancestors {framed_by}" in policy, path
        assert "script-src" not in policy
        assert "default-src 'none'" in policy or answer.status_code == 303, path
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("evil", TEXTS.values(), ids=TEXTS)
def test_what_strangers_write_is_text_on_every_page(node: NodeProcess, evil: str) -> None:
    with LitePhone.at(node) as phone:
        phone.begin(evil, evil[:2_000], place=evil[:60], category="help")
        headers = {"authorization": f"Bearer {phone.cookie.partition('=')[2]}"}
        room = phone.client.post("/rooms", json={"name": evil[:100]}, headers=headers).json()["id"]
        assert phone.say(evil[:2_000], "1" * 32, room=room).status_code == 303
        asked = quote(evil[:60])
        pages = [*PAGES, f"/room/{room}", f"/people?q={asked}", f"/people?category={asked[:9]}"]
        pages += [f"?done={asked[:9]}", f"?lang={asked[:3]}", "/people?q=xevil"]
        texts = [phone.get(phone.place + page, **{"accept-language": "x"}).text for page in pages]
        texts.append(phone.get(f"/lite/enter/{quote(evil[:90], safe='')}").text)
        texts.append(phone.say(evil + "x" * 2_000).text)  # refused, and shown again
        texts.append(phone.post("name", {"name": evil, evil[:50]: evil[:50]}).text)
    assert [faults for text in texts if (faults := faults_of(text))] == []
    assert sum(shows(text) for text in texts) > 4, "control: it is shown"


def test_a_box_with_a_hostile_name_is_called_so_on_its_pages() -> None:
    name = '"><xevil onload=1>{{7*7}}'
    with running_node(options=["--name", name]) as node, LitePhone.at(node) as phone:
        texts = [phone.get(f"/lite{page}").text for page in PAGES]
        texts.append(phone.get("/poster").text)
    assert [faults for text in texts if (faults := faults_of(text))] == []
    assert sum(map(shows, texts)) >= len(PAGES) - 1, "control: it is shown"


def test_a_page_with_a_hole_would_be_noticed() -> None:
    """Control of what is asked of pages."""
    for hole in ("a tag", "a script", "an end of everything", "a comment"):
        assert faults_of(f"<p>{TEXTS[hole]}</p>") != []
    for hole in ("a way out of an attribute", "a way out of another"):
        quoted = TEXTS[hole]
        assert faults_of(f'<input value="{quoted}">') + faults_of(f"<input value='{quoted}'>")
    assert faults_of(f'<a href="{TEXTS["an address"]}">x</a>') != []


ONCE_FIELD = f"once={ONCE}".encode()
BAD_FORMS = {
    "nothing": b"",
    "a field twice": ONCE_FIELD + b"&text=a&text=b",
    "ten thousand fields": b"&".join(b"f%d=1" % n for n in range(10_000)),
    "a field a thousand times": b"a=" + b"&a=" * 1_000,
    "only ampersands": b"&" * 65_000,
    "an unknown field": ONCE_FIELD + b"&text=a&admin=1",
    "half a percent": ONCE_FIELD + b"&text=%E0%A4",
    "percent of percent": ONCE_FIELD + b"&text=" + b"%2525" * 2_000,
    "bad UTF-8": ONCE_FIELD + b"&text=%ff%fe",
    "raw bytes": ONCE_FIELD + b"&text=\xff\xfe",
    "half a character": ONCE_FIELD + b"&text=%ed%a0%80",
    "UTF-16": "text=a".encode("utf-16"),
    "only controls": ONCE_FIELD + b"&text=%00%01",
    "a name of nothing": ONCE_FIELD + b"&name=%E2%80%8B&tap=name",
    "no number of its own": b"text=a",
    "a number with a line break": ONCE_FIELD + b"%0a&text=a",
    "an unknown room": ONCE_FIELD + b"&text=a&room=" + b"0" * 64,
    "a text too long": ONCE_FIELD + b"&text=" + b"a" * 2_001,
    "a text far too long": ONCE_FIELD + b"&text=" + b"a" * 65_000,
    "a body too long": ONCE_FIELD + b"&text=" + b"a" * 65_536,
    "no form at all": b'{"text": "a"}',
    "__proto__": b"__proto__=1&constructor=2",
}


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_bad_form_is_refused_with_a_page_and_changes_nothing(
    node: NodeProcess, ana: LitePhone, body: bytes
) -> None:
    before, count = ana.texts(), people(node)
    for path in ("say", "/lite/begin", "carry", "drop", "join", "name"):
        answer = ana.post(path, body)
        assert 400 <= answer.status_code < 500, f"{path}: {answer.status_code}"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (ana.texts(), people(node)) == (before, count)
    assert ana.say("a", secrets.token_hex(16)).status_code == 303, "control"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "POST"])
def test_pages_take_no_other_method(ana: LitePhone, method: str) -> None:
    for page in PAGES[:-1]:
        answer = ana.client.request(method, ana.place + page, headers=FORM)
        assert answer.status_code == 405, page
    assert ana.client.head(ana.place).content == b""


@pytest.mark.parametrize("length", [100, 2_000, 2_500, 12_000])
def test_a_long_name_of_the_box_is_foreign_and_costs_nothing(
    node: NodeProcess, eve: LitePhone, length: int
) -> None:
    host = ".".join(["a" * 60] * (1 + length // 61)) + ".local"
    for path in ("/qr/open.svg", "/lite/open", "/poster"):
        assert eve.get(path, host=host).status_code == 421
    assert eve.get("/qr/open.svg", host="a.local:8080").status_code == 200, "control"
    assert node.log.read_text() == ""


def test_no_secret_is_ever_logged(node: NodeProcess, ana: LitePhone, eve: LitePhone) -> None:
    four, twelve = ana.offer(), ana.draw()
    for path in (f"/lite/enter/{four}", f"{ana.place}/nowhere", f"{ana.place}/%ff", "/lite/%00"):
        ana.get(path)
    for body in BAD_FORMS.values():
        eve.post(f"{ana.place}/say", body)
    eve.follow(eve.enter(four))
    eve.enter(twelve)
    said = node.log.read_text()
    secret = ana.cookie.partition("=")[2]
    assert not any(each in said for each in (four, twelve, ana.session, secret, eve.session))
    assert said == ""
