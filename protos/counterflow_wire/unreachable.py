"""Why there was no answer, in one sentence: what gRPC says of it is written for its own authors.

Both the commands and the worker SDK say it this way. The texts that are looked for are those of gRPC's core
(grpcio 1.71 to 1.80).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from counterflow_wire.certificates import AUTHORITY_VARIABLE, CHAIN_VARIABLE, KEY_VARIABLE
from counterflow_wire.validity import validity_of


class Dialled(NamedTuple):
    """How a server was called: its address (host:port), whether over TLS, and the client's certificate."""

    target: str
    is_secure: bool = False
    certificate: Path | None = None
    """The file of the client's own, None where it shows none."""


class Sign(NamedTuple):
    """How gRPC says something, and the sentence that it stands for; `{target}` is the address."""

    pattern: re.Pattern[str]
    sentence: str


HANGS_UP = (
    "{target} hangs up at once: expected a gRPC server; name it as https://{target} if it speaks TLS; else "
    "something else is there"
)
HANGS_UP_OVER_TLS = (
    "{target} hangs up at once over TLS: expected a server that lets in clients without a certificate, but "
    f"this one seems to ask for one; name one that it trusts in {CHAIN_VARIABLE}, and its key in "
    f"{KEY_VARIABLE}; else something else is there"
)
HANGS_UP_ON_CERTIFICATE = (
    "{target} hangs up at once over TLS: expected a server that trusts the certificate that it is shown "
    f"({CHAIN_VARIABLE}), but this one seems not to; name one of the authority that it trusts (its "
    "tls_client_authority); else something else is there"
)
HANGS_UP_ON_OLD_CERTIFICATE = (
    "{target} hangs up at once over TLS: expected a certificate that is valid now, found {certificate} "
    f"({CHAIN_VARIABLE}), which {{fault}}; have it renewed by an authority that the server trusts (its "
    "tls_client_authority), and see that this machine's clock is right"
)
SIGNS = (
    Sign(
        re.compile("WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG"),
        "{target} does not speak TLS: expected a server behind https://; name it as http://{target} if it is "
        "meant to be without",
    ),
    Sign(
        re.compile("CERTIFICATE_VERIFY_FAILED: certificate (?P<fault_there>has expired|is not yet valid)"),
        "{target} shows a certificate that {fault_there}: expected one that is valid now; have it "
        "renewed (the server's tls_certificate), and see that this machine's clock is right",
    ),
    Sign(
        re.compile("Hostname Verification Check failed"),
        "{target} shows a certificate that is for another name, expected one for {host}; name the server as "
        "its certificate does, or have it made for this name as well",
    ),
    Sign(
        re.compile("CERTIFICATE_VERIFY_FAILED"),
        "{target} shows a certificate that is not trusted here; name the file of an authority to trust in "
        f"{AUTHORITY_VARIABLE}",
    ),
    Sign(
        re.compile("Failed to create security handshaker"),
        "{target} cannot be called with the certificates that are named: expected PEM in the files of "
        f"{AUTHORITY_VARIABLE}, {CHAIN_VARIABLE} and {KEY_VARIABLE}, and in the last the key of the "
        "certificate in the one before",
    ),
    Sign(
        re.compile("missing selected ALPN|Failed parsing HTTP/2|Expected SETTINGS frame as the first frame"),
        "{target} answers, but not in HTTP/2: expected a gRPC server, found another; Counterflow's port is "
        "26500 unless it is told another",
    ),
    Sign(
        re.compile("errors resolving|DNS resolution failed|Domain name not found|Name or service not known"),
        "There is no host named {host}: expected a name that this machine can resolve, or an address such as "
        "127.0.0.1:26500",
    ),
    Sign(
        re.compile("failed to connect .*(Connection reset by peer|Socket closed|Broken pipe)", re.DOTALL),
        HANGS_UP,
    ),
    Sign(
        re.compile("failed to connect .*unix:.*Permission denied", re.DOTALL),
        "{target} does not let this user in: expected a socket that it may write to; its server is told by "
        "unix_socket_mode who may",
    ),
    Sign(
        re.compile("failed to connect .*unix:.*No such file or directory", re.DOTALL),
        "Expected a server at {target}, but found no socket there; start one with `counterflow serve --host "
        "{target}`, or name another address",
    ),
    Sign(
        re.compile("failed to connect .*Connection refused", re.DOTALL),
        "Expected a server at {target}, but found none that answers (Connection refused); "
        "start one with `counterflow dev`, or name another address",
    ),
)


def why_unreachable(dialled: Dialled, details: str) -> str:
    """A sentence about the server of a call that gRPC says `details` of.

    Empty where they say nothing of the way to it.
    """
    for sign in SIGNS:
        if found := sign.pattern.search(details):
            return _told(sign.sentence, dialled, **found.groupdict())
    return ""


def _told(sentence: str, dialled: Dialled, **said: str) -> str:
    if sentence is HANGS_UP and dialled.is_secure:
        sentence = _over_tls(dialled)
    target = dialled.target
    return sentence.format(
        target=target,
        host=target.rpartition(":")[0].strip("[]") or target,
        certificate=dialled.certificate,
        fault=_fault(dialled.certificate),
        **said,
    )


def _over_tls(dialled: Dialled) -> str:
    """Why a server hangs up over TLS, as far as a client can know: it trusts no certificate that it saw."""
    if dialled.certificate is None:
        return HANGS_UP_OVER_TLS
    return HANGS_UP_ON_OLD_CERTIFICATE if _fault(dialled.certificate) else HANGS_UP_ON_CERTIFICATE


def _fault(certificate: Path | None) -> str:
    valid = validity_of(certificate) if certificate is not None else None
    return valid.fault(datetime.now(UTC)) if valid is not None else ""
