"""The box stops and comes back; the page says so and goes on by itself."""

import signal
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.running_node import RunningNode
from tests.browser.visitor import WAIT_MS, Visitor
from tests.suites.quality import FAIL_FACTOR, record

SAID_LIMIT_S = 5.0
BACK_LIMIT_S = 6.0
LOSE_FIRST_ANSWER = """
const ask = window.fetch;
window.posts = 0;
window.fetch = async (path, options) => {
  const answer = await ask(path, options);
  if (options.method === 'POST' && path.endsWith('/messages')) {
    window.posts += 1;
    if (window.posts === 1) throw new TypeError('Failed to fetch');
  }
  return answer;
};
"""
BANNER = "No contact with the box. Trying again."


def seconds_until_said(person: Visitor) -> float:
    started_s = time.monotonic()
    person.page.get_by_text(BANNER).wait_for()
    return time.monotonic() - started_s


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_box_is_said_and_messages_go_on_when_it_is_back(
    mortal_node: RunningNode, visit: Visit, number: signal.Signals
) -> None:
    ana, ben = visit(), visit()
    ana.enter(mortal_node.origin, "Ana")
    ben.enter(mortal_node.origin, "Ben")
    expect(ben.page.get_by_text(BANNER)).to_have_count(0)
    navigations = len(ben.navigations)
    mortal_node.send(number)
    said_s = seconds_until_said(ben)
    record(f"page_says_stopped_{number.name}", round(said_s, 3), "s", SAID_LIMIT_S)
    assert said_s <= FAIL_FACTOR * SAID_LIMIT_S
    mortal_node.stop()
    mortal_node.start()
    started_s = time.monotonic()
    ana.write("Still here.")
    ben.message("Still here.").wait_for()
    back_s = time.monotonic() - started_s
    record(f"page_message_after_{number.name}", round(back_s, 3), "s", BACK_LIMIT_S)
    assert back_s <= FAIL_FACTOR * BACK_LIMIT_S
    expect(ben.page.get_by_text(BANNER)).to_have_count(0, timeout=WAIT_MS)
    assert ben.navigations[navigations:] == []
    assert mortal_node.texts() == ["Still here."]


def test_a_box_that_holds_its_sockets_but_answers_nothing_is_noticed(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(mortal_node.origin, "Ana")
    ana.page.get_by_text("Connected", exact=True).wait_for()
    mortal_node.send(signal.SIGSTOP)
    try:
        said_s = seconds_until_said(ana)
    finally:
        mortal_node.send(signal.SIGCONT)
    record("page_says_stalled", round(said_s, 3), "s", SAID_LIMIT_S)
    assert said_s <= FAIL_FACTOR * SAID_LIMIT_S
    expect(ana.page.get_by_text(BANNER)).to_have_count(0, timeout=WAIT_MS)


def test_what_was_written_while_the_box_was_away_is_sent_once_and_in_order(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(mortal_node.origin, "Ana")
    mortal_node.stop(signal.SIGKILL)
    seconds_until_said(ana)
    written = ["one", "two", "three"]
    for text in written:
        ana.write(text)
    expect(ana.message("one")).to_contain_text("Saved on this phone")
    expect(ana.page.get_by_text("3 not sent yet")).to_be_visible()
    expect(ana.message("three")).to_be_in_viewport(ratio=1)
    mortal_node.start()
    expect(ana.page.locator("li.unsent")).to_have_count(0, timeout=WAIT_MS)
    assert mortal_node.texts() == written
    assert ana.texts() == written
    expect(ana.message("three")).to_contain_text("On this box")


def test_what_was_written_while_the_box_was_away_outlives_the_page(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(mortal_node.origin, "Ana")
    mortal_node.stop(signal.SIGKILL)
    seconds_until_said(ana)
    ana.write("Keep this.")
    ana.message("Keep this.").wait_for()
    context = ana.page.context
    ana.page.close()
    mortal_node.start()
    later = Visitor(context.new_page())
    later.page.goto(mortal_node.origin)
    expect(later.message("Keep this.")).to_contain_text("On this box", timeout=WAIT_MS)
    assert mortal_node.texts() == ["Keep this."]


def test_a_message_whose_answer_was_lost_is_stored_once(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.page.add_init_script(LOSE_FIRST_ANSWER)
    ana.enter(mortal_node.origin, "Ana")
    ana.write("Once.")
    expect(ana.page.locator("li.unsent")).to_have_count(0, timeout=WAIT_MS)
    assert ana.page.evaluate("window.posts") > 1
    assert mortal_node.texts() == ["Once."]
    assert ana.texts() == ["Once."]


def test_a_box_with_another_store_is_read_anew_and_knows_the_person_again(
    mortal_node: RunningNode, visit: Visit
) -> None:
    ana = visit()
    ana.enter(mortal_node.origin, "Ana")
    ana.write("Before.")
    expect(ana.message("Before.")).to_contain_text("On this box", timeout=WAIT_MS)
    navigations = len(ana.navigations)
    mortal_node.stop()
    seconds_until_said(ana)
    mortal_node.forget()
    mortal_node.start()
    mortal_node.post(mortal_node.introduce("Ben"), "A new list.")
    ana.message("A new list.").wait_for()
    expect(ana.message("Before.")).to_have_count(0)
    ana.write("After.")
    expect(ana.message("After.")).to_contain_text("On this box", timeout=WAIT_MS)
    expect(ana.message("After.").locator(".author")).to_have_text("Ana")
    assert ana.navigations[navigations:] == []
