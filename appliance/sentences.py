"""Every sentence of the appliance that a person can read, in one place."""
