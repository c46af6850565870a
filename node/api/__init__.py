"""The node over HTTP: who may knock, what they may ask, and how it is answered."""
