"""Signed releases: install, switch, fall back."""
