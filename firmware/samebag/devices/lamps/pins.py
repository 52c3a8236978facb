"""Whose pins the lamps, the buzzer and the button are on: one factory for all of them."""

from __future__ import annotations

import os
import tempfile

from gpiozero import Factory

from samebag.ports import DeviceError


def open_pins() -> Factory:
    """The Pi's own pins, or gpiozero's mock ones where its variable asks for them: a machine
    without pins.

    Raises DeviceError. Made by hand: gpiozero's own choice falls back to other libraries with no
    more than a warning.
    """
    if os.environ.get("GPIOZERO_PIN_FACTORY") == "mock":
        from gpiozero.pins.mock import MockFactory

        return MockFactory()
    folder = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or tempfile.gettempdir()
    # lgpio puts a pipe there at import, else into the working directory
    os.environ.setdefault("LG_WD", folder)
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except Exception as err:  # lgpio.error has no narrower base
        raise DeviceError(
            f"GPIO pins cannot be opened ({err}): they need a Raspberry Pi and a user in"
            " the group gpio"
        ) from err
