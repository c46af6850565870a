"""The appliance's command line."""
