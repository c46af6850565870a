"""How long disagreement with the oracles is searched for."""

from hypothesis import settings

settings.register_profile("oracles", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("oracles")
