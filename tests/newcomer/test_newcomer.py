"""From an empty directory to a message that is still there the next time."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from locks.environment import ROOT, environment
from locks.nodejs import fits
from tests.newcomer.machine import Machine, bare_machine, clone, make_run

TEXT = "I am safe. The school gym has water."
CLONE_LIMIT_S = 5
FIRST_RUN_LIMIT_S = 90
SECOND_RUN_LIMIT_S = 5
MESSAGE_LIMIT_S = 10
PATIENCE = 4
"""What a figure may exceed its limit by before the test gives up."""
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",  # a sandbox needs a user who is not root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP disasternet.test 127.0.0.1",
)

Keep = Callable[[str, float, str, float | None], None]


def variants() -> list[str]:
    """Return the kinds of newcomers that can be played here."""
    own = shutil.which("node", path="/usr/bin:/bin")
    said = subprocess.check_output([own, "--version"], text=True) if own else ""
    return ["without Node.js", *(["with Node.js"] if fits(said) else [])]


@pytest.fixture(params=variants())
def variant(request: pytest.FixtureRequest) -> str:
    """Return which kind of newcomer comes."""
    return str(request.param)


@pytest.fixture
def machine(variant: str) -> Generator[Machine]:
    """Return a bare machine that is removed afterwards, with all that was made there."""
    with tempfile.TemporaryDirectory(prefix="disasternet-newcomer-") as root:
        yield bare_machine(Path(root), nodejs=variant == "with Node.js")


@pytest.fixture
def page() -> Generator[Page]:
    """Return a page of Debian's Chromium that finds disasternet.test on this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS
        )
        yield browser.new_page()
        browser.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def write_message(page: Page, port: int) -> None:
    """Do what a person does: give a name, write, send, see it kept."""
    page.set_default_timeout(PATIENCE * MESSAGE_LIMIT_S * 1000)
    page.goto(f"http://disasternet.test:{port}/")
    page.get_by_label("Your name").fill("Amina")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your message").fill(TEXT)
    page.get_by_role("button", name="Send").click()
    message = page.get_by_role("listitem").filter(has_text=TEXT)
    message.filter(has_text="On this box").wait_for()


def messages(port: int) -> list[tuple[str, str]]:
    """Return (author's name, text) of what everyone reads, asked of the API."""
    address = f"http://127.0.0.1:{port}/rooms/everyone/messages"
    answer = httpx.get(address, params={"limit": 10}, trust_env=False)
    answer.raise_for_status()
    return [(item["author"]["name"], item["text"]) for item in answer.json()["items"]]


def verified_elsewhere(port: int, folder: Path) -> str:
    """Return what the program of docs/ says of the newest envelope; it knows nothing of ours."""
    address = f"http://127.0.0.1:{port}"
    page = httpx.get(f"{address}/rooms/everyone/messages", params={"limit": 1}, trust_env=False)
    message_id = page.json()["items"][0]["id"]
    envelope = httpx.get(f"{address}/messages/{message_id}/envelope", trust_env=False)
    (folder / "message.cose").write_bytes(envelope.content)
    program = [environment("oracles") / "bin" / "python", ROOT / "docs" / "verify_envelope.py"]
    return subprocess.check_output(
        [*program, folder / "message.cose"], text=True, cwd=folder, env={"PATH": os.defpath}
    )


def test_a_newcomer_posts_a_message_and_finds_it_again(
    machine: Machine, variant: str, page: Page, quality: Keep
) -> None:
    port = free_port()
    began_s = time.monotonic()

    def lap(step: str, limit_s: float) -> None:
        nonlocal began_s
        quality(f"newcomer {variant}: {step}", round(time.monotonic() - began_s, 2), "s", limit_s)
        began_s = time.monotonic()

    clone(machine)
    lap("clone", CLONE_LIMIT_S)
    with make_run(machine, port, PATIENCE * FIRST_RUN_LIMIT_S) as address:
        lap("first make run", FIRST_RUN_LIMIT_S)
        assert str(port) in address
        write_message(page, port)
        lap("message", MESSAGE_LIMIT_S)
        assert messages(port) == [("Amina", TEXT)]
        said = verified_elsewhere(port, machine.home)
        assert said.startswith("verified [1, 5, ")
        assert TEXT in said
    assert machine.call("git", "status", "--porcelain", directory=machine.checkout) == ""

    began_s = time.monotonic()
    with make_run(machine, port, PATIENCE * SECOND_RUN_LIMIT_S):
        lap("make run again", SECOND_RUN_LIMIT_S)
        assert messages(port) == [("Amina", TEXT)]
