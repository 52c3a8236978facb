"""What the display's browser is started with, and the page that it shows until the station's pages
answer."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from samebag.settings import Settings, SettingsError

PAGE = "/kiosk"  # the only place where systemd/kiosk-policy.json lets the browser go
STARTING, READY = "starting.html", "ready.js"  # the first loads the second once a second
FLAGS = (
    "--kiosk",
    "--ozone-platform=wayland",
    "--no-first-run",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--password-store=basic",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=Translate",
    "--disk-cache-size=1",  # the profile lies in memory
    "--log-level=3",  # fatal only: the rest of what it says is about services that a kiosk lacks
)


def address(settings: Settings) -> str:
    """Of the page. Raises SettingsError where a browser of this machine would be asked for a token
    or a certificate."""
    web = settings.web
    if (urlsplit(f"//{web.listen}").hostname or "") in ("127.0.0.1", "localhost", "::1") and not (
        web.token_sha256 or web.certificate
    ):
        return f"http://{web.listen}{PAGE}"
    raise SettingsError(
        f"{settings.source}: web.listen = {web.listen!r}: the kiosk gives neither token"
        " nor certificate: must be"
        " 127.0.0.1:PORT without them; browsers elsewhere need a proxy before it, or a"
        " station without kiosk"
    )


def port(settings: Settings) -> int:
    return urlsplit(f"//{settings.web.listen}").port or 0


def command(chromium: str, home: Path) -> list[str]:
    """``home`` is a folder that may go: settings of the browser lie there, and the page that it
    begins with."""
    return [chromium, *FLAGS, f"--user-data-dir={home / 'profile'}", (home / STARTING).as_uri()]


def put_starting(home: Path) -> None:
    (home / STARTING).write_bytes((files(__package__) / STARTING).read_bytes())
    (home / READY).write_text("", encoding="ascii")


def leave_for(place: str, home: Path) -> None:
    """The starting page goes there with its next look."""
    (home / READY).write_text(f'location.replace("{place}");\n', encoding="ascii")
