"""The appliance's command line."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import click

from appliance import sentences
from appliance.radio.iw_list import MAX_TEXT_CHARS, NoRadioError, parse
from appliance.radio.plan import Plan, make_plan
from appliance.radio.wiphy import Wiphy


class UnusableError(click.ClickException):
    """What was given cannot be used; its text says what to give."""

    exit_code = 2  # as click's own for a wrong option


@click.group()
def main() -> None:
    """Look after the radios, lights and clock of a box."""


@main.command()
@click.option(
    "--from-iw",
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    multiple=True,
    required=True,
    metavar="FILE",
    help="Output of `iw list`; several, or several radios in one, for a box with all of them.",
)
@click.option(
    "--mesh",
    "backend",
    type=click.Choice(["ibss", "11s"]),
    default="ibss",
    show_default=True,
    help="How the boxes talk to each other; the same on all of them.",
)
@click.option("--relay", is_flag=True, help="Give up the hotspot for the mesh.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def plan(
    files: tuple[Path, ...], more: tuple[Path, ...], backend: str, *, relay: bool, as_json: bool
) -> None:
    """Say what a box would do with these radios, before you buy them.

    `disasternet-appliance plan --from-iw pi.txt dongle.txt` asks about both together.
    """
    radios = _distinct([radio for file in (*files, *more) for radio in _read(file)])
    made = make_plan(radios, backend="11s" if backend == "11s" else "ibss", relay=relay)
    click.echo(json.dumps(asdict(made)) if as_json else _shown(made))


def _read(file: Path) -> list[Wiphy]:
    try:
        with click.open_file(str(file), errors="replace") as stream:
            return parse(stream.read(MAX_TEXT_CHARS))
    except NoRadioError:
        why = sentences.NO_RADIO_IN_FILE.format(file=file)
    except OSError as error:
        why = sentences.CANNOT_READ_FILE.format(file=file, why=error.strerror)
    raise UnusableError(why)


def _distinct(radios: list[Wiphy]) -> list[Wiphy]:
    """Return the radios with names of their own: each machine's first one is phy0."""
    taken: set[str] = set()
    named: list[Wiphy] = []
    for radio in radios:
        name, number = radio.name, 1
        while name in taken:
            number += 1
            name = f"{radio.name}#{number}"
        taken.add(name)
        named.append(replace(radio, name=name))
    return named


def _shown(made: Plan) -> str:
    lines = [f"{made.plan or '-'}  {made.sentence}"]
    for part, role in (("hotspot", made.hotspot), ("mesh", made.mesh), ("courier", made.courier)):
        if role is not None:
            lines.append(f"  {part}: {role.radio}")
    return "\n".join(lines)
