"""Authors and rooms by the small numbers that stand for their 32 bytes in every table."""

import sqlite3

from node.protocol.ids import RoomId, VerifyKey


def find_author(db: sqlite3.Connection, key: VerifyKey) -> int | None:
    """Return the number of an author met before."""
    found = db.execute("SELECT author_no FROM author WHERE key = ?", (key,)).fetchone()
    return None if found is None else int(found[0])


def author_number(db: sqlite3.Connection, key: VerifyKey) -> int:
    """Return the number of an author, given now if never met."""
    number = find_author(db, key)
    if number is None:
        added = db.execute("INSERT INTO author (key, name, stamp) VALUES (?, '', x'')", (key,))
        number = int(added.lastrowid or 0)
    return number


def find_room(db: sqlite3.Connection, room: RoomId) -> int | None:
    """Return the number of a room named before."""
    found = db.execute("SELECT room_no FROM room WHERE id = ?", (room,)).fetchone()
    return None if found is None else int(found[0])


def room_number(db: sqlite3.Connection, room: RoomId) -> int:
    """Return the number of a room, given now if never named; its own name may come later."""
    number = find_room(db, room)
    if number is None:
        added = db.execute("INSERT INTO room (id, members, messages) VALUES (?, 0, 0)", (room,))
        number = int(added.lastrowid or 0)
    return number
