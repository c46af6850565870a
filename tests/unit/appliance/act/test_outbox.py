"""Links, pipes, foreign owners and odd names never get root to read anything."""

import os
from pathlib import Path

import pytest

from appliance.act.outbox import MAX_REQUESTS, Outbox
from appliance.act.verbs import WrongRequestError

NAME = "0001-reboot.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "outbox"
    made.mkdir()
    return made


def only(folder: Path, uid: int | None = None) -> bytes | WrongRequestError:
    ((_, content),) = Outbox(folder, os.geteuid() if uid is None else uid).requests()
    return content


def test_a_request_is_taken_once(folder: Path) -> None:
    (folder / NAME).write_bytes(b"{}")
    assert only(folder) == b"{}"
    assert list(Outbox(folder, os.geteuid()).requests()) == []


def test_the_oldest_name_comes_first_and_a_crowd_waits(folder: Path) -> None:
    for number in reversed(range(MAX_REQUESTS + 3)):
        (folder / f"{number:04}.json").write_bytes(b"")
    first = [name for name, _ in Outbox(folder, os.geteuid()).requests()]
    assert first == [f"{number:04}.json" for number in range(MAX_REQUESTS)]
    assert len(list(folder.iterdir())) == 3


def test_a_file_of_another_user_is_refused_and_gone(folder: Path) -> None:
    (folder / NAME).write_bytes(b"{}")
    refusal = only(folder, uid=os.geteuid() + 1)
    assert str(refusal) == "The request is by another user."
    assert list(folder.iterdir()) == []


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"{}")
    (folder / NAME).symlink_to(secret)
    assert isinstance(only(folder), WrongRequestError)
    assert secret.exists()


def test_a_second_name_of_a_file_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"{}")
    os.link(tmp_path / "secret", folder / NAME)
    os.link(tmp_path / "secret", tmp_path / "third")
    assert str(only(folder)) == "The request has a second name."


def test_a_pipe_holds_nobody_up(folder: Path) -> None:
    os.mkfifo(folder / NAME)
    assert str(only(folder)) == "The request is no plain file."


def test_a_folder_is_refused_and_does_no_harm(folder: Path) -> None:
    (folder / NAME).mkdir()
    assert str(only(folder)) == "The request is no plain file."


@pytest.mark.parametrize(
    "name", ["reboot", "..json.json", "A.json", "x" * 65 + ".json", "a b.json"]
)
def test_an_odd_name_is_refused_and_gone(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"{}")
    assert str(only(folder)) == "The name of the request is odd."
    assert list(folder.iterdir()) == []


def test_the_folder_itself_may_not_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(OSError, match="directory"):
        list(Outbox(tmp_path / "link", os.geteuid()).requests())
