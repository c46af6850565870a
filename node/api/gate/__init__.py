"""The gate: what is decided about every request before it is routed."""
