"""``disasternet people``: the list, the spreadsheet and the pages to print."""

import csv
import io
import json
from pathlib import Path

import pytest

from node.cli.exits import ExitCode
from tests.cli.conftest import Cli
from tests.cli.running import Serving, over_socket, run

TITLES = "NAME\tSTATE\tPLACE\tSAID\tTIME"


@pytest.fixture(scope="module", autouse=True)
def said(node: Serving) -> None:
    for name, category, text in (
        ("Zoë", "safe", "All well\nhere"),
        ("Yan\u202e", "help", "Water \u202enow"),
        ("Xim", "offer", "=beds"),
    ):
        with over_socket(node) as http:
            token = http.post("/auth/init", json={"name": name}).json()["token"]
            body = {"text": text, "category": category, "place": "Gym 3"}
            bearer = {"Authorization": f"Bearer {token}"}
            path = "/rooms/everyone/messages"
            assert http.post(path, json=body, headers=bearer).is_success


def test_the_list_says_who_what_and_where_on_a_line_each(ask: Cli) -> None:
    title, *lines = ask("people", "--find", "gym 3").out.splitlines()
    assert title == TITLES
    found = [line.split("\t") for line in lines]
    assert [(cells[0][:-5], *cells[1:4]) for cells in found] == [
        ("Xim", "offer", "Gym 3", "=beds"),
        ("Yan", "help", "Gym 3", "Water \\u202enow"),
        ("Zoë", "safe", "Gym 3", "All well ⏎ here"),
    ]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--category", "offer"), ["Xim"]),
        (("--category", "help", "--find", "yan"), ["Yan"]),
        (("--find", "zoe gym"), ["Zoë"]),
        (("--find", "a & b=c"), []),
    ],
)
def test_json_has_the_shape_of_the_api(
    ask: Cli, options: tuple[str, ...], names: list[str]
) -> None:
    page = json.loads(ask("people", *options, "--json").out)
    assert set(page) == {"items", "next"}
    assert page["next"] is None
    assert [item["name"] for item in page["items"]] == names


def test_everybody_is_listed_however_many_pages_it_takes(
    ask: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask("people", "--json").out
    monkeypatch.setattr("node.cli.people.PAGE", 1)
    assert ask("people", "--json").out == whole
    assert len(json.loads(whole)["items"]) >= 2


def test_the_spreadsheet_goes_to_a_pipe_as_it_is(node: Serving) -> None:
    ended = run("people", "--csv", "--category", "offer", "--data-dir", str(node.data_dir))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("\ufeffname,fingerprint,state,")
    rows = list(csv.DictReader(io.StringIO(ended.out.lstrip("\ufeff"))))
    assert [(row["name"], row["text"]) for row in rows] == [("Xim", "'=beds")]


def test_a_spreadsheet_is_not_for_a_terminal(
    cli: Cli, node: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.cli.people.is_terminal", lambda: True)
    ended = cli("people", "--csv", "--data-dir", node.data_dir)
    assert ended.code == ExitCode.USAGE
    assert ended.out == ""
    assert "people --csv > people.csv" in ended.err


def test_the_pages_to_print_replace_the_file_when_they_are_whole(ask: Cli, tmp_path: Path) -> None:
    file = tmp_path / "people.html"
    file.write_text("older")
    assert ask("people", "--print", file).out.startswith(f"{file} is ready.")
    page = file.read_text()
    assert "<bdi>Zoë</bdi>" in page
    assert page.rstrip().endswith("</html>")
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_told_of(cli: Cli, node: Serving, tmp_path: Path) -> None:
    ended = cli("people", "--print", tmp_path / "no" / "where.html", "--data-dir", node.data_dir)
    assert ended.code == ExitCode.UNUSABLE
    assert "cannot be written" in ended.err


@pytest.mark.parametrize(
    "options",
    [
        ("--csv", "--json"),
        ("--csv", "--print", "x.html"),
        ("--json", "--print", "x.html"),
        ("--csv", "--find", "ana"),
        ("--print", "x.html", "--find", "ana"),
        ("--category", "lost"),
    ],
)
def test_what_does_not_go_together_is_refused(cli: Cli, options: tuple[str, ...]) -> None:
    assert cli("people", *options).code == ExitCode.USAGE
