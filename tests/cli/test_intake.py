"""A real ``samebag intake``: on loopback as it is, for others only behind a token and TLS."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from samebag.cli import main
from samebag.words.alike import CURE
from tests.orders.test_posted import PARCEL, body

JSON = {"Content-Type": "application/json"}
WAIT_S = 20.0


@contextmanager
def intake(folder: Path, settings: str = "") -> Iterator[tuple[int, Path]]:
    """Its port and its inbox."""
    (inbox := folder / "inbox").mkdir()
    path = folder / "settings.toml"
    listen = "" if "listen" in settings else 'listen = "127.0.0.1:0"\n'
    path.write_text(f'[storage]\ndirectory = "{folder}"\n[intake]\n{listen}{settings}')
    command = [sys.executable, "-m", "samebag", "intake", "--settings", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        address = urlsplit(process.stdout.readline().removeprefix("samebag intake: "))
        assert address.path.strip() == "/orders"
        yield address.port or 0, inbox
    finally:
        process.terminate()
        process.wait(WAIT_S)
        process.stdout.close()


def post(
    port: int,
    content: bytes,
    headers: Mapping[str, str] = JSON,
    *,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, dict[str, object]]:
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=WAIT_S)
        if tls
        else http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    )
    connection.request("POST", "/orders", content, dict(headers))
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, json.loads(text) if text.startswith("{") else {}


def test_an_erp_on_this_machine_posts_orders_and_nobody_elses_page_does(tmp_path: Path) -> None:
    with intake(tmp_path) as (port, inbox):
        status, said = post(port, body(PARCEL))
        assert (status, said["parcels"]) == (202, 1)
        assert [path.name for path in inbox.iterdir()] == [said["file"]]
        status, said = post(port, body(PARCEL | {"list_codes": ["LX000000001CN"]}))
        assert status == 202
        assert isinstance(said["never_green"], dict)
        assert (said["never_green"]["example"], said["never_green"]["cure"]) == ("P1", CURE.en)
        status, said = post(port, body(PARCEL | {"tracking_number": ""}))
        assert status == 422
        assert isinstance(said["refused"], list)
        assert said["refused"][0]["rule"] == "must be one code"
        # what a form may send
        assert post(port, body(PARCEL), JSON | {"Content-Type": "text/plain"})[0] == 415
        # a name that points to loopback
        assert post(port, body(PARCEL), JSON | {"Host": "evil.example"})[0] == 400
        assert post(port, b" " * (8 << 20) + b"{}")[0] == 413
        with ThreadPoolExecutor(20) as erps:
            answers = list(erps.map(lambda _: post(port, body(PARCEL)), range(20)))
        assert answers == [(202, answers[0][1])] * 20
    assert len(list(inbox.iterdir())) == 2


def test_others_need_the_token_and_the_token_is_kept_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    assert main(["intake", "--new-token"]) == 0
    comment, _, hashed = capsys.readouterr().out.splitlines()
    token = comment.rpartition(" ")[2]
    assert token not in hashed
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=station"
    names = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert))
    subprocess.run(["openssl", *made.split(), *names], check=True, capture_output=True)
    tls = ssl.create_default_context(cafile=str(cert))
    settings = f'listen = "0.0.0.0:0"\n{hashed}\ncertificate = "{cert}"\nprivate_key = "{key}"\n'
    with intake(tmp_path, settings) as (port, inbox):
        for wrong in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Basic {token}"}):
            assert post(port, body(PARCEL), JSON | wrong, tls=tls)[0] == 401
        assert list(inbox.iterdir()) == []
        assert (
            post(port, body(PARCEL), JSON | {"Authorization": f"Bearer {token}"}, tls=tls)[0] == 202
        )
        with pytest.raises((http.client.HTTPException, OSError)):
            post(port, body(PARCEL))
    assert len(list(inbox.iterdir())) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            'listen = "0.0.0.0:8733"',
            "intake.listen = '0.0.0.0:8733': others can reach it: set token_sha256 (samebag int",
        ),
        (
            'certificate = "/x"',
            "intake.certificate and intake.private_key go together: set both or none",
        ),
        ("", "--inbox = {folder}/inbox: must be a folder: make it, or name another"),
    ],
)
def test_an_intake_that_would_be_open_to_all_does_not_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, message: str
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'[storage]\ndirectory = "{tmp_path}"\n[intake]\n{settings}\n')
    assert main(["intake", "--settings", str(path)]) == 2
    assert message.format(folder=tmp_path) in capsys.readouterr().err
