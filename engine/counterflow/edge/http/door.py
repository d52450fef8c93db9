"""The way in by HTTP: one application on one address.

It listens from the start, and what serves it is loaded when somebody knocks: most servers are not asked by
HTTP in their first moments, and would begin a fifth of a second later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from counterflow.budget import Budgets
from counterflow.edge.doors import PortTaken
from counterflow.edge.http.asgi import Application
from counterflow.settings import is_loopback
from counterflow.wire.contract import Tls
from counterflow.wire.listening import listening

if TYPE_CHECKING:
    import socket

    from counterflow.edge.http.serving import Serving

logger = logging.getLogger("counterflow.edge")


class HttpAddress(NamedTuple):
    """Where to listen, and the setting that says so."""

    host: str
    port: int
    setting: str


class HttpDoor:
    """Serves one application on one address.

    `application` makes it when somebody knocks, in a thread; `grace` tells how many seconds calls under way
    may go on at a stop.
    """

    def __init__(
        self,
        address: HttpAddress,
        application: Callable[[], Application],
        budgets: Budgets,
        grace: Callable[[], float],
        *,
        connections: int,
        tls: Tls | None = None,
    ) -> None:
        self._address = address
        self._application = application
        self._budgets = budgets
        self._grace = grace
        self._connections = connections
        self._tls = tls
        self._sockets: list[socket.socket] = []
        self._opening: asyncio.Task[Serving | None] | None = None

    @property
    def port(self) -> int:
        """The port that is listened on, once started."""
        port: int = self._sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        """Listen. Raises `PortTaken`."""
        host, port, setting = self._address
        try:
            self._sockets = listening(host.strip("[]"), port)
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {host}:{port}: expected a free port of this machine, but the system says: "
                f"{error.strerror}; is another server running there? Stop it, or choose another with "
                f"--{setting.replace('_', '-')} (0 takes any free one, off none)"
            ) from error
        for one in self._sockets:
            asyncio.get_running_loop().add_reader(one, self._knocked)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Accept no more, and let calls that are under way finish within the grace."""
        self._listen_no_more()
        if self._opening is not None:
            serving = await self._opening
            if serving is not None:
                await serving.stop(self._grace())
        for one in self._sockets:
            one.close()

    def _knocked(self) -> None:
        """Somebody is at the door for the first time; they and all who come wait until it is open."""
        self._listen_no_more()
        self._opening = asyncio.get_running_loop().create_task(self._open())

    def _listen_no_more(self) -> None:
        if self._opening is None:
            for one in self._sockets:
                asyncio.get_running_loop().remove_reader(one)

    async def _open(self) -> Serving | None:
        """Serve from now on; where that is not to be, whoever is at the door is sent away at least."""
        try:
            return await self._opened()
        except Exception:
            logger.exception("Nothing can be served at %s:%s", self._address.host, self.port)
            for one in self._sockets:
                one.close()
            return None

    async def _opened(self) -> Serving:
        loading = ThreadPoolExecutor(1, thread_name_prefix="counterflow-door")
        try:
            serving = await asyncio.get_running_loop().run_in_executor(loading, self._made)
        finally:
            loading.shutdown(wait=False)
        await serving.start(self._sockets)
        return serving

    def _made(self) -> Serving:
        # loaded when somebody knocks
        from counterflow.edge.http.same_origin import SameOrigin  # noqa: PLC0415
        from counterflow.edge.http.serving import Serving  # noqa: PLC0415

        host = self._address.host
        is_local = is_loopback(host) and self._tls is None
        application = SameOrigin(self._application(), host, is_local=is_local)
        return Serving(application, self._budgets, self._connections, self._tls)
