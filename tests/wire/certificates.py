"""Certificates for tests, made by the openssl command: an authority, and what it issues."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest

from counterflow.wire.contract import Tls

BOOKS = """
[ca]
default_ca = ours
[ours]
database = {books}/index
serial = {books}/serial
new_certs_dir = {books}
default_md = sha256
policy = any
[any]
commonName = supplied
"""
LOCAL = "DNS:localhost,IP:127.0.0.1"


class Certificate(NamedTuple):
    """Two files in PEM."""

    certificate: Path
    key: Path


def authority(folder: Path, name: str) -> Certificate:
    """Somebody who vouches for others."""
    return _request(folder, name, "-x509", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE")


def issued(folder: Path, by: Certificate, name: str, alternatives: str = "") -> Certificate:
    """A certificate for `name`, and for what else it is called."""
    names = ("-addext", f"subjectAltName={alternatives}") if alternatives else ()
    return _request(
        folder, name, "-x509", "-days", "2", "-CA", str(by.certificate), "-CAkey", str(by.key), *names
    )


def issued_for(folder: Path, by: Certificate, name: str, since: str, until: str) -> Certificate:
    """A certificate for `name` that is valid at other times, each `YYYYMMDDHHMMSSZ`."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    books = folder / f"books-of-{name}"
    books.mkdir()
    (books / "index").touch()
    (books / "serial").write_text("01")
    (books / "rules").write_text(BOOKS.format(books=books))
    asked = books / "asked"
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        f"/CN={name}",
        "-keyout",
        str(made.key),
        "-out",
        str(asked),
    )
    openssl(
        "ca",
        "-batch",
        "-notext",
        "-config",
        str(books / "rules"),
        "-cert",
        str(by.certificate),
        "-keyfile",
        str(by.key),
        "-in",
        str(asked),
        "-out",
        str(made.certificate),
        "-startdate",
        since,
        "-enddate",
        until,
    )
    return made


def _request(folder: Path, name: str, *options: str) -> Certificate:
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        f"/CN={name}",
        "-keyout",
        str(made.key),
        "-out",
        str(made.certificate),
        *options,
    )
    return made


def openssl(*arguments: str) -> None:
    """Run it; the test is skipped where there is none."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl on this machine to make a certificate with")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Certificates:
    """A server, its clients, one that nobody vouches for, and who vouches for the others."""

    def __init__(self, folder: Path) -> None:
        self.ours = authority(folder, "ours")
        self.server = issued(folder, self.ours, "server", LOCAL)
        self.client = issued(folder, self.ours, "booking")
        self.named = issued(folder, self.ours, "named", "DNS:booking.example,URI:spiffe://trips/booking")
        self.expired = issued_for(folder, self.ours, "expired", "20200101000000Z", "20210102030405Z")
        self.early = issued_for(folder, self.ours, "early", "20900101000000Z", "20910101000000Z")
        self.stranger = issued(folder, authority(folder, "theirs"), "stranger")

    def tls(self, *, mutual: bool = False) -> Tls:
        """What the server is told."""
        return Tls(*self.server, client_authority=self.ours.certificate if mutual else None)

    def credentials(self, client: Certificate | None = None) -> grpc.ChannelCredentials:
        """What a stock client is told."""
        key, chain = (client.key.read_bytes(), client.certificate.read_bytes()) if client else (None, None)
        return grpc.ssl_channel_credentials(self.ours.certificate.read_bytes(), key, chain)
