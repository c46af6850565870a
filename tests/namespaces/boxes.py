"""Real nodes, each in a namespace of its own, on one bridge."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.namespaces.inside import Client
from tests.namespaces.programs import START_LIMIT_S, Program, module, running
from tests.namespaces.wires import Place

PORT: Final = 8080


@dataclass(slots=True)
class Box:
    """A node that answers in its namespace."""

    place: Place
    data: Path
    program: Program
    client: Client
    """Nobody yet; speaks to it over its own loopback."""


@contextmanager
def box(place: Place, folder: Path, *options: str) -> Generator[Box]:
    """Run a node in ``place`` for as long as the block lasts, found by nothing but discovery."""
    data = folder / place.name
    said = folder / f"{place.name}.said"
    serve = ("serve", "--json", "--data-dir", str(data), "--host", "::", "--port", str(PORT))
    with running(place, module("node", *serve, *options), said) as program:
        program.wait(_answers, START_LIMIT_S)
        yield Box(place, data, program, Client(place, PORT))


def _answers(program: Program) -> bool:
    lines = [line for line in program.text.splitlines(keepends=True) if line.startswith("{")]
    return bool(lines) and lines[0].endswith("\n") and "address" in json.loads(lines[0])
