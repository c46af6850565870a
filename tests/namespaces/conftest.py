"""Namespaces on one bridge, and what runs in them."""

import json
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.namespaces.boxes import Box, box
from tests.namespaces.programs import START_LIMIT_S, Program, module, running
from tests.namespaces.wires import Family, Place, Wires, wires

Look = Callable[..., Program]
Boxes = Callable[..., list[Box]]


@pytest.fixture
def net() -> Generator[Wires]:
    """Return a bridge without boxes."""
    with wires() as made:
        yield made


@pytest.fixture
def stack(net: Wires) -> Generator[ExitStack]:
    """Return what ends every program before its namespace goes."""
    assert net is not None
    with ExitStack() as made:
        yield made


@pytest.fixture
def look(stack: ExitStack, tmp_path: Path) -> Look:
    """Return a call that starts discovery alone in a place and returns once it looks."""

    def start(place: Place, **options: object) -> Program:
        given = json.dumps({"name": place.name, **options})
        command = module("tests.namespaces.looking", given)
        program = stack.enter_context(running(place, command, tmp_path / f"{place.name}.said"))
        program.wait(lambda p: bool(p.events("started")), START_LIMIT_S)
        return program

    return start


@pytest.fixture
def boxes(net: Wires, stack: ExitStack, tmp_path: Path) -> Boxes:
    """Return a call that starts so many nodes, named a, b, c …, each in a place of its own."""

    def start(count: int, family: Family = "both", *options: str, unplugged: str = "") -> list[Box]:
        names = "abcdefgh"[:count]
        places = [net.box(name, family, plugged=name not in unplugged) for name in names]
        return [stack.enter_context(box(place, tmp_path, *options)) for place in places]

    return start
