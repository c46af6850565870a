"""Watches the data partition, and falls back to memory without it."""
