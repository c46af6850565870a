"""Finds other boxes: what interfaces there are, beacons, mDNS, and whom to dial."""
