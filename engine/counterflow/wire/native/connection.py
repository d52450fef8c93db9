"""One client's connection: its bytes become calls, and what these have to say leaves in one write. There is
one per turn of the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol, cast

from counterflow.budget import Budgets
from counterflow.caller import Caller, identities_of, peer_of
from counterflow.wire.contract import Method, StatusCode
from counterflow.wire.http2.codes import ErrorCode
from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import (
    ConnectionEnded,
    DataArrived,
    Event,
    Headers,
    PongArrived,
    RequestBegun,
    StreamDrained,
    StreamReset,
)
from counterflow.wire.native.call import NativeCall
from counterflow.wire.native.caller import metadata
from counterflow.wire.native.limits import WireLimits
from counterflow.wire.native.places import ClientAddress, NoPlace, Places
from counterflow.wire.native.pulse import Pulse
from counterflow.wire.native.reception import MESSAGE_BYTES, Reception
from counterflow.wire.native.rounds import Leaving, Rounds, Sender
from counterflow.wire.native.unread import Unread

logger = logging.getLogger("counterflow.wire")

_STOPPING = b"stopping"


class ConnectionOwner(Protocol):
    """Who keeps the connections."""

    @property
    def methods(self) -> Mapping[bytes, Method]:
        """By path."""
        ...

    @property
    def limits(self) -> WireLimits:
        """What each connection is granted."""
        ...

    @property
    def rounds(self) -> Rounds:
        """Of those who have sent much at once."""
        ...

    @property
    def places(self) -> Places:
        """Who has one."""
        ...

    @property
    def budgets(self) -> Budgets:
        """What there is for all clients together."""
        ...

    def joined(self, connection: RpcConnection, /) -> None:
        """A client has come."""
        ...

    def left(self, connection: RpcConnection, /) -> None:
        """A client has gone."""
        ...

    def may_linger(self) -> bool:
        """Whether a connection that is over may wait until its last words have been taken."""
        ...


class RpcConnection(asyncio.Protocol):
    """The calls of one client, whose `Line` it is."""

    def __init__(self, owner: ConnectionOwner) -> None:
        self._owner = owner
        self._rounds = owner.rounds
        self.limits = owner.limits
        self._loop = asyncio.get_running_loop()
        self.http2 = Http2Connection(owner.limits.http2, self._loop.time)
        self.account = owner.budgets.account()
        self._unread = Unread(self.http2, owner.limits, self.account, self._reset_stalled)
        self.refusal_to_keep = self._unread.refusal_to_keep
        self.slowness, self.give_way = self._unread.slowness, self._unread.give_way
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        """The client's end of the line, in gRPC's form."""
        self._identities: tuple[str, ...] = ()
        """What its certificate names it, if it was verified."""
        self._reception = Reception(self, owner.methods)
        self._calls = self._reception.calls
        self._flush_is_due = False
        self._is_paused = False
        self._is_reading = True
        self._waits_its_turn = False
        """Much has come at once, and is carried out in rounds."""
        self._waiting: list[NativeCall] = []
        """Calls whose message has left their stream while the transport took no more."""
        self._has_hung_up = False
        """All has been said; what still comes is passed over."""
        self._is_leaving = False
        self._leaves_for = ""
        """Why the client is asked to leave."""
        send_away = partial(self._hang_up, ErrorCode.NO_ERROR)
        self._pulse = Pulse(self.http2, owner.limits, self.flush_soon, send_away, self.abort)
        self._age: asyncio.TimerHandle | None = None
        self._first_call: asyncio.TimerHandle | None = None
        self._address: ClientAddress | None = None
        self._has_called = False
        self._called_at = self._loop.time()
        """When its last call ended, or it came."""

    # -- asyncio ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come. Over TLS it must have agreed on HTTP/2."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(self.limits.unsent_bytes)
        secure = transport.get_extra_info("ssl_object")
        if secure is not None and secure.selected_alpn_protocol() != "h2":
            self._transport.abort()
            return
        self._owner.joined(self)
        self._unread.begin(self._transport)
        self._owner.budgets.join(self, self.account)
        peer = transport.get_extra_info("peername")
        self._address = self._owner.places.address_of(peer)
        self.http2.share_work(self._address.work)
        try:
            is_late = self._owner.places.enter(self)
        except NoPlace as refusal:
            self._hang_up(ErrorCode.ENHANCE_YOUR_CALM, str(refusal))
            return
        self._peer = peer_of(peer)
        self._identities = identities_of(secure.getpeercert() if secure is not None else None)
        self._pulse.start()
        self._limit_age(is_late=is_late)
        self._flush()

    def _limit_age(self, *, is_late: bool) -> None:
        """End connections on which nobody calls, those that reached their age, and those on a lent place."""
        later, age = self._loop.call_later, self.limits.age_seconds
        self._first_call = later(self.limits.first_call_seconds, self._look_for_call)
        if is_late:
            self._age = later(self._owner.places.late_seconds, self.make_way)
        elif age is not None:
            self._age = later(age, self.ask_to_leave, "the connection has reached its age")

    def _look_for_call(self) -> None:
        if not self._has_called and not self._calls:
            self.make_way()

    def data_received(self, data: bytes) -> None:
        """Whatever these bytes ask; what can be answered at once leaves with the next write."""
        self._pulse.heard_at = self._loop.time()
        http2, rounds = self.http2, self._rounds
        if self._waits_its_turn or rounds.is_full:
            http2.keep(data)
            self._wait_for_turn(rounds.join_new)
            return
        self._flush_is_due = True
        for event in http2.receive(data):
            self._on(event)
        self._flush()
        rounds.spend(http2.work_done)
        if http2.has_more:
            self._wait_for_turn(rounds.join)

    def _wait_for_turn(self, join: Callable[[Sender], None]) -> None:
        if not self._waits_its_turn:
            self._waits_its_turn = True
            join(self)
        self._unread.measure()
        self._read_or_not()

    def go_on(self) -> bool:
        """For the rounds: some more of what has come. Answers whether there still is."""
        self._flush_is_due = True
        for event in self.http2.receive(b""):
            self._on(event)
        self._flush()
        self._read_or_not()
        self._waits_its_turn = self.http2.has_more and not self.http2.is_over
        return self._waits_its_turn

    def _read_or_not(self) -> None:
        """Read nothing more while the client does not take what we write, or while much that it sent waits.
        So it cannot make us keep more. What waits, waits for its turn.
        """
        wants = not self._is_paused and self.http2.waiting_bytes <= self.limits.waiting_bytes
        if wants is self._is_reading or self._transport is None or self._transport.is_closing():
            return
        self._is_reading = wants
        if wants:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client says no more: nor do we."""
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        """The client has gone, or we have sent it away."""
        self._pulse.stop()
        for timer in (self._age, self._first_call):
            if timer is not None:
                timer.cancel()
        self._transport = None
        self.http2.is_over = True
        self._end_calls()
        self._unread.end()
        self._owner.budgets.leave(self)
        self._owner.places.leave(self)
        self._owner.left(self)

    def pause_writing(self) -> None:
        """The client does not take what we write."""
        self._is_paused = True
        self._read_or_not()

    def resume_writing(self) -> None:
        """It does again."""
        self._is_paused = False
        self._unread.measure()
        self._pulse.heard_at = self._loop.time()
        self._read_or_not()
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call.drained()

    # -- for calls -------------------------------------------------------------------------------------------

    def caller(self, headers: Headers) -> Caller:
        """Who has sent a request with these headers."""
        return Caller(self._peer, metadata(headers), self._identities)

    def flush_soon(self) -> None:
        """Write what there is at the end of this turn of the event loop."""
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def takes_more(self, call: NativeCall) -> bool:
        """Whether the transport does; if not, the call is told when it does again."""
        if self._is_paused:
            self._waiting.append(call)
        return not self._is_paused

    def _reset_stalled(self, stream_id: int) -> None:
        """Its call is told soon, and not while another one is being answered that needs the memory."""
        self.http2.reset(stream_id, ErrorCode.ENHANCE_YOUR_CALM)
        call = self._calls.get(stream_id)
        if call is not None:
            self._loop.call_soon(call.go)
        self.flush_soon()

    def begin_large(self, begin: Callable[[], None]) -> None:
        """Read a large message when those of others have been read."""
        self._rounds.begin_large(begin)

    def taken(self, call: NativeCall, count: int) -> None:
        """So many bytes of its requests are not kept any more."""
        if not call.is_over:
            self._reception.release(call, count + MESSAGE_BYTES)
            self.http2.consumed(call.stream_id, count)
            self.flush_soon()

    def forget(self, call: NativeCall) -> None:
        """It is over."""
        self._calls.pop(call.stream_id, None)
        self._has_called = True
        self._called_at = self._pulse.heard_at
        self._reception.forget(call)
        self.flush_soon()
        if self._is_leaving and not self._calls:
            self._loop.call_soon(self.close)

    # -- leaving ---------------------------------------------------------------------------------------------

    def ask_to_leave(self, reason: str) -> None:
        """Take the calls that are under way, then no more; with the last one the connection ends."""
        self._leaves_for = reason
        self.http2.announce_end(reason)
        self.http2.ping(_STOPPING)
        self.flush_soon()

    def close(self) -> None:
        """End what is left of calls, say goodbye, go."""
        for call in list(self._calls.values()):
            call.break_off(StatusCode.UNAVAILABLE, "The server has stopped")
        self._hang_up(ErrorCode.NO_ERROR, "the server has stopped")

    @property
    def address(self) -> ClientAddress:
        """Where the client comes from."""
        return cast("ClientAddress", self._address)

    def idle_seconds(self) -> float:
        """For how long there has been no call; 0 while there is one. Without ever one it counts ten times."""
        if self._calls or self.http2.open_streams:
            return 0.0
        seconds = self._loop.time() - self._called_at
        return seconds if self._has_called else 10 * seconds

    def make_way(self) -> None:
        """Go, since there is no call to wait for, or no more time for it."""
        for call in list(self._calls.values()):
            call.break_off(StatusCode.UNAVAILABLE, "The place is needed for another client; connect again")
        self._hang_up(ErrorCode.NO_ERROR, "the place is needed for another client")

    def abort(self) -> None:
        """Go without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _pong(self, payload: bytes) -> None:
        if not self._pulse.takes(payload) and payload == _STOPPING:
            self._is_leaving = True
            self.http2.refuse_new(self._leaves_for)
            if not self._calls:
                self._loop.call_soon(self.close)

    def _end_calls(self) -> None:
        """Nothing that they say from now on is kept, nor counts as said."""
        self.http2.forget_all()
        leaving = Leaving(list(self._calls.values()))
        if leaving.go_on():
            self._rounds.join(leaving)

    def _hang_up(self, code: ErrorCode | None, reason: str) -> None:
        if code is not None and not self.http2.is_over:
            self.http2.close(code, reason)
        self._flush()
        if self._transport is not None:
            self._leave_slowly(self._transport)

    def _leave_slowly(self, transport: asyncio.Transport) -> None:
        """Pass over what still comes until the client has heard us, or its time is over. Closed with bytes
        unread, a socket would take back what was said last.
        """
        self._owner.places.leave(self)
        is_first, self._has_hung_up = not self._has_hung_up, True
        has_left = not transport.get_write_buffer_size()
        if is_first and transport.can_write_eof() and not transport.is_closing() and self._owner.may_linger():
            transport.write_eof()
            self._pulse.last_words(is_heard_soon=has_left)
        else:
            transport.close()
            self._pulse.last_words(is_heard_soon=False)

    # -- events ----------------------------------------------------------------------------------------------

    def _on(self, event: Event) -> None:
        match event:
            case RequestBegun():
                self._reception.begin(event)
            case DataArrived():
                call = self._calls.get(event.stream_id)
                if call is not None:
                    self._reception.feed(call, event.data, ended=event.ended)
                else:
                    self._reception.pass_over(event)
            case StreamDrained():
                call = self._calls.get(event.stream_id)
                if call is not None and self.takes_more(call):
                    call.drained()
            case StreamReset():
                self._reception.taken_back(event.stream_id)
            case PongArrived():
                self._pong(event.payload)
            case ConnectionEnded():
                logger.debug("A client's connection was ended: %s (%s)", event.reason, event.code.name)
                self._end_calls()
                self._hang_up(None, "")

    def _flush(self) -> None:
        self._flush_is_due = False
        outgoing, transport = self.http2.outgoing, self._transport
        if self._has_hung_up:
            return
        if not outgoing.is_empty and transport is not None and not transport.is_closing():
            transport.write(outgoing.take())
            if self._unread.counted or outgoing.held_bytes or transport.get_write_buffer_size():
                self._unread.measure()
