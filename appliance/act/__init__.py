"""The fixed verbs that need root; every argument is validated again."""
