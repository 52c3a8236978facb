"""The pages in a real Chromium: every page, both languages, three sizes, light and dark, live, dead
and back."""

from __future__ import annotations

import io
import itertools
import os
import re
import shutil
import signal
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .pages import DAY, Pages, StationFiles, running
from .states import full, states

STATES, FULL = states(), full()
CHROMIUM = shutil.which("chromium")
SIZES = ((800, 480), (1280, 800), (1920, 1080))
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
PAGES = (
    "/",
    f"/day?day={DAY}",
    f"/report?span=day&day={DAY}",
    "/report?day=2026-01-01",
    "/search?q=ORD-7",
    "/bags/1",
    "/bags/2",
    "/technician",
    "/nope",
)
SHOTS = os.environ.get("SAMEBAG_SHOTS")  # a folder for what the tests see, to be looked at

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "chromium is missing: make setup installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running(tmp_path_factory.mktemp("station")) as pages:
        yield pages


# The page has been laid out as it is now, and its observers have had their turn.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Seen:
    """A browser's page and what it complained about."""

    def __init__(self, browser: Browser, pages: Pages) -> None:
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self._pages = pages
        self.page: Page = browser.new_page()
        self.becomes(SIZES[1], "light")
        self.page.on(
            "console", lambda message: self.complaints.append(f"{message.type}: {message.text}")
        )
        self.page.on("pageerror", lambda err: self.complaints.append(str(err)))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))

    def becomes(self, size: tuple[int, int], scheme: Scheme) -> None:
        """Another screen, under the page that is open."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)
        self.page.wait_for_function(
            "([width, dark]) => innerWidth === width &&"
            " matchMedia('(prefers-color-scheme: dark)').matches === dark",
            arg=[size[0], scheme == "dark"],
        )
        self.page.evaluate(PAINTED)
        self._name = f"{size[0]}-{scheme}"

    def open(self, path: str) -> Page:
        self.page.goto(self._pages.address.rstrip("/") + path)
        return self.page

    def shot(self, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(SHOTS) / f"{name}-{self._name}.png", full_page=True)

    def close(self) -> None:
        self.page.close()


def word(page: Page) -> str:
    return page.locator("h1.word").inner_text()


def unclear(page: Page) -> list[str]:
    """What is cut off, lies on something else, or is hidden without being counted, of all that is
    to be read."""
    return list(page.evaluate(UNCLEAR))


UNCLEAR = """() => {
  const faults = [], text = (e) => (e.className.baseVal ?? e.className)
      + " " + e.textContent.trim().slice(0, 40);
  const seen = [...document.querySelectorAll(
    ".shape, .word, .also, .digits, .next, .below > p, .below li, #camera")]
      .filter((e) => e.checkVisibility());
  const rects = new Map(seen.map((e) => [e, e.getBoundingClientRect()]));
  const edge = document.querySelector("main").getBoundingClientRect();
  for (const e of seen) {
    const r = rects.get(e), shapes = e.matches(".shape, #camera");
    if (r.left < -1 || r.top < edge.top - 1 || r.right > innerWidth + 1
        || r.bottom > innerHeight + 1)
      faults.push("off the screen: " + text(e));
    if (!shapes && (e.scrollWidth > e.clientWidth + 1
        || e.scrollHeight > e.clientHeight + r.height * 0.25))
      faults.push("cut off: " + text(e));
    for (let box = e.parentElement; box; box = box.parentElement) {
      const b = box.getBoundingClientRect();
      if (getComputedStyle(box).overflowY !== "visible" && (r.bottom > b.bottom + 1
        || r.right > b.right + 1))
        faults.push("cut off by " + box.className + ": " + text(e));
    }
    for (const other of seen) {
      const o = rects.get(other);
      const apart = r.right <= o.left + 1 || o.right <= r.left + 1 || r.bottom <= o.top + 1
        || o.bottom <= r.top + 1;
      if (e !== other && !apart) faults.push(text(e) + " lies on " + text(other));
    }
  }
  for (const list of document.querySelectorAll(".some")) {
    const hidden = [...list.children].filter((e) => e.hidden).length;
    const said = list.querySelector(".more")?.textContent ?? "+0";
    if (said !== "+" + hidden || hidden === list.children.length)
        faults.push("not counted: " + hidden + " " + said);
  }
  return faults;
}"""


def graves(page: Page) -> list[tuple[str, str]]:
    """What keeps people from using the page: axe's rules, and where."""
    found = Axe().run(page).response["violations"]
    return _grave(found)


def graves_of_colour(page: Page) -> list[tuple[str, str]]:
    """The same of axe's rules on colour, once the page was asked for all: a scheme changes colours
    only."""
    found = page.evaluate("() => axe.run({runOnly: ['cat.color'], resultTypes: ['violations']})")[
        "violations"
    ]
    return _grave(found)


def _grave(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="module")
def seen_for_long(browser: Browser, pages: Pages) -> Iterator[Seen]:
    """One page for all states, as on the station's screen; a new one for each takes longer than the
    looking."""
    seen = Seen(browser, pages)
    yield seen
    seen.close()


@pytest.mark.parametrize("name", STATES)
def test_each_state_fills_the_screen_nothing_of_it_is_cut_off_and_it_is_accessible(
    seen_for_long: Seen, pages: Pages, name: str
) -> None:
    seen = seen_for_long
    seen.complaints.clear()
    pages.station.shows(STATES[name])
    for language in ("en", "zh"):
        page = seen.open(f"/?lang={language}")
        expect(page.locator("h1.word")).to_be_visible()
        for size, scheme in itertools.product(SIZES, SCHEMES):
            seen.becomes(size, scheme)
            assert unclear(page) == [], (language, size)
            tall = page.evaluate(
                "() => parseFloat(getComputedStyle(document.querySelector('h1.word')).fontSize)"
            )
            assert tall >= 0.1 * size[1], (language, size)
            seen.shot(f"{name}-{language}")
    seen.becomes(SIZES[1], "light")
    assert graves(page) == []
    seen.becomes(SIZES[1], "dark")
    assert graves_of_colour(page) == []
    assert seen.complaints == []


@pytest.mark.parametrize("name", FULL)
def test_what_does_not_fit_is_counted_and_nothing_lies_on_a_code(
    seen_for_long: Seen, pages: Pages, name: str
) -> None:
    seen = seen_for_long
    pages.station.shows(FULL[name])
    for language in ("en", "zh"):
        page = seen.open(f"/kiosk?lang={language}")
        page.wait_for_function("() => !document.querySelector('#camera').hidden")
        for size in SIZES:
            seen.becomes(size, "light")
            assert unclear(page) == [], (language, size)
            seen.shot(f"full-{name}-{language}")
        seen.becomes(SIZES[0], "light")
        expect(page.locator(".more").first).to_be_visible()


def test_a_dark_page_differs_in_colours_alone() -> None:
    css = files("samebag.web").joinpath("static/pages.css").read_text("utf-8")
    (dark,) = re.findall(r"prefers-color-scheme: dark\) \{(.*?)\n\}", css, re.DOTALL)
    assert re.fullmatch(r"\s*:root \{(\s*--[a-z]+: #[0-9a-f]{6};)+ \}", dark)
    assert css.count("prefers-color-scheme") == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_accessible_asks_no_other_host_and_leaves_the_console_empty(
    browser: Browser, pages: Pages, language: str
) -> None:
    pages.station.shows(STATES["match"])
    seen = Seen(browser, pages)
    for path in PAGES:
        page = seen.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        for scheme, faults in zip(SCHEMES, (graves, graves_of_colour), strict=True):
            seen.becomes(SIZES[1], scheme)
            assert faults(page) == [], (path, scheme)
            seen.shot(f"page{path.partition('?')[0].replace('/', '-')}-{language}")
        assert page.locator("html").get_attribute("lang") == language
    assert [
        told for told in seen.complaints if "404" not in told
    ] == []  # /nope is told to the console too
    assert seen.hosts == {pages.address.split("/")[2]}
    seen.close()


def test_the_screen_follows_the_station_within_a_moment(browser: Browser, pages: Pages) -> None:
    pages.station.shows({})
    seen = Seen(browser, pages)
    page = seen.open("/?lang=en")
    for name, said in (
        ("reading", "Cargo list missing"),
        ("match", "Match"),
        ("mismatch", "Mismatch"),
        ("ready", "Put a bag down"),
    ):
        pages.station.shows(STATES[name])
        expect(page.locator("h1.word")).to_have_text(said, timeout=1000)
    before = page.locator("#picture").get_attribute("src")
    expect(page.locator("#picture")).not_to_have_attribute("src", str(before))
    assert page.locator("#picture").evaluate("e => e.naturalWidth") == 640
    seen.close()


def test_a_daemon_that_hangs_or_dies_is_said_plainly_and_its_return_too(
    browser: Browser, pages: Pages
) -> None:
    pages.station.shows(STATES["match"])
    seen = Seen(browser, pages)
    page = seen.open("/?lang=en")
    assert word(page) == "Match"
    pages.station.shows(None)  # it writes nothing any more
    expect(page.locator("h1.word")).to_have_text("Station is off", timeout=6000)
    expect(page.locator("#camera")).to_have_attribute("data-picture", "old", timeout=8000)
    pages.station.shows(STATES["ready"])
    expect(page.locator("h1.word")).to_have_text("Put a bag down", timeout=2000)
    pages.station.shows({"stopped": True})
    expect(page.locator("h1.word")).to_have_text("Station is off", timeout=2000)
    seen.close()


def test_when_the_pages_die_the_screen_says_so_and_comes_back_by_itself(
    browser: Browser, tmp_path: Path
) -> None:
    files = StationFiles(tmp_path)
    files.shows(STATES["match"])
    with running(tmp_path, station=files) as pages:
        port = pages.address.rstrip("/").rpartition(":")[2]
        seen = Seen(browser, pages)
        page = seen.open("/?lang=en")
        expect(page.locator("#offline")).to_be_hidden()
        pages.process.send_signal(signal.SIGKILL)
        expect(page.locator("#offline")).to_be_visible(timeout=10_000)
        seen.shot("offline")
    files.shows(STATES["ready"])
    with running(tmp_path, f'listen = "127.0.0.1:{port}"\n', station=files):
        expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
        expect(page.locator("h1.word")).to_have_text("Put a bag down")
    files.close()
    seen.close()


def test_the_language_is_switched_by_a_link_and_remembered(browser: Browser, pages: Pages) -> None:
    pages.station.shows({})
    seen = Seen(browser, pages)
    page = seen.open("/")
    assert word(page) == "请放上包裹"
    page.get_by_role("link", name="English").click()
    assert word(page) == "Put a bag down"
    page.get_by_role("link", name="Day").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    seen.close()


def test_the_stations_own_display_leads_nowhere(browser: Browser, pages: Pages) -> None:
    pages.station.shows(STATES["mismatch"])
    seen = Seen(browser, pages)
    page = seen.open("/kiosk?lang=en")
    assert word(page) == "Mismatch"
    assert page.locator("a, button, input, form, select").count() == 0
    told = (
        "what => !document.querySelector('.word').dispatchEvent(new Event(what,"
        " {bubbles: true, cancelable: true}))"
    )
    assert all(page.evaluate(told, what) for what in ("contextmenu", "selectstart", "dragstart"))
    page.locator(".word").dblclick()
    assert page.evaluate("() => getSelection().toString()") == ""
    pages.station.shows(STATES["match"])
    expect(page.locator("h1.word")).to_have_text("Match")
    seen.close()


def test_a_red_bags_codes_are_dashed_in_the_picture_and_another_bags_are_not(
    browser: Browser, pages: Pages
) -> None:
    seen = Seen(browser, pages)
    for name, bad in (("mismatch", 2), ("unknown", 0), ("duplicate", 1), ("match", 0)):
        pages.station.shows(STATES[name])
        page = seen.open("/kiosk?lang=en")
        expect(page.locator("#boxes .bad:not(.under)")).to_have_count(bad)
        expect(page.locator("#boxes .read:not(.under)")).to_have_count(2 - bad)
        for box in page.locator("#boxes .bad:not(.under)").all():
            assert box.evaluate("e => getComputedStyle(e).strokeDasharray") != "none"
    boxes, view = (page.locator(f"#{part}").bounding_box() for part in ("boxes", "picture"))
    assert boxes == view
    seen.close()


@pytest.mark.parametrize(
    "deficiency", ["protanopia", "deuteranopia", "tritanopia", "achromatopsia"]
)
def test_whoever_sees_fewer_colours_still_sees_green_from_red(
    browser: Browser, pages: Pages, deficiency: str
) -> None:
    """Simulated by Chromium; 3:1 is what WCAG 2.2, 1.4.11 asks of things told apart. Outlines
    differ anyway."""
    seen = Seen(browser, pages)
    seen.page.context.new_cdp_session(seen.page).send(
        "Emulation.setEmulatedVisionDeficiency", {"type": deficiency}
    )
    light = []
    for name in ("match", "mismatch"):
        pages.station.shows(STATES[name])
        corner = (
            Image.open(io.BytesIO(seen.open("/kiosk").screenshot())).convert("RGB").getpixel((4, 4))
        )
        light.append(_luminance(corner))
        seen.shot(f"{deficiency}-{name}")
    assert (light[0] + 0.05) / (light[1] + 0.05) >= 3
    seen.close()


def _luminance(colour: Any) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [(c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


# 10 mm on 7 inches: 480 rows of the Raspberry Pi Touch Display are 86 mm
TOUCH_PX = 10 / (86 / 480)


def test_what_is_tapped_is_as_large_as_a_finger_on_seven_inches(
    browser: Browser, pages: Pages
) -> None:
    context = browser.new_context(
        has_touch=True, viewport={"width": SIZES[0][0], "height": SIZES[0][1]}
    )
    page = context.new_page()
    for path in PAGES:
        page.goto(pages.address.rstrip("/") + path)
        boxes = [
            part.bounding_box() for part in page.locator(".bar a, button, input, .button").all()
        ]
        sizes = [min(box["width"], box["height"]) for box in boxes if box]
        assert len(sizes) >= 5, path
        assert min(sizes) >= TOUCH_PX, path
    context.close()


def test_a_supervisor_finds_a_bag_by_its_last_digits_with_the_keyboard_alone(
    browser: Browser, pages: Pages
) -> None:
    seen = Seen(browser, pages)
    page = seen.open(f"/day?day={DAY}&lang=en")
    expect(page.locator(".tile.stop b")).to_have_text("1")
    page.get_by_label("A code, its last four digits, or a bag").focus()
    page.keyboard.type("0260")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bag #1 · match")
    expect(page.get_by_text("as the ledger has it")).to_be_visible()
    for picture in page.locator(".pictures img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("e => e.naturalWidth > 0")
    assert b"LI WEI" in page.content().encode()
    seen.close()


def test_the_evidence_sheet_is_one_page_on_paper(browser: Browser, pages: Pages) -> None:
    seen = Seen(browser, pages)
    pdf = seen.open("/bags/1?lang=zh").pdf(prefer_css_page_size=True)
    assert (
        pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/") == 1
    )
    seen.close()


def test_without_script_the_station_page_still_shows_the_state(
    browser: Browser, pages: Pages
) -> None:
    pages.station.shows(STATES["mismatch"])
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages.address + "?lang=en")
    assert word(page) == "Mismatch"
    context.close()
