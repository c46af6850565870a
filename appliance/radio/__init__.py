"""Which radio does what: reads nl80211, chooses a plan, says its limit in a sentence."""
