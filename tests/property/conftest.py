"""How long the laws are searched for a counterexample."""

from hypothesis import settings

settings.register_profile("laws", max_examples=300, deadline=None, print_blob=True)
settings.load_profile("laws")
