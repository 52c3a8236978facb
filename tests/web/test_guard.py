"""What the pages refuse, on a real server: they only read, for those who may, and nothing that is
not theirs."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.daemon import refused

from .pages import Pages, running

TOKEN = "a-token-drawn-by-chance"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()


def basic(token: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{token}".encode()).decode()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with running(tmp_path_factory.mktemp("station"), 'hosts = ["station-1.local"]\n') as pages:
        yield pages


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/day", "/bags/1", "/events"])
def test_there_is_nothing_to_write_to(pages: Pages, method: str, path: str) -> None:
    assert pages.ask(path, method).status == 405


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/", 200, {}),
        ("/", 200, {"Host": "localhost:8642"}),
        ("/", 200, {"Host": "station-1.local"}),
        ("/", 421, {"Host": "evil.example"}),
        ("/", 421, {"Host": "127.0.0.1.evil.example:80"}),
        ("/", 421, {"Host": "["}),
        ("/", 200, {"Host": "localhost", "Origin": "http://localhost"}),
        ("/", 403, {"Host": "localhost", "Origin": "http://evil.example"}),
        ("/", 403, {"Host": "localhost", "Origin": "null"}),
        ("/picture", 403, {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}),
        ("/", 200, {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}),
        ("/search?q=" + "x" * 1100, 414, {}),
        ("/", 413, {"Content_Length": "5"}),
    ],
)
def test_hosts_origins_and_sizes(
    pages: Pages, path: str, status: int, headers: dict[str, str]
) -> None:
    answer = pages.ask(path, "GET", None, **headers)
    assert answer.status == status
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static//etc/passwd",
        "/pictures/../../etc/passwd",
        "/pictures/" + "9" * 30,
        "/pictures/0",
        "/bags/-1",
        "/labels/2",
        "/labels/" + "9" * 400,
        "/ledger.db",
        "/key",
    ],
)
def test_nothing_else_of_the_machine_is_served(pages: Pages, path: str) -> None:
    assert pages.ask(path).status == 404


def test_a_picture_outside_the_evidence_folder_is_not_shown_even_if_the_ledger_names_it(
    pages: Pages,
) -> None:
    entries = [seq for seq in range(1, 9) if pages.ask(f"/pictures/{seq}").status == 200]
    assert len(entries) == 1  # of two evidence entries


def test_an_oversize_head_is_cut_off(pages: Pages) -> None:
    assert pages.ask("/", Cookie="x" * 40_000).status in (400, 431)


def test_a_token_is_wanted_and_wrong_ones_are_slowed_down(tmp_path: Path) -> None:
    with running(tmp_path, f'token_sha256 = "{HASH}"\n') as pages:
        assert pages.ask("/").status == 401
        assert pages.ask("/", Authorization=basic(TOKEN)).status == 200
        assert pages.ask("/day", Authorization=f"Bearer {TOKEN}").status == 200
        wrong = [pages.ask("/", Authorization=basic(f"guess {n}")).status for n in range(7)]
        assert wrong == [401] * 5 + [429] * 2
        # the guesses were another's
        assert pages.ask("/", Authorization=basic(TOKEN)).status == 200
        assert pages.ask("/", Authorization=basic("guess 8")).status == 429


def test_over_tls_the_same(tmp_path: Path) -> None:
    pem = [str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")]
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        f" -out {pem[0]} -keyout {pem[1]}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    web = (
        f'listen = "0.0.0.0:0"\ntoken_sha256 = "{HASH}"\ncertificate ='
        f' "{pem[0]}"\nprivate_key = "{pem[1]}"\n'
    )
    with running(tmp_path, web) as pages:
        assert pages.address.startswith("https://")
        pages.address = pages.address.replace("0.0.0.0", "127.0.0.1")
        assert pages.ask("/", Authorization=basic(TOKEN)).status == 200
        where = urlsplit(pages.address)
        with socket.create_connection((str(where.hostname), int(str(where.port)))) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"200 OK" not in plain.recv(1000)


@pytest.mark.parametrize(
    ("web", "said"),
    [
        (
            'listen = "0.0.0.0:8642"',
            "web.listen = '0.0.0.0:8642': others can reach it: set token_sha256",
        ),
        (f'listen = "0.0.0.0:8642"\ntoken_sha256 = "{HASH}"', "others can reach it"),
        (
            'certificate = "/nowhere"',
            "web.certificate and web.private_key go together: set both or none",
        ),
        ('listen = "192.0.2.1:80"', "others can reach it"),
        (
            'listen = "localhost"',
            "web.listen = 'localhost': must be HOST:PORT such as 127.0.0.1:8642: correct it",
        ),
        ('token_sha256 = "password"', "must be 64 hex digits, as --new-token says"),
    ],
)
def test_settings_that_would_open_it_to_everybody_are_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], web: str, said: str
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f"[web]\n{web}\n")
    code, words = refused(capfd, "web", "--settings", settings)
    assert code == 2
    assert said in words


def test_a_new_token_and_its_hash_belong_together() -> None:
    command = [sys.executable, "-m", "samebag", "web", "--new-token"]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=30
    ).stdout.split()
    token, digest = said[said.index("password:") + 1], said[-1].strip('"')
    assert hashlib.sha256(token.encode()).hexdigest() == digest


def test_it_ends_at_once_though_somebody_looks(tmp_path: Path) -> None:
    with running(tmp_path) as pages:
        where = urlsplit(pages.address)
        looking = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
        looking.request("GET", "/events")
        assert looking.getresponse().readline().startswith(b"retry")
        pages.process.terminate()
        assert pages.process.wait(3) == 0
        looking.close()
