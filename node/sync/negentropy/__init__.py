"""Negentropy protocol V1: finds what two sets do not share, in messages of bounded size."""

from node.sync.negentropy.items import Item, ItemSet
from node.sync.negentropy.sides import Client, Server

__all__ = ["Client", "Item", "ItemSet", "Server"]
