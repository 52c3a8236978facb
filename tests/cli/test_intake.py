"""A real ``samebag intake``: on loopback as it is, for others only behind a token and TLS."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from samebag.cli import main
from tests.orders.test_posted import PARCEL, body

JSON = {"Content-Type": "application/json"}
WAIT_S = 20.0


@contextmanager
def intake(inbox: Path, *arguments: str | Path) -> Iterator[int]:
    """Its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "samebag", "intake", "--inbox", inbox, "--port", port, *arguments]
    process = subprocess.Popen(list(map(str, command)), env=os.environ)
    try:
        _until_open(port)
        yield port
    finally:
        process.terminate()
        process.wait(WAIT_S)


def _until_open(port: int) -> None:
    until_s = time.monotonic() + WAIT_S
    while time.monotonic() < until_s:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the intake did not open its port")


def post(
    port: int, content: bytes, headers: Mapping[str, str] = JSON, *, tls: ssl.SSLContext | None = None
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
    with intake(tmp_path) as port:
        status, said = post(port, body(PARCEL))
        assert (status, said["parcels"]) == (202, 1)
        assert [path.name for path in tmp_path.iterdir()] == [said["file"]]
        status, said = post(port, body(PARCEL | {"tracking_number": ""}))
        assert status == 422
        assert isinstance(said["refused"], list)
        assert said["refused"][0]["rule"] == "must be one code"
        assert post(port, body(PARCEL), JSON | {"Content-Type": "text/plain"})[0] == 415  # what a form may send
        assert post(port, body(PARCEL), JSON | {"Host": "evil.example"})[0] == 400  # a name that points to loopback
        assert post(port, b" " * (8 << 20) + b"{}")[0] == 413
    assert len(list(tmp_path.iterdir())) == 1


def test_others_need_the_token_and_the_token_is_kept_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, hashed, cert, key = (tmp_path / name for name in ("inbox", "token", "cert.pem", "key.pem"))
    inbox.mkdir()
    assert main(["intake", "--new-token", "--token-file", str(hashed)]) == 0
    token = capsys.readouterr().out.strip()
    assert len(token) >= 43
    assert token not in hashed.read_text()
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=station"
    names = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert))
    subprocess.run(["openssl", *made.split(), *names], check=True, capture_output=True)
    tls = ssl.create_default_context(cafile=str(cert))
    arguments = ("--host", "0.0.0.0", "--token-file", hashed, "--tls-cert", cert, "--tls-key", key)
    with intake(inbox, *arguments) as port:
        for wrong in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Basic {token}"}):
            assert post(port, body(PARCEL), JSON | wrong, tls=tls)[0] == 401
        assert list(inbox.iterdir()) == []
        assert post(port, body(PARCEL), JSON | {"Authorization": f"Bearer {token}"}, tls=tls)[0] == 202
        with pytest.raises((http.client.HTTPException, OSError)):
            post(port, body(PARCEL))
    assert len(list(inbox.iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--host", "0.0.0.0"],
            "--host = 0.0.0.0: others than this machine may connect only with a token and TLS: give --token-file,"
            " --tls-cert and --tls-key, or leave --host away",
        ),
        (["--inbox", "none"], "--inbox = none: must be a folder: make it, or name another"),
        (["--token-file", "empty"], "--token-file = empty: holds no hash of a token: make one with --new-token"),
        (["--new-token"], "--new-token needs --token-file: name the file that holds the token's hash"),
    ],
)
def test_an_intake_that_would_be_open_to_all_does_not_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    assert main(["intake", *arguments]) == 2
    assert capsys.readouterr().err == f"samebag: {message}\n"
