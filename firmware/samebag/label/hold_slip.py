"""The slip that goes into the red box with a bag on hold: why it is there, and a code that brings
that up. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samebag.core.codes.own_codes import held_code
from samebag.label.layout import shown_time
from samebag.label.sheet import Card

NO_LABEL = "不是标签，不要发出：放进异常筐", "Not a label, do not ship: into the red box"
ITS_STORY = "查经过：在电脑上扫此码", "What happened: scan this at a computer"


@dataclass(frozen=True, slots=True)
class HoldSlip:
    """``wall_time`` ISO 8601. ``said`` is what the packer was told of that bag, line by line, in
    both languages."""

    station: str
    bag: int
    wall_time: str
    packer: str
    said: tuple[str, ...]


def hold_card(held: HoldSlip) -> Card:
    """Drawn as the other cards: its head, white on black across the paper, is on no label."""
    packer = f"打包员 {held.packer}  " if held.packer else ""
    made = f"{packer}{held.station}  {shown_time(held.wall_time)}"
    words = (*NO_LABEL, *held.said, made, *ITS_STORY)
    return Card(f"异常袋 HOLD #{held.bag}", words, (held_code(held.station, held.bag),))
