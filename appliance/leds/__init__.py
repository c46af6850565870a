"""Status lights and the button."""
