"""Decides what to send to whom; sans-IO."""
