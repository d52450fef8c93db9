"""Calls from end to end, by a stock client where it can do what is asked, by hand where it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import socket
from typing import Any

import grpc
import pytest

from counterflow.wire.contract import CallIsOver
from counterflow.wire.http2 import codes
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from counterflow.wire.native.limits import ServerLimits, WireLimits
from counterflow.wire.native.messages import compressed, framed
from counterflow.wire.native.reception import MESSAGE_BYTES
from counterflow.wire.native.server import NativeServer
from tests.wire.house import PATIENCE_SECONDS, calling, refusal, unary
from tests.wire.http2.talk import data
from tests.wire.native.house import RawClient, serving


async def test_more_calls_than_streams_wait_for_their_turn() -> None:
    async with (
        serving(WireLimits(http2=ConnectionLimits(streams=5))) as (_, _, port),
        calling(port) as channel,
    ):
        assert len(await asyncio.gather(*(unary(channel, "echo")(b"x") for _ in range(100)))) == 100


async def test_a_compression_that_we_do_not_know_is_told_what_we_do() -> None:
    async with serving() as (_, _, port), calling(port, compression=grpc.Compression.Deflate) as channel:
        error = await refusal(unary(channel, "echo")(b"again " * 5_000))
        assert (error.code(), error.details()) == (
            grpc.StatusCode.UNIMPLEMENTED,
            "There is no grpc-encoding deflate on this server",
        )
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/echo", ("grpc-encoding", "snappy"), ended=True))
        headers, _ = await client.answer(1)
        assert headers["grpc-accept-encoding"] == "identity,gzip"
        client.close()


@pytest.mark.parametrize(
    "accepted, encoding",
    [("identity,deflate, gzip", "gzip"), ("identity", None), ("gzipped", None), (None, None)],
)
async def test_large_answers_are_compressed_for_who_takes_it(
    accepted: str | None, encoding: str | None
) -> None:
    extra = () if accepted is None else (("grpc-accept-encoding", accepted),)
    async with serving(WireLimits(compressed_bytes=1_000)) as (house, _, port):
        client = await RawClient.connect(port)
        small, large = b"x" * 999, b"x" * 10_000
        for stream_id, message in ((1, small), (3, large)):
            client.write(
                client.head(stream_id, "/house/echo", *extra), data(stream_id, framed(message), ended=True)
            )
        assert (await client.answer(1))[1] == framed(small)
        headers, body = await client.answer(3)
        assert headers.get("grpc-encoding") == encoding
        assert headers.get("grpc-accept-encoding") == ("identity,gzip" if encoding else None)
        assert body == (compressed(large) if encoding else framed(large))
        client.write(client.head(5, "/house/wait", *extra), data(5, framed(b"s"), ended=True))
        await house.until(lambda: "s" in house.calls)
        for message in (small, large):
            house.calls["s"].send(message)
        house.calls["s"].finish()
        assert (await client.answer(5))[1] == framed(small) + (
            compressed(large) if encoding else framed(large)
        )
        client.close()


async def test_a_stock_client_opens_what_was_compressed() -> None:
    async with serving(WireLimits(compressed_bytes=1_000)) as (_, _, port), calling(port) as channel:
        assert await unary(channel, "echo")(b"again " * 5_000) == b"again " * 5_000


async def test_a_bomb_of_gzip_is_refused() -> None:
    async with serving(WireLimits(message_bytes=100_000)) as (_, _, port):
        client = await RawClient.connect(port)
        packed = gzip.compress(bytes(50_000_000))
        message = b"\x01" + len(packed).to_bytes(4) + packed
        client.write(client.head(1, "/house/echo", ("grpc-encoding", "gzip")))
        client.write(
            *(
                data(1, message[at : at + 16_000], ended=at + 16_000 >= len(message))
                for at in range(0, len(message), 16_000)
            )
        )
        headers, _ = await client.answer(1)
        assert headers["grpc-status"] == "8"
        client.close()


async def test_a_deadline_that_only_the_server_keeps() -> None:
    async with serving() as (house, _, port):
        client = await RawClient.connect(port)
        client.write(
            client.head(1, "/house/wait", ("grpc-timeout", "50m")), data(1, framed(b"a"), ended=True)
        )
        client.write(
            client.head(3, "/house/wait-a-little", ("grpc-timeout", "9H")), data(3, framed(b"b"), ended=True)
        )
        for stream_id in (1, 3):
            headers, _ = await client.answer(stream_id)
            assert headers["grpc-status"] == "4"
            assert "was%20not" not in headers["grpc-message"]
            assert "was not answered in time" in headers["grpc-message"]
        assert house.gone == ["a", "b"]
        client.close()


async def test_a_connection_that_is_lost() -> None:
    async with serving() as (house, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/wait"), data(1, framed(b"a"), ended=True))
        client.write(client.head(3, "/house/wait"), data(3, framed(b"b"), ended=True))
        await house.until(lambda: len(house.calls) == 2)
        client.close()
        await house.until(lambda: sorted(house.gone) == ["a", "b"])


async def test_messages_of_a_conversation_are_kept_as_small_as_they_came() -> None:
    limits = WireLimits(http2=ConnectionLimits(stream_window=65_536))
    async with serving(limits) as (house, server, port):
        client = await RawClient.connect(port)
        client.write(
            frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\0"),
            client.head(1, "/house/talk", ("grpc-encoding", "gzip")),
        )
        packed = gzip.compress(bytes(1_000_000))
        client.write(*[data(1, b"\x01" + len(packed).to_bytes(4) + packed)] * 10)
        client.write(client.head(3, "/house/wait"), data(3, framed(b"s"), ended=True))
        await house.until(lambda: "s" in house.calls)
        (connection,) = server._connections
        talk = connection._calls[1]
        assert len(talk.arrived) == 9
        assert sum(len(message.data) for message in talk.arrived) < 10_000
        assert talk.kept_bytes == 10 * (5 + len(packed) + MESSAGE_BYTES)
        client.close()


async def test_a_call_that_is_taken_back_before_it_has_begun() -> None:
    """Nothing is begun for it; a coroutine that nobody awaits would be a warning, which is an error here."""
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/talk"), frame(codes.RST_STREAM, 0, 1, bytes(4)))
        client.write(client.head(3, "/house/echo"), data(3, framed(b"x"), ended=True))
        assert (await client.answer(3))[1] == framed(b"x")
        gc.collect()
        client.close()


async def test_a_name_with_several_addresses_is_served_on_one_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(_: str, port: int, **__: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.1", "127.0.0.2")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    server = NativeServer([])
    port = await server.start("localhost", 0)
    sockets = [one for listener in server._listeners for one in listener.sockets]
    assert sorted(one.getsockname() for one in sockets) == [("127.0.0.1", port), ("127.0.0.2", port)]
    await server.stop(0)


async def test_a_conversation_whose_answers_nobody_reads_is_not_read_either() -> None:
    async with serving(WireLimits(http2=ConnectionLimits(stream_window=65_536))) as (_, _, port):
        client = await RawClient.connect(port)
        client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\x0a"), client.head(1, "/house/talk"))
        client.write(*[data(1, framed(bytes(16_000)))] * 4)
        client.write(frame(codes.PING, 0, 0, b"all read"))
        kinds: list[int] = []
        while not kinds or kinds[-1] != codes.PING:
            kind, _, stream_id, _ = await client.read_frame()
            kinds.append(kind)
            assert (kind, stream_id) != (codes.WINDOW_UPDATE, 1)
        client.close()


async def test_a_stream_that_is_not_read_is_not_fed() -> None:
    async with serving() as (house, _, port):
        client = await RawClient.connect(port)
        client.write(
            frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\x0a"),
            client.head(1, "/house/wait"),
            data(1, framed(b"s"), ended=True),
        )
        await house.until(lambda: "s" in house.calls)
        call = house.calls["s"]
        drained = asyncio.Event()
        call.on_drained = drained.set
        assert call.send(b"12345")
        assert not call.send(b"12345")
        assert not call.send(b"12345")
        assert not drained.is_set()
        client.write(frame(codes.WINDOW_UPDATE, 0, 1, (20).to_bytes(4)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await drained.wait()
        assert await client.until(codes.DATA) == framed(b"12345")
        client.close()


async def test_answers_that_nobody_reads_are_kept_up_to_a_bound() -> None:
    async with serving(WireLimits(unread_bytes=100_000)) as (house, _, port):
        client = await RawClient.connect(port)
        client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\0"))
        for stream_id, name in ((1, b"a"), (3, b"b"), (5, b"c"), (7, b"d")):
            client.write(client.head(stream_id, "/house/wait"), data(stream_id, framed(name), ended=True))
        await house.until(lambda: len(house.calls) == 4)
        for who in "abc":
            house.calls[who].answer(bytes(70_000))
        headers, _ = await client.answer(5)
        assert headers["grpc-status"] == "8"
        assert "bytes of answers wait unread" in headers["grpc-message"]
        with pytest.raises(CallIsOver):
            house.calls["d"].send(bytes(70_000))
        assert house.gone == ["d"]
        assert [house.calls[name].is_over for name in "abcd"] == [True] * 4
        client.close()


async def test_a_deadline_that_is_none_is_refused() -> None:
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/echo", ("grpc-timeout", "5 minutes"), ended=True))
        headers, _ = await client.answer(1)
        assert (headers["grpc-status"], headers["grpc-message"][:23]) == ("3", "Expected a grpc-timeout")
        client.close()


async def test_calls_that_say_no_more_are_counted() -> None:
    async with serving(together=ServerLimits(client_bytes=20_000)) as (_, server, port):
        client = await RawClient.connect(port)
        for number in range(30):
            client.write(client.head(2 * number + 1, "/house/wait"))
        headers, _ = await client.answer(59)
        assert headers["grpc-status"] == "8"
        assert "calls are open on this connection" in headers["grpc-message"]
        assert 0 < server.budgets.memory.used <= 20_000
        client.close()
    assert server.budgets.memory.used == 0


@pytest.mark.parametrize("window", [0, 2**31 - 1], ids=["held by windows", "on the line"])
async def test_who_does_not_read_gives_way_to_who_needs_less(window: int) -> None:
    most, widest = 64 * 1024 * 1024, frame(codes.WINDOW_UPDATE, 0, 0, (2**31 - 1 - 65_535).to_bytes(4))
    async with serving(together=ServerLimits(client_bytes=most)) as (house, server, port):
        deaf, other = await RawClient.connect(port), await RawClient.connect(port)
        for client, name, own in ((deaf, "deaf", window), (other, "other", 2**31 - 1)):
            client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04" + own.to_bytes(4)), widest)
            client.write(client.head(1, "/house/wait"), data(1, framed(name.encode()), ended=True))
            await house.until(lambda name=name: name in house.calls)
        house.calls["deaf"].send(bytes(30_000_000))
        await asyncio.sleep(0)  # it leaves at the end of a turn
        server.budgets.account().counts(most - server.budgets.memory.used - 300_000)
        house.calls["other"].answer(bytes(400_000))
        headers, body = await other.answer(1)
        assert (headers["grpc-status"], len(body)) == ("0", 400_005), headers
        await house.until(lambda: "deaf" in house.gone)
        deaf.close()
        other.close()


async def test_a_client_that_takes_nothing_from_the_line_is_not_fed_either() -> None:
    async with serving(WireLimits(unsent_bytes=1_000)) as (house, _, port):
        client = await RawClient.connect(port)
        large = (2**31 - 1).to_bytes(4)
        client.write(
            frame(codes.SETTINGS, 0, 0, b"\0\x04" + large),
            frame(codes.WINDOW_UPDATE, 0, 0, (2**31 - 1 - 65_535).to_bytes(4)),
        )
        client.write(client.head(1, "/house/wait"), data(1, framed(b"s"), ended=True))
        await house.until(lambda: "s" in house.calls)
        call = house.calls["s"]
        drained = asyncio.Event()
        call.on_drained = drained.set
        sent = 0
        while call.send(bytes(100_000)):
            sent += 1
            await asyncio.sleep(0)
        assert sent < 1_000
        reading = asyncio.create_task(client.until(codes.RST_STREAM))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await drained.wait()
        reading.cancel()
        client.close()


@pytest.mark.parametrize(
    "message, ended_apart, status",
    [
        (framed(b"ab"), True, "0"),
        (framed(b"ab")[:4], False, "12"),
        (framed(b"ab")[:6], True, "12"),
        (framed(b"a") + framed(b"b"), False, "12"),
        (b"", True, "12"),
        (b"\x02" + framed(b"ab")[1:], False, "13"),
        (b"\x01" + framed(b"ab")[1:], False, "13"),
    ],
)
async def test_a_request_is_one_message(message: bytes, ended_apart: bool, status: str) -> None:
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/echo"), data(1, message, ended=not ended_apart))
        if ended_apart:
            client.write(data(1, ended=True))
        headers, _ = await client.answer(1)
        assert headers["grpc-status"] == status
        client.close()


async def test_unfinished_requests_have_room_together_and_no_more() -> None:
    async with serving(WireLimits(unfinished_bytes=20_000)) as (_, _, port):
        client = await RawClient.connect(port)
        part = framed(bytes(1_000_000))[:9_000]
        for stream_id in (1, 3, 5):
            client.write(client.head(stream_id, "/house/echo"), data(stream_id, part))
        headers, _ = await client.answer(5)
        assert headers["grpc-status"] == "8"
        client.write(client.head(7, "/house/echo"), data(7, framed(b"x"), ended=True))
        assert await client.answer(7) == (
            {":status": "200", "content-type": "application/grpc", "grpc-status": "0"},
            framed(b"x"),
        )
        client.close()


@pytest.mark.parametrize(
    "method, extra, status, words",
    [("GET", [], "415", b"speaks gRPC")],
)
async def test_what_is_no_grpc_is_told_so(
    method: str, extra: list[tuple[str, str]], status: str, words: bytes
) -> None:
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(
            client.head(1, "/house/echo", *extra, method=method),
            data(1, b"some"),
            data(1, b"thing", ended=True),
        )
        headers, body = await client.answer(1)
        assert headers[":status"] == status
        assert words in body
        client.close()


@pytest.mark.parametrize(
    "limits",
    [
        WireLimits(preface_seconds=0.05),
        WireLimits(preface_seconds=0.05, quiet_seconds=0.05, pong_seconds=0.05),
    ],
)
async def test_who_says_nothing_is_let_go(limits: WireLimits) -> None:
    async with serving(limits) as (_, _, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        if limits.quiet_seconds < 1:
            writer.write(codes.PREFACE + frame(codes.SETTINGS, 0, 0))
        async with asyncio.timeout(PATIENCE_SECONDS):
            with contextlib.suppress(ConnectionResetError):
                await reader.read()
        writer.close()


async def test_who_says_nothing_is_told_so() -> None:
    async with serving(WireLimits(preface_seconds=0.05)) as (_, _, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert b"expected the preface of HTTP/2 within 0.05 s" in await reader.read()
        writer.close()


async def test_who_answers_our_ping_stays() -> None:
    async with serving(WireLimits(quiet_seconds=0.02)) as (_, _, port):
        client = await RawClient.connect(port)
        for _ in range(3):
            client.write(frame(codes.PING, codes.ACK, 0, await client.until(codes.PING)))
        client.write(client.head(1, "/house/echo"), data(1, framed(b"x"), ended=True))
        assert (await client.answer(1))[1] == framed(b"x")
        client.close()


async def test_a_flood_is_ended_with_its_calls() -> None:
    async with serving(
        WireLimits(http2=ConnectionLimits(work_rate=50, work_at_once=50, work_at_first=10))
    ) as (
        house,
        _,
        port,
    ):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/wait"), data(1, framed(b"a"), ended=True))
        await house.until(lambda: "a" in house.calls)
        client.write(*[frame(codes.PRIORITY, 0, 1, b"\0\0\0\0\0")] * 100)
        goodbye = await client.until(codes.GOAWAY)
        assert goodbye[4:8] == codes.ErrorCode.ENHANCE_YOUR_CALM.to_bytes(4)
        await client.until_closed()
        assert house.gone == ["a"]
        client.close()
