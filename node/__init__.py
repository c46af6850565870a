"""The node: keeps and passes on signed messages; runs on any laptop, needs no radio and no root."""

__version__ = "0.1.0"
