"""Numbered idempotent steps from a fresh card to a running box."""
