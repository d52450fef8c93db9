"""Another implementation of HTTP/2 as the client: the `h2` library speaks to us, and is content."""

from __future__ import annotations

from random import Random

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    PingAckReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)

from counterflow.wire.http2.connection import Http2Connection
from counterflow.wire.http2.events import DataArrived, RequestBegun
from counterflow.wire.http2.limits import ConnectionLimits
from tests.wire.http2.talk import HEADERS, TRAILERS
from tests.wire.http2.talk import REQUEST as NAMELESS

REQUEST = [*NAMELESS[:3], (":authority", "here"), *NAMELESS[3:]]


class Pair:
    """A client of the library, and our server, which answers each request with its own body."""

    def __init__(self, limits: ConnectionLimits | None = None) -> None:
        self.client = H2Connection(H2Configuration(client_side=True))
        self.server = Http2Connection(limits or ConnectionLimits(), lambda: 0.0)
        self.bodies: dict[int, bytes] = {}
        self.answers: dict[int, bytes] = {}
        self.seen: list[type] = []
        self.client.initiate_connection()
        self.exchange()

    def exchange(self) -> None:
        """Until neither has anything to say."""
        while sent := self.client.data_to_send():
            for event in self.server.receive(sent):
                self._serve(event)
            for found in self.client.receive_data(self.server.outgoing.take()):
                self.seen.append(type(found))
                if isinstance(found, DataReceived):
                    self.answers[found.stream_id] = self.answers.get(found.stream_id, b"") + found.data
                    self.client.acknowledge_received_data(found.flow_controlled_length, found.stream_id)

    def _serve(self, event: object) -> None:
        if isinstance(event, RequestBegun):
            self.bodies[event.stream_id] = b""
        elif isinstance(event, DataArrived):
            self.bodies[event.stream_id] += event.data
            self.server.consumed(event.stream_id, len(event.data))
            if event.ended:
                self.server.respond(event.stream_id, HEADERS, self.bodies.pop(event.stream_id), TRAILERS)


def test_calls_of_all_sizes_side_by_side() -> None:
    chance = Random(1)
    pair = Pair()
    bodies = {
        2 * number + 1: chance.randbytes(chance.choice([1, 100, 16_384, 16_385, 300_000]))
        for number in range(40)
    }
    left = dict(bodies)
    for stream_id in bodies:
        pair.client.send_headers(stream_id, REQUEST)
    while left:
        stream_id = chance.choice(list(left))
        room = min(pair.client.local_flow_control_window(stream_id), pair.client.max_outbound_frame_size)
        part, left[stream_id] = left[stream_id][:room], left[stream_id][room:]
        pair.client.send_data(stream_id, part, end_stream=not left[stream_id])
        if not left[stream_id]:
            del left[stream_id]
        pair.exchange()
    assert pair.answers == bodies
    assert {ResponseReceived, TrailersReceived, StreamEnded} <= set(pair.seen)
    assert StreamReset not in pair.seen


def test_pings_and_changes_of_settings_between() -> None:
    pair = Pair()
    for number in range(20):
        pair.client.ping(number.to_bytes(8, "big"))
        pair.client.update_settings({4: 1_000 * (number + 1)})
        pair.client.send_headers(2 * number + 1, REQUEST)
        pair.client.send_data(2 * number + 1, bytes(5_000), end_stream=True)
        pair.exchange()
    assert pair.seen.count(PingAckReceived) == 20
    assert {len(answer) for answer in pair.answers.values()} == {5_000}
