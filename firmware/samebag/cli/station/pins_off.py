"""``samebag pins-off``: what the systemd unit calls after the station ended, however it did."""

from __future__ import annotations

import argparse

from samebag.devices.lamps.pins_off import pins_off


def add(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    pins_off()
    return 0
