"""Certificates as a server uses them; what is wrong with a file is said. It is said with its name and the
setting that named it.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from counterflow.wire.contract import Tls
from counterflow.wire.handshakes import Refusals, logging_failures


class UnusableTls(Exception):
    """A certificate or a key that no server can use: which file, what was expected, what was found."""


def server_context(tls: Tls, protocols: Sequence[str] = ("h2",)) -> ssl.SSLContext:
    """TLS 1.2 or later for what is spoken inside, gRPC over HTTP/2 by default. Raises `UnusableTls`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(protocols)
    _check_pem("tls_certificate", tls.certificate, "a certificate", "-----BEGIN CERTIFICATE-----")
    _check_pem("tls_key", tls.key, "a private key", "PRIVATE KEY-----")
    _load_chain(context, tls)
    if tls.client_authority is not None:
        _check_pem(
            "tls_client_authority", tls.client_authority, "certificates", "-----BEGIN CERTIFICATE-----"
        )
        _load_authority(context, tls.client_authority)
    context.sslobject_class = logging_failures(Refusals(str(tls.client_authority or "")))
    return context


def _load_chain(context: ssl.SSLContext, tls: Tls) -> None:
    def ask_nobody() -> str:
        raise UnusableTls(
            f"tls_key {tls.key}: expected a key without a passphrase, found an encrypted one; this server "
            "asks nobody for it"
        )

    try:
        context.load_cert_chain(tls.certificate, tls.key, ask_nobody)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise UnusableTls(
                f"tls_key {tls.key}: expected the key of the certificate in {tls.certificate}, found "
                "another's"
            ) from error
        raise UnusableTls(
            f"tls_certificate {tls.certificate}, tls_key {tls.key}: expected a certificate and its key in "
            f"PEM, but one of them cannot be read: {error.reason or error}"
        ) from error


def _load_authority(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except ssl.SSLError as error:
        raise UnusableTls(
            f"tls_client_authority {path}: expected certificates in PEM, but they cannot be read: "
            f"{error.reason}"
        ) from error
    context.verify_mode = ssl.CERT_REQUIRED


def _check_pem(setting: str, path: Path, what: str, sign: str) -> None:
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise UnusableTls(
            f"{setting} {path}: expected a file with {what} in PEM, but it cannot be read: {error.strerror}"
        ) from error
    if sign not in text:
        raise UnusableTls(f"{setting} {path}: expected {what} in PEM, found no line like '{sign}' in it")
