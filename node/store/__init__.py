"""The SQLite file: one writer, many readers, nothing acknowledged before COMMIT."""
