"""One gRPC channel to a Zeebe gateway: opened when first used, closed once."""

import logging
from collections.abc import AsyncIterator
from random import Random, SystemRandom
from typing import TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message

from counterflow_wire import gateway
from counterflow_wire.certificates import UnusableCertificate
from counterflow_worker.clock import Clock, SystemClock
from counterflow_worker.errors import CertificateError, client_error
from counterflow_worker.repeat import Repeat, repeated
from counterflow_worker.retry import CallRetry
from counterflow_worker.settings import Settings

logger = logging.getLogger("counterflow_worker")

Answer = TypeVar("Answer", bound=Message)

# The server gives up after 15 s by itself; a little later we stop believing that it will tell us.
CALL_TIMEOUT_MS = 20_000

CHANNEL_OPTIONS = (
    # Every 45 s as Zeebe's Java and Go clients: servers allow it, and a line that a firewall has dropped is
    # noticed.
    ("grpc.keepalive_time_ms", 45_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
    # gRPC's own pause before it dials again grows to two minutes; ours decides instead.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class Connection:
    """Speaks to one server. Raises ClientError and its kin, never gRPC's own errors."""

    def __init__(
        self,
        settings: Settings,
        *,
        retry: CallRetry | None = None,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self.settings = settings
        self.retry = retry or CallRetry()
        self.clock = clock or SystemClock()
        self.random = random or SystemRandom()
        self._channel: grpc.aio.Channel | None = None

    async def call(
        self,
        method: str,
        request: Message,
        answer: type[Answer],
        repeat: Repeat,
        *,
        timeout_ms: int = CALL_TIMEOUT_MS,
        retry: CallRetry | None = None,
    ) -> Answer:
        """Call a unary rpc, and again where that is allowed. Raises ClientError."""

        async def attempt() -> Answer:
            return await self._call_once(method, request, answer, timeout_ms)

        return await repeated(
            attempt, answer, repeat=repeat, retry=retry or self.retry, clock=self.clock, random=self.random
        )

    async def stream(
        self, method: str, request: Message, answer: type[Answer], *, timeout_ms: int | None = None
    ) -> AsyncIterator[Answer]:
        """The messages of a server stream, until the server ends it. Raises ClientError.

        Giving up the iteration cancels the call.
        """
        rpc = self._open().unary_stream(
            gateway.METHODS[method].path,
            request_serializer=serialize,
            response_deserializer=answer.FromString,
        )
        call = rpc(request, timeout=seconds(timeout_ms), metadata=self._metadata())
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise client_error(method, error, self.settings.dialled) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        """Let go of the channel; calls still under way are cancelled. A later call opens a new one."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def _call_once(
        self, method: str, request: Message, answer: type[Answer], timeout_ms: int
    ) -> Answer:
        rpc = self._open().unary_unary(
            gateway.METHODS[method].path,
            request_serializer=serialize,
            response_deserializer=answer.FromString,
        )
        try:
            return await rpc(request, timeout=seconds(timeout_ms), metadata=self._metadata())
        except grpc.aio.AioRpcError as error:
            raise client_error(method, error, self.settings.dialled) from None

    def _open(self) -> grpc.aio.Channel:
        # Not in __init__: a channel belongs to the event loop that runs when it is made.
        if self._channel is None:
            self._channel = open_channel(self.settings)
        return self._channel

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        token = self.settings.bearer()
        return (("authorization", f"Bearer {token}"),) if token else ()


def open_channel(settings: Settings) -> grpc.aio.Channel:
    """A channel to the server, with TLS if the settings say so; warns of a token sent in the clear.

    Raises OSError if the certificate cannot be read.
    """
    if settings.sends_token_in_the_clear():
        logger.warning(
            "the bearer token travels unencrypted to %s; use an https:// address or secure=True",
            settings.target,
        )
    if not settings.secure:
        return grpc.aio.insecure_channel(settings.target, options=CHANNEL_OPTIONS)
    try:
        credentials = settings.certificates.credentials()
    except UnusableCertificate as error:
        raise CertificateError(str(error)) from error
    return grpc.aio.secure_channel(settings.target, credentials, options=CHANNEL_OPTIONS)


def serialize(message: Message) -> bytes:
    """The message in the bytes of the wire."""
    return message.SerializeToString()


def seconds(duration_ms: int | None) -> float | None:
    """Milliseconds in seconds; None stays None."""
    return None if duration_ms is None else duration_ms / 1000
