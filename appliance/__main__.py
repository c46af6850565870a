"""Run the appliance: ``python -m appliance``."""

from appliance.cli import main

if __name__ == "__main__":
    main(prog_name="disasternet-appliance")
