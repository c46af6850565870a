"""Every sentence of the appliance that a person can read, in one place."""

from typing import Final

RADIO_PLANS: Final = {
    "P1": "The USB radio talks to other boxes, the box's own radio is for phones.",
    "P2": "The box's own radio talks to other boxes, the USB radio is for phones.",
    "two": "One radio talks to other boxes, the other one is for phones.",
    "P3": "One radio does both: it talks to other boxes and is for phones.",
    "P4": "The only radio is for phones; in short turns it visits other boxes.",
    "P4-second": "One radio is for phones; the other one visits other boxes in turns.",
    "P4-client": "This radio can only visit other boxes; phones need a cable or another radio.",
    "P5": "The radio only talks to other boxes; there is no hotspot.",
    "none": "No radio was found. This box reaches others by cable only.",
    "useless": "No radio here can be used. Boxes and phones need a cable or another radio.",
}
"""What a box does with its radios."""

RADIO_PHONES: Final = "This box can hold {phones} phones."
RADIO_NO_PHONES: Final = "Phones cannot join it by radio."
RADIO_WITH_11S: Final = "If every box is set to the 11s mesh, this radio could do both at once."
RADIO_BLOCKED: Final = "A radio is switched off (rfkill). Switch it on and start again."

NO_RADIO_IN_FILE: Final = "{file} has no radio in it. It must be the output of: iw list"
CANNOT_READ_FILE: Final = "{file} cannot be read: {why}."
