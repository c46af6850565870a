"""``/lite``: pages that need no script, no cookie and no socket, for the pop-up of a hotspot."""
