"""Clients that have come and have not agreed on TLS yet: they have no place, and cost something all the same.

Each is an open file, tens of kilobytes and, as soon as it says hello, a millisecond or two of the processor,
for nobody knows whom. So who says nothing yet is a socket and no more; hellos are answered a few in a turn of
the event loop; there are so many who have not agreed at once, of whom the eldest of the address with most
makes way; and of one address come so many a second. TLS has no word for "later" (RFC 8446): who is too much
is hung up on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from counterflow.wire.native.places import ClientAddress, Places

logger = logging.getLogger("counterflow.wire")

ACCEPTED_IN_TURN: Final = 20
"""Clients that are let onto the doorstep in one turn of the event loop."""
HELLOS_IN_TURN: Final = 4
"""Hellos that are answered in one: with an RSA key each takes a millisecond or two."""
REST_SECONDS: Final = 0.2
"""How long nobody is accepted where no more files may be open."""


@dataclass(eq=False, slots=True)
class _Guest:
    """A client on the doorstep."""

    line: socket.socket
    address: ClientAddress
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[object] | None = None
    is_waiting: bool = True
    """For its hello: nothing has been read of it."""
    is_agreeing: bool = False
    """What it says is read by a transport, whose the line is from then on."""


class Doorstep:
    """Accepts clients from `open` to `close`; each that agrees on TLS gets a `protocol` of its own."""

    def __init__(
        self,
        places: Places,
        context: ssl.SSLContext,
        protocol: Callable[[], asyncio.Protocol],
        seconds: float,
        most: int,
    ) -> None:
        """A client has so many `seconds` to agree; at `most` so many at once have not yet."""
        self._places = places
        self._context = context
        self._protocol = protocol
        self._seconds = seconds
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._listeners: list[socket.socket] = []
        self._guests: dict[_Guest, None] = {}
        self._hellos: dict[_Guest, None] = {}
        self._is_short = False
        """Whether no more files may be open."""

    def open(self, bound: Iterable[int], backlog: int) -> None:
        """Accept on sockets that are bound, by their descriptors. Raises `OSError`."""
        for descriptor in bound:
            listener = socket.socket(fileno=os.dup(descriptor))
            listener.setblocking(False)
            listener.listen(backlog)
            self._listeners.append(listener)
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """Accept nobody any more, and send away whoever has not agreed yet."""
        for listener in self._listeners:
            self._loop.remove_reader(listener.fileno())
            listener.close()
        self._listeners.clear()
        for guest in list(self._guests):
            self._send_away(guest)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTED_IN_TURN):
            try:
                line, peer = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._log(error)
                self._loop.remove_reader(listener.fileno())
                self._loop.call_later(REST_SECONDS, self._accept_again, listener)
                return
            self._is_short = False
            line.setblocking(False)
            self._welcome(line, self._places.address_of(peer))

    def _log(self, error: OSError) -> None:
        if not self._is_short:
            self._is_short = True
            logger.error("No client can be accepted for the time being: %s", error)

    def _accept_again(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            self._loop.add_reader(listener.fileno(), self._accept, listener)

    def _welcome(self, line: socket.socket, address: ClientAddress) -> None:
        if not address.arrivals.takes():
            line.close()
            return
        if len(self._guests) >= self._most:
            self._make_room()
        guest = _Guest(line, address)
        guest.timer = self._loop.call_later(self._seconds, self._send_away, guest)
        self._guests[guest] = None
        self._loop.add_reader(line.fileno(), self._says_hello, guest)

    def _make_room(self) -> None:
        """The eldest of the address that has most."""
        (most, _), *_ = Counter(guest.address for guest in self._guests).most_common(1)
        self._send_away(next(guest for guest in self._guests if guest.address is most))

    def _says_hello(self, guest: _Guest) -> None:
        self._stop_waiting(guest)
        if not self._hellos:
            self._loop.call_soon(self._answer_hellos)
        self._hellos[guest] = None

    def _answer_hellos(self) -> None:
        for guest in list(self._hellos)[:HELLOS_IN_TURN]:
            del self._hellos[guest]
            guest.task = self._loop.create_task(self._agree(guest))
        if self._hellos:
            self._loop.call_soon(self._answer_hellos)

    async def _agree(self, guest: _Guest) -> None:
        """Whatever goes wrong is the client's: it is hung up on."""
        guest.is_agreeing = True
        try:
            await self._loop.connect_accepted_socket(
                self._protocol, guest.line, ssl=self._context, ssl_handshake_timeout=self._seconds
            )
        except (OSError, asyncio.CancelledError) as error:
            logger.debug("A client did not agree on TLS: %s", error)
        finally:
            self._forget(guest)

    def _stop_waiting(self, guest: _Guest) -> None:
        if guest.is_waiting:
            guest.is_waiting = False
            self._loop.remove_reader(guest.line.fileno())

    def _forget(self, guest: _Guest) -> None:
        self._guests.pop(guest, None)
        self._hellos.pop(guest, None)
        if guest.timer is not None:
            guest.timer.cancel()

    def _send_away(self, guest: _Guest) -> None:
        self._forget(guest)
        self._stop_waiting(guest)
        if guest.task is not None:
            guest.task.cancel()
        if not guest.is_agreeing:  # else it is the transport's
            guest.line.close()
