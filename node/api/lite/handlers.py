"""Every handler of these pages."""

from typing import Final

from node.api.lite import acts, pages

LITE: Final = (
    pages.first,
    pages.new,
    pages.rooms,
    pages.room,
    pages.people,
    pages.me,
    pages.open_,
    pages.before,
    pages.enter,
    pages.carry,
    acts.begin,
    acts.say,
    acts.name,
    acts.lang,
    acts.join,
    acts.drop,
    acts.offer,
    acts.draw,
    acts.go_on,
)
