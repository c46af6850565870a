"""``/problems/<slug>``: what a refusal means and what to do, for people."""

from html import escape
from typing import Final

from litestar import MediaType, Response, get
from litestar.params import FromPath

from node.contract.problems import ALL, NOT_FOUND, RefusedError

ADVICE: Final = {
    "bad-request": "Reload the page. If you wrote a program, see what it sent against /docs.",
    "invalid": "The answer names each part and what is wrong with it. Change it and send again.",
    "cursor": "Drop the cursor and load the list from its start.",
    "no-identity": "Open the start page and type your name, then try again.",
    "refused": "Use another way: the box's owner can do this on the box itself.",
    "origin": "Open this box's own page and do it there.",
    "not-found": "Check the address, or begin at the start page.",
    "words": "Look at them again, or ask for new words where you wrote before.",
    "unknown-room": "It may not have reached this box yet. Look again when boxes have met.",
    "unknown-message": "It may not have reached this box yet, or it has expired.",
    "method": "The answer's Allow header names the methods that are taken here.",
    "conflict": "Load the list again and see what is there now.",
    "other-store": "Reload the page. Nothing you sent to the list before is shown twice.",
    "too-large": "Make it shorter, or send it in two parts.",
    "media-type": "Send JSON, and say so in the Content-Type header.",
    "host": "Open http://disasternet.internal/ or the address printed on the box.",
    "slow-down": "Wait a moment; the answer's Retry-After header says how many seconds.",
    "fault": "Try again. If it comes back, tell the box's owner what you were doing.",
    "unavailable": "Try again in a few seconds.",
    "full": "What is here can be read. The box's owner can make room.",
}
"""Slug → what to do, in a sentence or two."""

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
<p>{advice}</p>
<p><a href="/">Back to the start page</a></p>
</body>
</html>
"""
_PAGES: Final = {
    problem.slug: _PAGE.format(title=escape(problem.title), advice=escape(ADVICE[problem.slug]))
    for problem in ALL
}


@get("/problems/{slug:str}", media_type=MediaType.HTML, include_in_schema=False)
async def show_problem(slug: FromPath[str]) -> Response[str]:
    """Explain one kind of refusal."""
    if slug not in _PAGES:
        raise RefusedError(NOT_FOUND)
    return Response(_PAGES[slug], media_type=MediaType.HTML)
