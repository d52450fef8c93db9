"""What a client may do that carries no call, by the work it makes.

A frame of a few bytes takes the server a few microseconds, headers that have to be decoded a few hundred, a
call that is begun and taken back as many. One price list holds for all of them, in units of some five
microseconds. Who calls earns: a client that means well never has more to pay than its calls have brought it.
Whoever has nothing pays from a bucket that all connections of an address share, so that there is nothing to
be had by opening another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from counterflow.wire.http2.bucket import Bucket
from counterflow.wire.http2.limits import ConnectionLimits

FRAME: Final = 1
"""A frame that carries nothing of a call."""
CRUMB: Final = 2
"""DATA of a few bytes, or a frame that brings forth another one."""
CALL: Final = 20
"""A call that is begun: not to be paid for, but others wait meanwhile."""
STREAM: Final = 8
"""A call that is begun and taken back, or is faulty."""
_FIELD = 2
"""A header that is decoded."""
_BYTES = 8
"""So many bytes of headers cost a unit where they are compressed by Huffman's code; nobody knows before."""
_STREAMS = 16
"""So many streams whose windows change cost a unit."""
SMALL_DATA_BYTES: Final = 64
"""DATA that is shorter, and is not the end of a request, is a crumb."""


class Patience:
    """What is left of it with one connection; `shared` is that of its address."""

    __slots__ = ("_by_call", "_left", "_most", "_shared", "turn")

    def __init__(self, limits: ConnectionLimits, shared: Bucket) -> None:
        self._left = limits.work_at_first
        self._by_call = limits.work_by_call
        self._most = limits.work_saved - limits.work_by_call
        self._shared = shared
        self.turn = 0
        """Units of work that may still be done now, before others have their turn."""

    def share(self, shared: Bucket) -> None:
        """It is known by now where the client comes from: `shared` is what its address has left."""
        self._shared = shared

    def spend(self, units: int = FRAME) -> None:
        """The client has made so much work. Raises `ConnectionFault` with ENHANCE_YOUR_CALM where neither
        the connection nor its address has any patience left.
        """
        self.turn -= units
        left = self._left - units
        if left >= 0:
            self._left = left
        else:
            self._shared.spend(units)

    def earn(self) -> None:
        """A message was sent to the client: what it does beside that is part of the bargain."""
        if self._left <= self._most:
            self._left += self._by_call


def shared_work(limits: ConnectionLimits, clock: Callable[[], float]) -> Bucket:
    """What all connections of an address may do beside calling, when nobody has done anything so far."""
    return Bucket("units of work that carry no call", limits.work_rate, limits.work_at_once, clock)


def price_of_block(size: int) -> int:
    """Units of work to decode a block of so many bytes, to be paid before that is done."""
    return size // _BYTES


def price_of_fields(count: int) -> int:
    """Units of work for so many headers that were in it."""
    return count * _FIELD


def price_of_settings(streams: int) -> int:
    """Units of work to take over settings, with so many streams open."""
    return FRAME + streams // _STREAMS
