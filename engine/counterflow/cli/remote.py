"""The server as the commands see it: calls by name, answers as messages, each failure as one sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from counterflow.cli.address import Address
from counterflow.cli.exits import CODE_BY_STATUS, FAILED, REJECTED, UNAVAILABLE, USAGE, Failure

if TYPE_CHECKING:
    import grpc

CALL_TIMEOUT_MS = 15_000
LARGEST_PAGE = 1_000
LARGEST: Mapping[int, int] = {1: 2**31 - 1, 2: 2**63 - 1}
"""By the type of a field (`CPPTYPE_INT32`, `CPPTYPE_INT64` of its descriptor): what may stand in it."""
REJECTION_PREFIX = re.compile(r"^Command '\w+' rejected with code '\w+': ")
"""What the gateway contract puts before a reason; the exit code says as much."""


TOO_LARGE = re.compile(r"[Rr]eceived message larger than max \((\d+) vs\. (\d+)\)")
"""What gRPC itself says of a message that it does not hand to the server."""


os.environ.setdefault(
    "GRPC_VERBOSITY", "NONE"
)  # read once, when gRPC is imported: what it has to say we say better


class Listed(NamedTuple):
    """The beginning of a list.

    `total` counts all of it where that was asked for; `total_is_at_least`: there may be more.
    """

    items: list[Any]
    has_more: bool
    total: int = 0
    total_is_at_least: bool = False


class Remote:
    """A server. The connection is made with the first call; a server that is not there is told at once."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._channel: grpc.Channel | None = None

    def call(self, method: str, *, timeout_ms: int = CALL_TIMEOUT_MS, **fields: Any) -> Any:
        """One call of either service with these request fields; the answer's message. Raises `Failure`."""
        return self._perform(lambda: self._start(method, timeout_ms, fields))

    def stream(self, method: str, **fields: Any) -> Iterator[Any]:
        """A call that answers with a stream: its messages as they come. Raises `Failure`."""
        messages = iter(self._start(method, None, fields))
        while True:
            message = self._perform(lambda: next(messages, None))
            if message is None:
                return
            yield message

    def pages(self, method: str, items: str, limit: int, *, count: bool = False, **fields: Any) -> Listed:
        """The first `limit` of a list, however many pages that takes.

        `items` is the field of the answer that holds them.

        `count` asks how many there are in all, of a list that can be counted.
        """
        listed: list[Any] = []
        first = answer = self.call(
            method, page_size=min(limit, LARGEST_PAGE), **fields, **({"count": True} if count else {})
        )
        listed += getattr(answer, items)
        while answer.next_page_key and len(listed) < limit:
            answer = self.call(
                method,
                page_size=min(limit - len(listed), LARGEST_PAGE),
                page_key=answer.next_page_key,
                **fields,
            )
            listed += getattr(answer, items)
        total, is_at_least = (first.total, first.total_is_at_least) if count else (0, False)
        return Listed(listed, bool(answer.next_page_key), total, is_at_least)

    def iterate(self, method: str, items: str, **fields: Any) -> Iterator[Any]:
        """All of a list, page by page."""
        page_key = 0
        while True:
            answer = self.call(method, page_size=LARGEST_PAGE, page_key=page_key, **fields)
            yield from getattr(answer, items)
            page_key = answer.next_page_key
            if not page_key:
                return

    def _start(self, name: str, timeout_ms: int | None, fields: Mapping[str, Any]) -> Any:
        from counterflow_wire import COUNTERFLOW_METHODS, GATEWAY_METHODS  # noqa: PLC0415 - as gRPC itself, costs what --help does not pay

        # of a call that both services have, ours can be asked for more
        method = COUNTERFLOW_METHODS.get(name) or GATEWAY_METHODS[name]
        channel = self._connect()
        make = channel.unary_stream if method.server_streaming else channel.unary_unary
        call = make(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        metadata = (("authorization", f"Bearer {self.address.token}"),) if self.address.token else ()
        try:
            request = method.request(**fields)
        except UnicodeEncodeError as error:
            raise Failure(USAGE, f"Expected text in UTF-8, but found {error.object[:60]!r}") from None
        except ValueError as error:
            raise Failure(
                USAGE,
                _beyond(method.request.DESCRIPTOR, fields) or f"{name} cannot be asked for that: {error}",
            ) from error
        return call(request, timeout=None if timeout_ms is None else timeout_ms / 1000, metadata=metadata)

    def _perform(self, action: Any) -> Any:
        import grpc  # noqa: PLC0415 - a tenth of a second that --help does not pay

        try:
            return action()
        except grpc.RpcError as error:
            raise self._failure(error) from None

    def _connect(self) -> grpc.Channel:
        if self._channel is None:
            self._channel = open_channel(self.address)
        return self._channel

    def _failure(self, error: Any) -> Failure:
        """A call that failed, in a sentence: the server's own where it has said something."""
        from counterflow_wire.unreachable import Dialled, why_unreachable  # noqa: PLC0415 - as gRPC itself, costs what --help does not pay

        status, details = error.code().name, error.details() or ""
        shown = self.address.client_certificate_path
        dialled = Dialled(self.address.target, self.address.secure, Path(shown) if shown else None)
        if status == "UNAVAILABLE" and (why := why_unreachable(dialled, details)):
            return Failure(UNAVAILABLE, why, status)
        if status == "UNAVAILABLE" and not _is_from_server(details):
            return Failure(
                UNAVAILABLE,
                f"Expected a server at {self.address.target}, but found none that answers "
                f"({_short(details)}); start one with `counterflow dev`, or name another with --address",
                status,
            )
        too_large = TOO_LARGE.search(details)
        if too_large is not None:
            return Failure(
                REJECTED,
                f"Expected a message of at most {too_large[2]} bytes, but this one takes {too_large[1]}; "
                "deploy fewer or smaller files at a time, "
                "and keep large data elsewhere and pass a reference",
                status,
            )
        if status == "DEADLINE_EXCEEDED" and details == "Deadline Exceeded":
            details = (
                "Expected an answer within the time allowed, but there was none; what was asked may still "
                "happen"
            )
        if status == "UNAUTHENTICATED":
            details += "; the token is read from COUNTERFLOW_TOKEN"
        if status == "UNIMPLEMENTED":
            details = (
                f"The server at {self.address.target} does not know this call ({details}); is it a "
                "Counterflow of this version?"
            )
        details = REJECTION_PREFIX.sub("", details)
        return Failure(
            CODE_BY_STATUS.get(status, FAILED),
            details or f"The server answered {status} and nothing else",
            status,
        )


def open_channel(address: Address) -> grpc.Channel:
    """A channel to a server. Raises `Failure` for certificates that cannot be used."""
    import grpc  # noqa: PLC0415 - a tenth of a second that --help does not pay

    from counterflow_wire.certificates import ClientCertificates, UnusableCertificate  # noqa: PLC0415 - as above

    options = [("grpc.max_receive_message_length", -1)]
    if not address.secure:
        return grpc.insecure_channel(address.target, options)
    paths = (address.certificate_path, address.client_certificate_path, address.client_key_path)
    certificates = ClientCertificates(*(Path(path) if path else None for path in paths))
    try:
        return grpc.secure_channel(address.target, certificates.credentials(), options)
    except UnusableCertificate as error:
        raise Failure(USAGE, str(error)) from error


def _beyond(message: Any, fields: Mapping[str, Any]) -> str:
    """The first number that a field has no room for, in a sentence; empty where there is none.

    `message` is a descriptor.
    """
    for name, value in fields.items():
        field = message.fields_by_name[name]
        if isinstance(value, Mapping):
            return _beyond(field.message_type, value)
        most = LARGEST.get(field.cpp_type, 0)
        if most and not -most <= value <= most:
            what = (
                re.sub(r"[A-Z]", lambda letter: f" {letter[0].lower()}", name).replace("_", " ").capitalize()
            )
            return (
                f"{what}: expected a number {f'up to {most}' if value > 0 else f'from {-most}'}, but found "
                f"{value}"
            )
    return ""


def _is_from_server(details: str) -> bool:
    """Whether a server has refused, rather than the way to it."""
    return not any(
        sign in details
        for sign in (
            "failed to connect",
            "Connection refused",
            "DNS",
            "Socket closed",
            "unavailable address",
        )
    )


def _short(details: str) -> str:
    return details.rpartition("; last error: ")[2].rpartition(": ")[2] or details
