"""The composition root: an engine and the doors that lead to it, in which order they begin and end."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import platform
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress

from counterflow.budget import Budgets
from counterflow.edge.grpc.door import GrpcDoor, Transport
from counterflow.edge.http.asgi import Application
from counterflow.edge.http.door import HttpAddress, HttpDoor
from counterflow.engine.engine import opened
from counterflow.settings import Settings, TransportName, differing, is_loopback
from counterflow.store.errors import DatabaseLostError
from counterflow.store.open import IN_MEMORY, masked
from counterflow.version import __version__
from counterflow.wire.contract import Tls
from counterflow.wire.expiry import Expiry
from counterflow.wire.native.limits import UNCOMPRESSED, ServerLimits, WireLimits
from counterflow.wire.native.server import NativeServer

logger = logging.getLogger("counterflow.server")

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Server:
    """An engine and the doors that lead to it. `start` opens everything, `stop` closes it in the reverse
    order, losing nothing.

    Whatever starts and stops is a context manager, and all of them stand on one stack: what has been entered
    is left again, last first, also where the next one cannot be.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.grpc_port = 0
        """The port that is listened on, once started; 0 for a socket in the file system."""
        self.http_port: int | None = None
        self.management_port: int | None = None
        """Likewise; None where nothing is listened on."""
        self.lost: asyncio.Future[DatabaseLostError]
        """Once started: told when the database is no longer this server's, which then has nothing to do."""

    async def start(self) -> None:
        """Open the database and accept calls. Raises `StoreError`, `UnusableTls` or `PortTaken`, with
        everything closed again.
        """
        async with AsyncExitStack() as parts:
            writer, self._service, watch = await parts.enter_async_context(opened(self.settings))
            spoken = transport(self.settings, self._service.admission.budgets)
            door = GrpcDoor(self._service, self.settings, spoken)
            # Before it: what asks whether the server is well is answered as long as anybody is.
            self.management_port = await self._open(parts, "management_port", self._management)
            self.http_port = await self._open(parts, "http_port", self._rest)
            self.grpc_port = (await parts.enter_async_context(door)).port
            if (tls := tls_of(self.settings)) is not None:
                await parts.enter_async_context(Expiry(tls))
            # Last: a server that is refused its port has triggered nothing.
            writer.start()
            self.lost = watch.lost
            self._parts = parts.pop_all()

    async def _open(
        self, parts: AsyncExitStack, setting: str, application: Callable[[], Application]
    ) -> int | None:
        """Listen by HTTP where a setting says so; answers the port. Raises `PortTaken`."""
        port: int | None = getattr(self.settings, setting)
        if port is None or self.settings.unix_socket is not None:
            return None
        door = HttpDoor(
            HttpAddress(self.settings.host, port, setting),
            application,
            self._service.admission.budgets,
            self._service.grace_left,
            connections=self.settings.connections,
            tls=tls_of(self.settings),
        )
        return (await parts.enter_async_context(door)).port

    def _rest(self) -> Application:
        # loaded when somebody knocks
        from counterflow.edge.rest.application import application  # noqa: PLC0415

        return application(self._service, lambda: self.grpc_port)

    def _management(self) -> Application:
        # loaded when somebody knocks
        from counterflow.edge.management.application import application  # noqa: PLC0415

        return application(self._service)

    async def stop(self) -> None:
        """Refuse new calls, end polls and streams, let commands finish within the settings' grace, close.
        Before it closes, all is committed.
        """
        await self._parts.aclose()

    @property
    def address(self) -> str:
        """Where clients call, once started: `HOST:PORT`, or `unix:PATH`."""
        host = self.settings.host
        if self.settings.unix_socket is not None:
            return host
        return _at(host, self.grpc_port)

    def last_position(self) -> int:
        """Where its log ends by now."""
        return self._service.questions.last_position()

    def ready_line(self) -> str:
        """What is printed when calls are accepted: each address that is really served."""
        due = " due=held" if self.settings.hold_due else ""
        http = "".join(
            f" {name}={_at(self.settings.host, port)}"
            for name, port in (("http", self.http_port), ("management", self.management_port))
            if port is not None
        )
        return f"ready grpc={self.address}{http} database={masked(self.settings.database)}{due}"


def _at(host: str, port: int) -> str:
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def transport(settings: Settings, budgets: Budgets) -> Transport:
    """Who speaks gRPC for the edge, as the settings say; its clients share `budgets` with the service."""
    age_seconds = settings.max_connection_age_ms / 1000 or None
    if settings.transport is TransportName.GRPCIO:
        from counterflow.wire.grpcio import GrpcioServer  # noqa: PLC0415 - a library that most servers never load

        return lambda methods: GrpcioServer(
            methods,
            settings.message_bytes,
            tls_of(settings),
            age_seconds,
            connections=settings.connections,
            budgets=budgets,
        )
    limits = WireLimits(
        message_bytes=settings.message_bytes,
        compressed_bytes=settings.compressed_answer_bytes or UNCOMPRESSED,
        age_seconds=age_seconds,
    )
    together = ServerLimits(
        connections=settings.connections,
        connections_per_address=settings.connections_per_address,
        client_bytes=settings.client_bytes,
        waiting_calls=settings.waiting_calls,
    )
    return lambda methods: NativeServer(methods, limits, tls_of(settings), together=together, budgets=budgets)


def tls_of(settings: Settings) -> Tls | None:
    """The files that the settings name, if they name any."""
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return Tls(settings.tls_certificate, settings.tls_key, settings.tls_client_authority)


async def serve(
    settings: Settings, on_ready: Callable[[Server], None], stop_on: Sequence[signal.Signals] = SIGNALS
) -> None:
    """Run a server until a signal comes, then drain it. `on_ready` is called once calls are accepted.

    Raises `StoreError`, `UnusableTls` or `PortTaken` if it cannot begin, and `DatabaseLostError` if its
    database is taken from it.
    """
    asked_to_stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    for number in stop_on:
        asyncio.get_running_loop().add_signal_handler(number, _ask_to_stop, asked_to_stop, number)
    _log_beginning(settings)
    server = Server(settings)
    await server.start()
    _calm_collector()
    _quick_turns()
    try:
        on_ready(server)
        await asyncio.wait((asked_to_stop, server.lost), return_when=asyncio.FIRST_COMPLETED)
        if server.lost.done():
            raise server.lost.result()
        logger.info(
            "Stopping, told by %s; calls under way may go on for %s ms",
            *(asked_to_stop.result().name, settings.shutdown_grace_ms),
        )
    finally:
        await server.stop()
    logger.info("Stopped; %s", _what_is_left(settings))


def _what_is_left(settings: Settings) -> str:
    if settings.database == IN_MEMORY:
        return "its data was in memory alone, and is gone"
    return f"all that was acknowledged is kept in {masked(settings.database)}"


def _ask_to_stop(stopping: asyncio.Future[signal.Signals], number: signal.Signals) -> None:
    if not stopping.done():
        stopping.set_result(number)


def what_stands_open(settings: Settings) -> str:
    """A sentence of what anybody may do who reaches an address beyond this machine; else empty.

    Where somebody vouches for clients, it is empty as well.
    """
    if is_loopback(settings.host) or settings.tls_client_authority is not None:
        return ""
    heard = "nothing is encrypted" if settings.tls_certificate is None else "what is said is encrypted"
    return (
        f"Whoever reaches {settings.host} may deploy models, begin, change and cancel instances, take every "
        f"job and read every variable: nobody is asked who they are, and {heard} (insecure_public)"
    )


def _log_beginning(settings: Settings) -> None:
    if opened_up := what_stands_open(settings):
        logger.warning("%s", opened_up)
    changed = differing(settings)
    written = ", ".join(f"{name}={value}" for name, value in changed.items()) or "none"
    fields = {"version": __version__, "process": os.getpid(), "settings": changed}
    logger.info(
        "Counterflow %s begins, process %s on Python %s; settings that differ from the defaults: %s",
        *(__version__, os.getpid(), platform.python_version(), written),
        extra={"fields": fields},
    )


def run(settings: Settings, on_ready: Callable[[Server], None]) -> None:
    """`serve` on the fastest event loop there is."""
    _last_words()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, on_ready))


def _last_words() -> None:
    """Where a library written in C ends the process, say on stderr where it was. Some do where memory is
    lacking, and nobody would hear anything at all.
    """
    with suppress(ValueError, OSError):  # a stderr that is no file
        faulthandler.enable(all_threads=False)


def _calm_collector() -> None:
    """What was made at the start stays, and what calls leave in circles is looked at in small portions. Until
    now the command has had no collector; and calls leave little garbage in circles (measured: a fifth less
    work, half the p99). What many callers at once do leave, since they wait, is looked at in small portions:
    400,000 objects of ten thousand polls held the event loop for 0.3 s.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(20_000, 4, 500)


def _quick_turns() -> None:
    """Beside a thread that reads a model the event loop has its turn after so many seconds. It would be 5 ms,
    and a call needs several turns.
    """
    sys.setswitchinterval(0.0005)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop
