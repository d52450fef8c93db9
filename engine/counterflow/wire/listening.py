"""Sockets that listen on every address of a host, on one port."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

BACKLOG = 1_024
"""Clients that may wait to be let in."""
PORTS_TRIED = 20
"""Where any port will do: so often one that is free on the first address is tried on the others."""
NOT_HERE = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})
"""What is said of an address of a name that this machine has not, such as ::1 of localhost without IPv6."""


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of a host, all on this port; 0 is any free one. Raises `OSError`."""
    for tries_left in reversed(range(PORTS_TRIED)):
        try:
            return _on_every_address(host, port)
        except OSError:
            if port or not tries_left:
                raise
    raise OSError(errno.EADDRINUSE, f"no port is free on every address of {host}")


def _on_every_address(host: str, port: int) -> list[socket.socket]:
    """Raises `OSError` where one cannot be listened on; those that this machine has not are left out."""
    addresses = dict.fromkeys(
        (family, address)
        for family, _, _, _, address in socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    )
    opened: list[socket.socket] = []
    missing: OSError | None = None
    with ExitStack() as undoing:
        for family, address in addresses:
            try:
                one = undoing.enter_context(_on(family, (address[0], port, *address[2:])))
            except OSError as error:
                if error.errno not in NOT_HERE:
                    raise
                missing = error
                continue
            port = port or one.getsockname()[1]
            opened.append(one)
        if missing is not None and not opened:
            raise missing
        undoing.pop_all()
    return opened


def _on(family: int, address: tuple[str | int, ...]) -> socket.socket:
    with ExitStack() as undoing:
        one = undoing.enter_context(socket.socket(family, socket.SOCK_STREAM))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.setblocking(False)
        one.bind(address)
        one.listen(BACKLOG)
        undoing.pop_all()
    return one
