"""The portal answers whatever comes, tells nobody's state to another, and says what is down."""

from typing import Any

import pytest

from appliance import sentences
from appliance.portal.answers import language_of
from appliance.portal.clients import MANNERS, MAX_CLIENTS, Clients, Event, Stage
from appliance.portal.probes import System
from tests.unit.appliance.portal.asking import Heard, Street

pytestmark = pytest.mark.anyio

ANDROID = "Dalvik/2.1.0 (Linux; U; Android 13)"
PROBE = ("connectivitycheck.gstatic.com", "/generate_204")


@pytest.fixture
def street() -> Street:
    return Street(now_s=1000.0)


@pytest.mark.parametrize("host", ["disasternet.internal", "DisasterNet.Internal.", "10.83.73.1:80"])
async def test_at_the_box_s_own_names_it_says_that_messages_are_kept(
    street: Street, host: str
) -> None:
    answer = await street.ask(host, "/lite")
    assert answer.status == 503
    assert b"Messages are kept" in answer.body
    assert b'http-equiv="refresh"' in answer.body
    assert answer.headers["retry-after"] == "5"


async def test_one_phone_s_word_counts_for_no_other(street: Street) -> None:
    await street.ask("198.51.100.1", "/stay", phone="10.83.73.60")
    assert (await street.ask(*PROBE, agent=ANDROID, phone="10.83.73.61")).kind == "page"
    assert (await street.ask(*PROBE, agent=ANDROID, phone="10.83.73.60")).kind == "online"


async def test_what_a_program_wants_to_send_is_refused_without_being_read(street: Street) -> None:
    answer = await street.ask("api.example.org", "/v1/sync", method="POST")
    assert answer.status == 511
    assert b"no internet" in answer.body


async def test_head_is_answered_like_get_without_a_body(street: Street) -> None:
    answer = await street.ask("example.org", method="HEAD")
    assert (answer.kind, answer.body) == ("home", b"")


@pytest.mark.parametrize(
    "host", ["", "x" * 5000, "\xff\xfe", "[::1]", "a:b:c", "198.51.100.1.evil.example"]
)
async def test_a_strange_host_is_led_to_the_page(street: Street, host: str) -> None:
    assert (await street.ask(host, "/stay")).kind == "home"


def closing(answer: Heard) -> tuple[str, str]:
    return answer.headers["connection"], answer.headers["cache-control"]


async def test_every_answer_closes_and_is_kept_nowhere(street: Street) -> None:
    asked = [("disasternet.internal", "/"), PROBE, ("198.51.100.1", "/stay"), ("x.org", "/")]
    for host, path in asked:
        assert closing(await street.ask(host, path, agent=ANDROID)) == ("close", "no-store")
    assert closing(await street.ask(*PROBE, agent=ANDROID)) == ("close", "no-store")


async def test_no_content_has_neither_type_nor_length(street: Street) -> None:
    await street.ask("198.51.100.1", "/stay")
    answer = await street.ask(*PROBE, agent=ANDROID)
    assert answer.status == 204
    assert not {"content-type", "content-length"} & answer.headers.keys()


async def test_a_captive_answer_is_long_enough_for_android(street: Street) -> None:
    answer = await street.ask(*PROBE, agent=ANDROID)
    assert len(answer.body) > 4


async def test_a_websocket_is_refused(street: Street) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await street.portal({"type": "websocket"}, receive, send)
    assert sent == [{"type": "websocket.close"}]


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("de-DE,uk;q=0.5", "uk"),
        ("", "en"),
        ("x" * 10_000, "en"),
        ("EN-us", "en"),
        (";;;,,,", "en"),
    ],
)
def test_the_first_language_that_has_words_is_spoken(accepted: str, lang: str) -> None:
    assert language_of(accepted) == lang


async def test_arabic_goes_from_right_to_left(street: Street) -> None:
    answer = await street.ask("disasternet.internal", languages="ar")
    assert b'lang="ar" dir="rtl"' in answer.body


def test_every_portal_sentence_is_there_in_every_language() -> None:
    spoken = set(sentences.PORTAL_DOWN)
    for name in ("PORTAL_DOWN_TITLE", "PORTAL_STAYED_TITLE", "PORTAL_STAYED"):
        said = getattr(sentences, name)
        assert set(said) == spoken, name
        assert all(said.values()), name


def test_invented_addresses_fill_no_memory() -> None:
    clients = Clients()
    for number in range(MAX_CLIENTS + 1):
        clients.see(str(number), Event.STAY, 0.0, System.APPLE)
    assert clients.see("0", Event.PROBE, 0.0) is Stage.CAPTIVE  # the oldest was forgotten
    assert clients.see(str(MAX_CLIENTS), Event.PROBE, 0.0) is Stage.RELEASED


def test_every_system_has_manners_with_a_source() -> None:
    assert set(MANNERS) == set(System)
    assert all(Event.STAY in manners.released_by for manners in MANNERS.values())
    assert all(manners.why.endswith(".") and manners.source for manners in MANNERS.values())


def test_a_probe_alone_never_releases() -> None:
    clients = Clients()
    for second in range(1000):
        for system in System:
            stage = clients.see(system.value, Event.PROBE, float(second), system)
            assert stage is Stage.CAPTIVE
