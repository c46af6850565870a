"""Finds the time without a real-time clock."""
