"""What an edge needs of a gRPC server: methods by path, calls, who calls, start and stop. It is the same
whoever that is; calls have deadlines and statuses.

Statuses are gRPC's; how they travel is the business of whoever implements the contract.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from counterflow.budget import Account
from counterflow.caller import Caller


class StatusCode(IntEnum):
    """Every status of gRPC."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class RpcError(Exception):
    """A call that ends with a status other than OK. `proto` is a serialized `google.rpc.Status` that says
    more, if there is one.
    """

    def __init__(self, status: StatusCode, details: str, proto: bytes = b"") -> None:
        super().__init__(details)
        self.status = status
        self.details = details
        self.proto = proto


class CallIsOver(Exception):
    """There is nobody to write to: the client took the call back, or it has been answered."""


class Tls(NamedTuple):
    """What a server shows to its clients, and, with `client_authority`, whose certificates they show. Without
    one they are not let in. Files in PEM.
    """

    certificate: Path
    """The server's, and those between it and the authority that clients trust."""
    key: Path
    """Its private key, without a passphrase."""
    client_authority: Path | None = None
    """Certificates of those who may vouch for clients; a client that has none of theirs is not let in."""


class UnixSocket(NamedTuple):
    """A socket in the file system. `mode` says who may connect, as the permissions of a file do: those who
    may write.
    """

    path: Path
    mode: int = 0o600


class Call(Protocol):
    """What a method has in hand while it answers: at once, later from a callback, or from a task."""

    on_gone: Callable[[], object] | None
    """Called once if the call ends in another way than by an answer. It is taken back, out of time, its
    connection lost, or its server stopped.
    """
    on_drained: Callable[[], object] | None
    """Called when all that was written has left, after `send` has answered False."""

    @property
    def method(self) -> Method:
        """What is called."""
        ...

    @property
    def caller(self) -> Caller:
        """Who calls it."""
        ...

    @property
    def account(self) -> Account:
        """What the connection that it came on has of the server, together with others."""
        ...

    @property
    def request_bytes(self) -> int:
        """The size of the one message of the request, once it is whole."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether it has been answered or broken off."""
        ...

    def answer(self, message: bytes) -> None:
        """The one message of a unary call, and OK. Nothing happens if the call is over, here and in
        `finish`.
        """
        ...

    def begin(self) -> None:
        """Send headers now, so that the client knows it is heard before there is a message."""
        ...

    def send(self, message: bytes) -> bool:
        """One message of a stream. Answers False when it is held back because the client does not read: wait
        for `on_drained`.

        Raises `CallIsOver`, also where too much waits unread on the connection already: then this ends the
        call.
        """
        ...

    async def write(self, message: bytes) -> None:
        """One message of a stream; returns when it has left. Raises `CallIsOver`."""
        ...

    def finish(self, status: StatusCode = StatusCode.OK, details: str = "", proto: bytes = b"") -> None:
        """End the call with a status, after what was sent."""
        ...

    def refuse(self, error: RpcError) -> None:
        """End the call as an error says."""
        ...

    def break_off(self, status: StatusCode, details: str) -> None:
        """End the call over the head of whoever answers it: `on_gone` is called."""
        ...

    def requests(self) -> AsyncIterator[bytes]:
        """The messages of a stream of requests as they come; the client may send more as they are taken.
        Raises `RpcError`.
        """
        ...


Start = Callable[[bytes, Call], None]
"""Begins to answer a call; gets the one message of the request. Raises `RpcError`."""


class Method(NamedTuple):
    """One method: `start` is called with the request and the call, and answers it now or later.

    With `takes_stream` it is called as soon as the call has begun, with nothing; the requests come by
    `Call.requests`. `timeout_seconds` is the server's own limit; a client's deadline may be earlier.
    """

    path: str
    start: Start
    timeout_seconds: float | None = None
    takes_stream: bool = False


class RpcServer(Protocol):
    """Serves methods on one address, once started in one of two ways."""

    async def start(self, host: str, port: int) -> int:
        """Accept calls; answers the port, which is any free one for port 0. Raises `OSError` for an address
        that cannot be listened on.
        """
        ...

    async def start_on(self, where: UnixSocket) -> None:
        """Accept calls on a socket in the file system, in the place of one that a killed server has left.
        Raises `OSError` for a path on which somebody listens, or no socket can be made.
        """
        ...

    async def stop(self, grace_seconds: float) -> None:
        """Accept no more, let calls that are under way finish within the grace, break off what is left."""
        ...
