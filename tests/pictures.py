"""Draws docs/pictures: the packer's screen as Chromium shows it, and a merged label as it is
printed."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from samebag.core.codes.merged import merged_code
from samebag.core.parcels import Item, Parcel
from samebag.label.layout import MergedLabel
from samebag.label.profiles import profiles
from samebag.label.raster import render

from .web.pages import running
from .web.states import states

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
SCREENS = {"match": "zh", "mismatch": "en"}  # which state in which language
SIZE = {"width": 800, "height": 480}  # of the Raspberry Pi's own display
COLOURS = 64  # of a screen: flat areas and the edges of letters

HOOD = Item("HD-3301-BK-XL", "男士连帽卫衣加绒加厚秋冬新款", "黑色 Black / XL", 2)
CUP = Item("CUP-500", "不锈钢保温杯 Stainless steel vacuum bottle", "银色", 1)
PARCEL = Parcel(
    "P-1042",
    "LX123456789CN",
    orders=("240123-1",),
    list_codes=("240123-1",),
    country="Japan",
    items=(HOOD, CUP),
)


def label() -> Image.Image:
    """What an 80 mm printer prints of a parcel that there is not."""
    made = merged_code(PARCEL.name, 1042, 1, bytes(32))
    content = MergedLabel(
        parcel=PARCEL,
        print_number=1042,
        copy=1,
        station="SB-01",
        wall_time="2026-11-11T14:03:22+08:00",
        code=made,
        packer="LI MEI",
        head="K7Q2M4XA",
    )
    (slip,) = render(content, profiles()["80mm"])
    return slip


def screens() -> None:
    """Those of a real ``samebag web``, beside a station that is only its files."""
    with (
        TemporaryDirectory() as folder,
        running(Path(folder)) as pages,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport=SIZE)  # type: ignore[arg-type]  # a TypedDict
        for name, language in SCREENS.items():
            pages.station.shows(dict(states()[name]))
            page.goto(f"{pages.address}?lang={language}")
            page.wait_for_selector(f".face.is-{name}")
            page.locator("#picture").evaluate("picture => picture.decode()")
            path = FOLDER / f"screen-{name}.png"
            page.screenshot(path=path)
            Image.open(path).quantize(COLOURS).save(path, optimize=True)
        chromium.close()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    label().save(FOLDER / "label.png", optimize=True)
    screens()
