"""Access point, addresses and names for phones."""
