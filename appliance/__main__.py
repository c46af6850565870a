"""Run the appliance: ``python -m appliance``."""
