"""The wire format, without input or output: keys, envelopes, logs, kinds, time and life."""
