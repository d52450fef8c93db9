"""Why there was no answer, in one sentence: what gRPC says of it is written for its own authors.

Both the commands and the worker SDK say it this way. The texts that are looked for are those of gRPC's core
(grpcio 1.71 to 1.80).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from counterflow_wire.certificates import AUTHORITY_VARIABLE, CHAIN_VARIABLE, KEY_VARIABLE


class Dialled(NamedTuple):
    """How a server was called: its address (host:port), whether over TLS, whether with a certificate. That is
    the client's own.
    """

    target: str
    is_secure: bool = False
    shows_certificate: bool = False


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
SIGNS = (
    Sign(
        re.compile("WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG"),
        "{target} does not speak TLS: expected a server behind https://; name it as http://{target} if it is "
        "meant to be without",
    ),
    Sign(
        re.compile("CERTIFICATE_VERIFY_FAILED|Hostname Verification Check failed"),
        "{target} shows a certificate that is not trusted here, or is for another name; name the file of an "
        f"authority to trust in {AUTHORITY_VARIABLE}, or the server as its certificate does",
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
    sentence = next((sign.sentence for sign in SIGNS if sign.pattern.search(details)), "")
    if sentence is HANGS_UP and dialled.is_secure:
        sentence = HANGS_UP_ON_CERTIFICATE if dialled.shows_certificate else HANGS_UP_OVER_TLS
    target = dialled.target
    return sentence.format(target=target, host=target.rpartition(":")[0].strip("[]") or target)
