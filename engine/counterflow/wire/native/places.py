"""Who may have a connection: so many in all, so many of an address, and somebody new always. That is as long
as one of the others does nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from typing import Protocol

from counterflow.wire.http2.bucket import Bucket
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.patience import shared_work
from counterflow.wire.native.limits import ServerLimits

LOCAL = "this machine"


class ClientAddress:
    """An address: what its connections have used up together."""

    __slots__ = ("arrivals", "connections", "is_local", "name", "work")

    def __init__(self, name: str, arrivals: Bucket, work: Bucket) -> None:
        self.name = name
        self.is_local = name == LOCAL
        self.connections = 0
        self.arrivals = arrivals
        self.work = work

    @property
    def is_forgettable(self) -> bool:
        """Whether it is as if nobody had ever come from there."""
        return not self.connections and self.arrivals.is_full and self.work.is_full


class Occupant(Protocol):
    """A connection that has a place."""

    @property
    def address(self) -> ClientAddress:
        """Where it comes from."""
        ...

    def idle_seconds(self) -> float:
        """For how long it has had no call; 0 while it has one. One that has never called counts ten times."""
        ...

    def make_way(self) -> None:
        """Somebody else needs the place: say goodbye."""
        ...


class NoPlace(Exception):
    """Somebody cannot be let in; says why."""


class Places:
    """Those of one server. Whoever `enter`s, `leave`s. `clock` answers seconds of any origin."""

    def __init__(
        self,
        limits: ServerLimits,
        http2: ConnectionLimits,
        clock: Callable[[], float],
        *,
        are_counted_before: bool = False,
    ) -> None:
        """`are_counted_before`: whoever enters has been counted among the arrivals of its address."""
        self._are_counted_before = are_counted_before
        self._limits = limits
        self._http2 = http2
        self._clock = clock
        self._addresses: dict[str, ClientAddress] = {}
        self.taken: set[Occupant] = set()
        self.late_seconds = limits.operators_seconds
        """How long a place is had that is one of the last."""

    def address_of(self, peer: object) -> ClientAddress:
        """Where a client comes from, by the address of its end of the line."""
        name = name_of(peer)
        address = self._addresses.get(name)
        if address is None:
            if len(self._addresses) >= self._limits.addresses:
                self._forget()
            address = self._addresses[name] = self._new(name)
        return address

    def enter(self, occupant: Occupant) -> bool:
        """Have a place. Answers whether it is had only for a while, since it is one of the last. Raises
        `NoPlace`.
        """
        address, limits = occupant.address, self._limits
        if not self._are_counted_before and not address.arrivals.takes():
            raise NoPlace(f"expected at most {limits.arrivals} new connections a second from an address")
        if not address.is_local and address.connections >= limits.connections_per_address:
            self._make_room(address, "connections_per_address", limits.connections_per_address)
        is_late = False
        if len(self.taken) >= limits.connections:
            try:
                self._make_room(None, "connections", limits.connections)
            except NoPlace:
                if not address.is_local or len(self.taken) >= limits.connections + limits.kept_for_operators:
                    raise
                is_late = True
        self.taken.add(occupant)
        address.connections += 1
        return is_late

    def leave(self, occupant: Occupant) -> None:
        """Give the place back; nothing happens to one who had none."""
        if occupant in self.taken:
            self.taken.discard(occupant)
            occupant.address.connections -= 1

    def _make_room(self, address: ClientAddress | None, setting: str, most: int) -> None:
        """Of those who do nothing, the one of the address with most connections who has for longest."""
        idle = [(other.address.connections, seconds, other) for other, seconds in self._idle(address)]
        if not idle:
            raise NoPlace(
                f"expected at most {most} connections, all of which are at work (setting {setting}); try "
                "again after a while"
            )
        _, _, chosen = max(idle, key=lambda entry: entry[:2])
        self.leave(chosen)
        chosen.make_way()

    def _idle(self, address: ClientAddress | None) -> Iterator[tuple[Occupant, float]]:
        for occupant in self.taken:
            if address is None or occupant.address is address:
                seconds = occupant.idle_seconds()
                if seconds >= self._limits.idle_seconds:
                    yield occupant, seconds

    def _new(self, name: str) -> ClientAddress:
        limits = self._limits
        arrivals = Bucket("connections", limits.arrivals, limits.connections_per_address, self._clock)
        return ClientAddress(name, arrivals, shared_work(self._http2, self._clock))

    def _forget(self) -> None:
        """Forget those that are as if nobody had ever come from there, else all without connections."""
        kept = {name: address for name, address in self._addresses.items() if not address.is_forgettable}
        if len(kept) >= self._limits.addresses:
            kept = {name: address for name, address in kept.items() if address.connections}
        self._addresses = kept


def name_of(peer: object) -> str:
    """What stands for an address: this machine's are one, and a network of IPv6 is one (RFC 6177). Such a
    network is given to one customer.
    """
    if not isinstance(peer, tuple) or not peer:
        return LOCAL
    try:
        address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    except ValueError:
        return str(peer[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            if address.is_loopback:
                return LOCAL
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return LOCAL if address.is_loopback else str(address)
