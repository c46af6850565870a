"""Answers each phone's connectivity probe, so that the page pops up."""
