"""Who is at the other end of the Unix socket."""

from typing import NamedTuple


class Credentials(NamedTuple):
    """The kernel's word on a connected process (SO_PEERCRED, unix(7))."""

    pid: int
    uid: int
    gid: int
