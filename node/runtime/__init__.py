"""The use cases; links and log are reached only through ports."""
