"""The list of people on paper."""

from typing import Final, NamedTuple

from litestar.response import Template

from node.api.spreadsheet import iso_time
from node.api.templating import style_of, styled
from node.contract.people import CheckIn
from node.runtime.node import Node

MAX_PRINTED: Final = 5_000
"""People on one print, about 150 sheets. Stops a page that no browser lays out and that fills the
box's memory; the spreadsheet has everybody."""

PRINTED: Final = {"help": "Need help", "safe": "Safe", "looking": "Looking for somebody"}
"""In this order: who needs something comes first."""

OTHERS: Final = {"offer": "Offers", "info": "Information"}
"""Printed when asked for."""


class Group(NamedTuple):
    """One heading and who is listed below it."""

    title: str
    people: list[CheckIn]
    is_cut: bool
    """True when there are more than fit."""


async def printed(node: Node, category: str | None) -> Template:
    """Return the list of people as a page to print, one category or those about people."""
    status = await node.status.read()
    groups: list[Group] = []
    left = MAX_PRINTED
    for each in PRINTED if category is None else (category,):
        group = await _group(node, each, left)
        groups.append(group)
        left -= len(group.people)
    context = {
        "box": status.node.name,
        "printed_at": _time(status.clock.wall_ms),
        "clock_certain": status.clock.quality > 0,
        "groups": groups,
        "most": MAX_PRINTED,
        "time_of": _time,
    }
    return styled("print.html", context, style_of("print.css"))


async def _group(node: Node, category: str, most: int) -> Group:
    people: list[CheckIn] = []
    async for items in node.exports.people(category):
        people += items
        if len(people) > most:
            break
    return Group({**PRINTED, **OTHERS}[category], people[:most], len(people) > most)


def _time(ms: int) -> str:
    """Return a time in UTC to the minute; a dash when it is beyond any calendar."""
    return iso_time(ms)[:16].replace("T", " ") or "-"
