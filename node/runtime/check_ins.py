"""The list of people: who is safe, who needs help, who is looked for, what is offered."""

from typing import Final

from node.contract.cursors import Cursor
from node.contract.people import CheckInPage
from node.contract.problems import INVALID, RefusedError
from node.protocol.kinds import Category
from node.runtime.ports import LogPort

CATEGORIES: Final = {category.name.lower(): category for category in Category}


class CheckIns:
    """Use cases around check-ins."""

    def __init__(self, log: LogPort) -> None:
        self._log = log

    async def page(
        self, *, q: str | None, category: str | None, limit: int, before: str | None
    ) -> CheckInPage:
        """Return the newest check-in of each person, the newest first.

        Args:
            q: words that must each begin a word of name, text or place; None for all.
            category: ``safe`` or ``help``: only persons whose newest word about themselves it
                is; ``looking``, ``offer``, ``info``: their newest of that; None: safe and help.
            limit: how many at most.
            before: ``next`` of the page before this one.

        Raises:
            RefusedError: ``INVALID`` category, ``CURSOR``, ``OTHER_STORE``.
        """
        if category is not None and category not in CATEGORIES:
            raise RefusedError(INVALID, f"There is no category {category}.")
        chosen = None if category is None else CATEGORIES[category]
        end = None if before is None else Cursor.parse(before, self._log.incarnation).arrival
        return await self._log.check_ins(q, chosen, limit, end)
