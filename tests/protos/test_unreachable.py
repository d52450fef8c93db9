"""What gRPC says where no gRPC server answers, in a sentence: asked of real sockets, by commands and by the
worker SDK.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from counterflow.cli.address import choose_address
from counterflow.cli.exits import UNAVAILABLE, Failure
from counterflow.cli.remote import Remote
from counterflow_wire.unreachable import Dialled, why_unreachable
from counterflow_worker import CallRetry, Client, UnavailableError

HTTP_1 = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"


class Answering:
    """A socket that says the same to whoever connects, and hangs up."""

    def __init__(self, words: bytes) -> None:
        self.words = words
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self.listening.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return  # the test has ended
            with connection:
                connection.sendall(self.words)
                connection.recv(1)


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    opened: list[Answering] = []

    def open_one(words: bytes) -> str:
        opened.append(Answering(words))
        return opened[-1].target

    yield open_one
    for one in opened:
        one.listening.close()


def nobody() -> str:
    """An address where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


CASES = [
    (
        "https://",
        HTTP_1,
        "{target} does not speak TLS: expected a server behind https://; name it as http://{target} if",
    ),
    ("", HTTP_1, "{target} answers, but not in HTTP/2: expected a gRPC server, found another"),
    ("", b"SSH-2.0-OpenSSH_9.2p1\r\n", "{target} answers, but not in HTTP/2"),
    (
        "",
        b"",
        "{target} hangs up at once: expected a gRPC server; name it as https://{target} if it speaks TLS",
    ),
]


@pytest.mark.parametrize(
    "scheme,words,sentence", CASES, ids=["TLS to a plain server", "HTTP/1", "something else", "hangs up"]
)
async def test_a_server_that_does_not_speak_grpc(
    answering: Callable[[bytes], str], scheme: str, words: bytes, sentence: str
) -> None:
    target = answering(words)
    await both_say(f"{scheme}{target}", sentence.format(target=target))


async def test_a_host_that_nobody_knows() -> None:
    await both_say(
        "nowhere.invalid:26500",
        "There is no host named nowhere.invalid: expected a name that this machine can resolve",
    )


async def test_nobody_listens() -> None:
    target = nobody()
    await both_say(
        target,
        f"Expected a server at {target}, but found none that answers (Connection refused); start one with",
    )


@pytest.mark.parametrize("is_stale", [False, True])
async def test_a_socket_that_is_not_there_or_that_a_killed_server_left(
    tmp_path: Path, is_stale: bool
) -> None:
    target = f"unix:{tmp_path}/counterflow.sock"
    if is_stale:
        with closing(socket.socket(socket.AF_UNIX)) as left:
            left.bind(target.removeprefix("unix:"))
    found = "none that answers (Connection refused)" if is_stale else "no socket there"
    await both_say(target, f"Expected a server at {target}, but found {found}; start one with")


async def both_say(address: str, sentence: str) -> None:
    """The command line and the SDK end with the same sentence and nothing of gRPC's own."""
    remote = Remote(choose_address(address, {}))
    with pytest.raises(Failure) as failed:
        await asyncio.to_thread(remote.call, "Topology")
    client = Client(address, retry=CallRetry(attempts=1))
    with pytest.raises(UnavailableError) as away:
        await client.topology()
    await client.close()
    assert failed.value.code == UNAVAILABLE
    for said in (str(failed.value), away.value.reason):
        assert said.startswith(sentence)
        assert "last error" not in said
        assert "\n" not in said


OTHERS = [
    (
        "Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: error:1000007d: CERTIFICATE_VERIFY_FAILED: self signed",
        "not trusted here",
    ),
    (
        "Custom verification check failed with error: UNAUTHENTICATED: Hostname Verification Check failed.",
        "is for another name, expected one for host; name the server as its certificate does",
    ),
    (
        "SSL_ERROR_SSL: error:1000007d: CERTIFICATE_VERIFY_FAILED: certificate has expired: OK",
        "host:1 shows a certificate that has expired: expected one that is valid now; have it renewed",
    ),
    (
        "SSL_ERROR_SSL: error:1000007d: CERTIFICATE_VERIFY_FAILED: certificate is not yet valid: OK",
        "host:1 shows a certificate that is not yet valid: expected one that is valid now",
    ),
    (
        "failed to connect to all addresses; last error: Cannot check peer: missing selected ALPN property.",
        "but not in HTTP/2",
    ),
    (
        "failed to connect to all addresses; last error: unix:/a: connect failed: Permission denied",
        "does not let this user in: expected a socket that it may write to",
    ),
]


@pytest.mark.parametrize(
    "details,words",
    OTHERS,
    ids=["authority", "name", "expired", "not yet", "HTTP/1 behind TLS", "permission"],
)
def test_certificates_and_what_is_behind_them(details: str, words: str) -> None:
    assert words in why_unreachable(Dialled("host:1"), details)


CLOSED = "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:1.2.3.4:1: Socket closed"


@pytest.mark.parametrize(
    "dialled,words,other",
    [
        (Dialled("host:1"), "name it as https://host:1 if it speaks TLS", "ZEEBE_CLIENT"),
        (
            Dialled("host:1", is_secure=True),
            "name one that it trusts in ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH",
            "https",
        ),
        (
            Dialled("host:1", is_secure=True, certificate=Path("nowhere.pem")),
            "name one of the authority that it trusts (its tls_client_authority)",
            "https",
        ),
    ],
)
def test_who_is_hung_up_on_is_told_what_was_not_tried_yet(dialled: Dialled, words: str, other: str) -> None:
    told = why_unreachable(dialled, CLOSED)
    assert words in told
    assert other not in told


@pytest.mark.parametrize(
    "details", ["Socket closed", "The server is stopping; try again when it is back", ""]
)
def test_a_server_that_was_there_has_its_own_words(details: str) -> None:
    assert why_unreachable(Dialled("host:1"), details) == ""


@pytest.mark.parametrize("package", ["counterflow_worker", "counterflow"])
def test_grpc_writes_nothing_beside(answering: Callable[[bytes], str], package: str) -> None:
    target = answering(HTTP_1)
    programs = {
        "counterflow": ["-m", "counterflow", "--address", f"https://{target}", "topology"],
        "counterflow_worker": ["-c", ASK_ONCE.format(address=f"https://{target}")],
    }
    fresh = {
        name: value for name, value in os.environ.items() if name != "GRPC_VERBOSITY"
    }  # which importing either package has set here
    ended = subprocess.run(
        [sys.executable, *programs[package]],
        env=fresh,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr.startswith(f"{target} does not speak TLS")
    assert ended.stderr.count("\n") == 1


ASK_ONCE = """
import asyncio, sys
from counterflow_worker import CallRetry, Client, UnavailableError

async def ask():
    try:
        await Client("{address}", retry=CallRetry(attempts=1)).topology()
    except UnavailableError as error:
        print(error.reason, file=sys.stderr)

asyncio.run(ask())
"""
