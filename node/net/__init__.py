"""Sockets between boxes: discovery and peer links."""
