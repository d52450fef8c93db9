"""Over TLS: who is let in, who a client is, and how files that cannot be used are told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from counterflow.wire.contract import Tls
from counterflow.wire.handshakes import QUIET_SECONDS, Refusals
from counterflow.wire.native.server import NativeServer
from counterflow.wire.tls import UnusableTls, server_context
from tests.wire.certificates import Certificate, Certificates, openssl
from tests.wire.house import BOTH, PATIENCE_SECONDS, House, Made


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(params=BOTH, ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Made:
    """Who keeps the contract."""
    made: Made = request.param
    return made


@asynccontextmanager
async def serving(make: Made, tls: Tls) -> AsyncIterator[tuple[House, int]]:
    house = House()
    server = make(house.methods(), tls=tls)
    port = await server.start("127.0.0.1", 0)
    try:
        yield house, port
    finally:
        await server.stop(0.05)


@asynccontextmanager
async def calling(port: int, credentials: grpc.ChannelCredentials) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
        yield channel


async def identities(
    make: Made, certificates: Certificates, tls: Tls, client: Certificate | None
) -> tuple[str, ...]:
    """What the server takes a client for."""
    async with (
        serving(make, tls) as (house, port),
        calling(port, certificates.credentials(client)) as channel,
    ):
        wait: Any = channel.unary_unary("/house/wait")
        waiting = asyncio.ensure_future(wait(b"a", timeout=PATIENCE_SECONDS))
        await house.until(lambda: "a" in house.calls)
        found = house.calls["a"].caller.identities
        house.calls["a"].answer(b"")
        await waiting
    return found


async def test_messages_of_every_size_over_tls(make: Made, certificates: Certificates) -> None:
    async with (
        serving(make, certificates.tls()) as (_, port),
        calling(port, certificates.credentials()) as channel,
    ):
        echo: Any = channel.unary_unary("/house/echo")
        for size in (0, 1, 300_000):
            assert await echo(bytes(size)) == bytes(size)


async def test_a_client_that_has_not_agreed_on_http2_is_let_go(
    make: Made, certificates: Certificates
) -> None:
    async with serving(make, certificates.tls()) as (_, port):
        other = ssl.create_default_context(cafile=str(certificates.ours.certificate))
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=other)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await reader.read() == b""
        writer.close()


async def test_a_client_is_who_its_certificate_says(make: Made, certificates: Certificates) -> None:
    assert await identities(make, certificates, certificates.tls(mutual=True), certificates.client) == (
        "booking",
    )
    assert await identities(make, certificates, certificates.tls(mutual=True), certificates.named) == (
        "booking.example",
        "spiffe://trips/booking",
    )


async def test_a_certificate_that_nobody_asked_for_names_nobody(
    make: Made, certificates: Certificates
) -> None:
    assert await identities(make, certificates, certificates.tls(), certificates.client) == ()
    assert await identities(make, certificates, certificates.tls(), None) == ()


@pytest.mark.parametrize("who", ["nobody", "stranger"])
async def test_who_has_no_certificate_of_the_authority_is_not_let_in(
    make: Made, certificates: Certificates, who: str
) -> None:
    client = certificates.stranger if who == "stranger" else None
    async with (
        serving(make, certificates.tls(mutual=True)) as (house, port),
        calling(port, certificates.credentials(client)) as channel,
    ):
        echo: Any = channel.unary_unary("/house/wait")
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await echo(b"a", timeout=PATIENCE_SECONDS)
        assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
        assert not house.calls


NOT_LET_IN = [
    (None, "found a client that shows none"),
    ("stranger", "found one of which OpenSSL says: unable to get local issuer certificate"),
    ("expired", "found one of which OpenSSL says: certificate has expired"),
    ("early", "found one of which OpenSSL says: certificate is not yet valid"),
]


@pytest.mark.parametrize("who, found", NOT_LET_IN)
async def test_the_log_says_why_a_client_was_not_let_in(
    certificates: Certificates, who: str | None, found: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = getattr(certificates, who) if who else None
    async with (
        serving(NativeServer, certificates.tls(mutual=True)) as (house, port),
        calling(port, certificates.credentials(client)) as channel,
    ):
        echo: Any = channel.unary_unary("/house/wait")
        with pytest.raises(grpc.aio.AioRpcError):
            await echo(b"a", timeout=PATIENCE_SECONDS)
        await house.until(lambda: bool(caplog.messages))
    assert caplog.messages[0] == (
        f"A client was not let in over TLS: expected a certificate of an authority in "
        f"{certificates.ours.certificate} (tls_client_authority), {found}"
    )


async def test_who_speaks_without_tls_is_told_in_the_log(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(NativeServer, certificates.tls()) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await reader.read()
        writer.close()
    assert "expected TLS 1.2 or later, found something else (http request)" in caplog.messages[0]


def test_one_who_comes_again_and_again_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    refusals = Refusals("ours.pem", lambda: now)
    expired, other = ssl.SSLCertVerificationError(), ssl.SSLError()
    expired.verify_message, other.reason = "certificate has expired", "NO_SHARED_CIPHER"
    for _ in range(1_000):
        refusals.log_failure(expired)
    refusals.log_failure(other)
    now = QUIET_SECONDS
    refusals.log_failure(expired)
    assert [message.partition("says: ")[2] for message in caplog.messages] == [
        "certificate has expired",
        "",
        "certificate has expired (999 more before)",
    ]


def refusal(tls: Tls) -> str:
    with pytest.raises(UnusableTls) as caught:
        server_context(tls)
    return str(caught.value)


def test_files_that_cannot_be_used_are_told_with_what_was_expected(
    certificates: Certificates, tmp_path: Path
) -> None:
    certificate, key = certificates.server
    nothing, text, broken, locked = (tmp_path / name for name in ("nothing", "text", "broken", "locked"))
    text.write_text("hello")
    broken.write_text("-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n")
    openssl("rsa", "-aes128", "-passout", "pass:secret", "-in", str(key), "-out", str(locked))
    assert refusal(Tls(nothing, key)) == (
        f"tls_certificate {nothing}: expected a file with a certificate in PEM, but it cannot be read: No such file or directory"
    )
    assert refusal(Tls(text, key)).startswith(
        f"tls_certificate {text}: expected a certificate in PEM, found no line like '-----BEGIN CERT"
    )
    assert refusal(Tls(certificate, certificate)).startswith(
        f"tls_key {certificate}: expected a private key in PEM, found no line like"
    )
    assert refusal(Tls(certificate, certificates.client.key)) == (
        f"tls_key {certificates.client.key}: expected the key of the certificate in {certificate}, found another's"
    )
    assert refusal(Tls(certificate, locked)).startswith(
        f"tls_key {locked}: expected a key without a passphrase, found an encrypted one"
    )
    assert refusal(Tls(broken, key)).startswith(
        f"tls_certificate {broken}, tls_key {key}: expected a certificate and its key in PEM, but"
    )
    assert refusal(Tls(certificate, key, text)).startswith(
        f"tls_client_authority {text}: expected certificates in PEM, found no line"
    )
    assert refusal(Tls(certificate, key, broken)).startswith(
        f"tls_client_authority {broken}: expected certificates in PEM, but they cannot"
    )
