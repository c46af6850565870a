"""The appliance: what turns a Raspberry Pi into a box that a phone finds by itself."""
