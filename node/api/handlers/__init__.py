"""The calls, one module per subject; each only translates to a use case and back."""
