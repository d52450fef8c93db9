"""Calls from end to end, by a stock client where it can do what is asked, by hand where it cannot."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from counterflow.wire.contract import Call, CallIsOver, StatusCode
from counterflow.wire.http2 import codes
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.outgoing import frame
from counterflow.wire.native.call import NativeCall
from counterflow.wire.native.limits import WireLimits
from counterflow.wire.native.messages import framed
from counterflow.wire.native.server import NativeServer
from tests.wire.http2.talk import data
from tests.wire.native.house import PATIENCE_SECONDS, House, RawClient, calling, serving


@pytest.fixture
async def served() -> AsyncIterator[tuple[House, grpc.aio.Channel]]:
    async with serving() as (house, _, port), calling(port) as channel:
        yield house, channel


def unary(channel: grpc.aio.Channel, name: str) -> Any:
    return channel.unary_unary(f"/house/{name}")


async def refusal(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("size", [0, 1, 16_379, 16_384, 100_000, 4 * 1024 * 1024 - 5])
async def test_messages_of_every_size(served: tuple[House, grpc.aio.Channel], size: int) -> None:
    _, channel = served
    message = bytes(size)
    assert await unary(channel, "echo")(message) == message


async def test_many_calls_at_once(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    messages = [str(number).encode() * number for number in range(500)]
    assert await asyncio.gather(*(unary(channel, "echo")(message) for message in messages)) == messages


async def test_more_calls_than_streams_wait_for_their_turn() -> None:
    async with serving(WireLimits(http2=ConnectionLimits(streams=5))) as (_, _, port), calling(port) as channel:
        assert len(await asyncio.gather(*(unary(channel, "echo")(b"x") for _ in range(100)))) == 100


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.NoCompression])
async def test_compressed_requests(algorithm: grpc.Compression) -> None:
    async with serving() as (_, _, port), calling(port, compression=algorithm) as channel:
        assert await unary(channel, "echo")(b"again " * 5_000) == b"again " * 5_000


async def test_a_compression_that_we_do_not_know_is_told_what_we_do() -> None:
    async with serving() as (_, _, port), calling(port, compression=grpc.Compression.Deflate) as channel:
        error = await refusal(unary(channel, "echo")(b"again " * 5_000))
        assert (error.code(), error.details()) == (grpc.StatusCode.UNIMPLEMENTED, "There is no grpc-encoding deflate on this server")
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/echo", ("grpc-encoding", "snappy"), ended=True))
        headers, _ = await client.answer(1)
        assert headers["grpc-accept-encoding"] == "identity,gzip"
        client.close()


async def test_a_bomb_of_gzip_is_refused() -> None:
    async with serving(WireLimits(message_bytes=100_000)) as (_, _, port):
        client = await RawClient.connect(port)
        packed = gzip.compress(bytes(50_000_000))
        message = b"\x01" + len(packed).to_bytes(4) + packed
        client.write(client.head(1, "/house/echo", ("grpc-encoding", "gzip")))
        client.write(*(data(1, message[at : at + 16_000], ended=at + 16_000 >= len(message)) for at in range(0, len(message), 16_000)))
        headers, _ = await client.answer(1)
        assert headers["grpc-status"] == "8"
        client.close()


@pytest.mark.parametrize("details", ["no", "100 % größer\nals ✓", "", "漢字" * 300])
async def test_a_refusal_arrives_as_it_was_said(served: tuple[House, grpc.aio.Channel], details: str) -> None:
    _, channel = served
    error = await refusal(unary(channel, "refuse")(details.encode()))
    assert (error.code(), error.details()) == (grpc.StatusCode.FAILED_PRECONDITION, details)
    assert dict(error.trailing_metadata()) == {"grpc-status-details-bin": b"\x08\x09"}


async def test_a_fault_is_logged_and_told_without_its_insides(
    served: tuple[House, grpc.aio.Channel], caplog: pytest.LogCaptureFixture
) -> None:
    _, channel = served
    talk: Any = channel.stream_stream("/house/talk")
    for call in (unary(channel, "break")(b""), talk(iter([b"break"])).read()):
        error = await refusal(call)
        assert error.code() == grpc.StatusCode.INTERNAL
        assert "secret" not in str(error)
    assert [record.levelname for record in caplog.records if record.name == "counterflow.wire"] == 2 * ["ERROR"]


async def test_an_unknown_method(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    error = await refusal(unary(channel, "sing")(b""))
    assert (error.code(), error.details()) == (grpc.StatusCode.UNIMPLEMENTED, "There is no /house/sing on this server")


async def test_a_message_that_is_too_large() -> None:
    async with serving(WireLimits(message_bytes=1_000)) as (_, _, port), calling(port) as channel:
        error = await refusal(unary(channel, "echo")(bytes(1_001)))
        assert (error.code(), error.details()) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "Received message larger than max (1001 vs. 1000)",
        )
        assert await unary(channel, "echo")(bytes(1_000)) == bytes(1_000)


async def test_a_deadline_of_the_client(served: tuple[House, grpc.aio.Channel]) -> None:
    house, channel = served
    error = await refusal(unary(channel, "wait")(b"late", timeout=0.05))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await house.until(lambda: house.gone == ["late"])


async def test_a_deadline_that_only_the_server_keeps() -> None:
    async with serving() as (house, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/wait", ("grpc-timeout", "50m")), data(1, framed(b"a"), ended=True))
        client.write(client.head(3, "/house/wait-a-little", ("grpc-timeout", "9H")), data(3, framed(b"b"), ended=True))
        for stream_id in (1, 3):
            headers, _ = await client.answer(stream_id)
            assert headers["grpc-status"] == "4"
            assert "was%20not" not in headers["grpc-message"]
            assert "was not answered in time" in headers["grpc-message"]
        assert house.gone == ["a", "b"]
        client.close()


async def test_a_call_that_is_taken_back(served: tuple[House, grpc.aio.Channel]) -> None:
    house, channel = served
    call = unary(channel, "wait")(b"first")
    await house.until(lambda: "first" in house.calls)
    call.cancel()
    await house.until(lambda: house.gone == ["first"])
    house.calls["first"].answer(b"late")
    with pytest.raises(CallIsOver):
        house.calls["first"].send(b"late")


async def test_a_call_knows_who_calls(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    waiting = unary(channel, "wait")(b"a", metadata=[("authorization", "Bearer x"), ("twice", "1"), ("twice", "2"), ("any-bin", b"\0\xff")])
    await served[0].until(lambda: "a" in served[0].calls)
    caller = served[0].calls["a"].caller
    assert caller.peer.startswith("ipv4:127.0.0.1:")
    assert [entry for entry in caller.metadata if entry[0] != "user-agent"] == [
        ("authorization", "Bearer x"),
        ("twice", "1"),
        ("twice", "2"),
        ("any-bin", b"\0\xff"),
    ]
    assert caller.identities == ()
    waiting.cancel()


async def test_a_connection_that_is_lost() -> None:
    async with serving() as (house, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/wait"), data(1, framed(b"a"), ended=True))
        client.write(client.head(3, "/house/wait"), data(3, framed(b"b"), ended=True))
        await house.until(lambda: len(house.calls) == 2)
        client.close()
        await house.until(lambda: sorted(house.gone) == ["a", "b"])


async def test_an_answer_in_many_messages(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    stream: Any = channel.unary_stream("/house/stream")
    for count in (0, 1, 1_000):
        assert [int(message) async for message in stream(str(count).encode())] == list(range(count))


async def test_a_conversation(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    talk: Any = channel.stream_stream("/house/talk")
    assert [message async for message in talk(iter([b"a", b"b" * 100_000, b""]))] == [b"A", b"B" * 100_000, b""]
    call = talk()
    await call.write(b"one")
    assert await call.read() == b"ONE"
    await call.write(b"enough")
    error = await refusal(call.read())
    assert (error.code(), error.details()) == (grpc.StatusCode.ABORTED, "as you wish")


async def test_messages_of_a_conversation_are_kept_as_small_as_they_came() -> None:
    limits = WireLimits(http2=ConnectionLimits(stream_window=65_536))
    async with serving(limits) as (house, _, port):
        client = await RawClient.connect(port)
        client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\0"), client.head(1, "/house/talk", ("grpc-encoding", "gzip")))
        packed = gzip.compress(bytes(1_000_000))
        client.write(*[data(1, b"\x01" + len(packed).to_bytes(4) + packed)] * 10)
        client.write(client.head(3, "/house/wait"), data(3, framed(b"s"), ended=True))
        await house.until(lambda: "s" in house.calls)
        asked = house.calls["s"]
        assert isinstance(asked, NativeCall)
        (talk,) = (call for stream_id, call in asked._connection._calls.items() if stream_id == 1)
        assert len(talk.arrived) == 9
        assert sum(len(message.data) for message in talk.arrived) < 10_000
        assert talk.kept_bytes == 10 * (5 + len(packed))
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
    async def both(_: str, port: int, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.1", "127.0.0.2")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    server = NativeServer([])
    port = await server.start("localhost", 0)
    assert server._listener is not None
    assert sorted(listening.getsockname() for listening in server._listener.sockets) == [("127.0.0.1", port), ("127.0.0.2", port)]
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
        client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04\0\0\0\x0a"), client.head(1, "/house/wait"), data(1, framed(b"s"), ended=True))
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


async def test_a_client_that_takes_nothing_from_the_line_is_not_fed_either() -> None:
    async with serving(WireLimits(unsent_bytes=1_000)) as (house, _, port):
        client = await RawClient.connect(port)
        large = (2**31 - 1).to_bytes(4)
        client.write(frame(codes.SETTINGS, 0, 0, b"\0\x04" + large), frame(codes.WINDOW_UPDATE, 0, 0, (2**31 - 1 - 65_535).to_bytes(4)))
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
        (framed(b"ab")[:4], False, "13"),
        (framed(b"ab")[:6], True, "13"),
        (framed(b"a") + framed(b"b"), False, "13"),
        (b"", True, "13"),
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
        assert await client.answer(7) == ({":status": "200", "content-type": "application/grpc", "grpc-status": "0"}, framed(b"x"))
        client.close()


@pytest.mark.parametrize(
    "method, extra, status, words",
    [("GET", [], "415", b"speaks gRPC"), ("POST", [("grpc-timeout", "5 minutes")], "400", b"grpc-timeout")],
)
async def test_what_is_no_grpc_is_told_so(method: str, extra: list[tuple[str, str]], status: str, words: bytes) -> None:
    async with serving() as (_, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/echo", *extra, method=method), data(1, b"some"), data(1, b"thing", ended=True))
        headers, body = await client.answer(1)
        assert headers[":status"] == status
        assert words in body
        client.close()


@pytest.mark.parametrize(
    "limits", [WireLimits(preface_seconds=0.05), WireLimits(preface_seconds=0.05, quiet_seconds=0.05, pong_seconds=0.05)]
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


async def test_who_answers_our_ping_stays() -> None:
    async with serving(WireLimits(quiet_seconds=0.02)) as (_, _, port):
        client = await RawClient.connect(port)
        for _ in range(3):
            client.write(frame(codes.PING, codes.ACK, 0, await client.until(codes.PING)))
        client.write(client.head(1, "/house/echo"), data(1, framed(b"x"), ended=True))
        assert (await client.answer(1))[1] == framed(b"x")
        client.close()


async def test_a_flood_is_ended_with_its_calls() -> None:
    async with serving(WireLimits(http2=ConnectionLimits(control_frames=50))) as (house, _, port):
        client = await RawClient.connect(port)
        client.write(client.head(1, "/house/wait"), data(1, framed(b"a"), ended=True))
        await house.until(lambda: "a" in house.calls)
        client.write(*[frame(codes.PRIORITY, 0, 1, b"\0\0\0\0\0")] * 100)
        goodbye = await client.until(codes.GOAWAY)
        assert goodbye[4:8] == codes.ErrorCode.ENHANCE_YOUR_CALM.to_bytes(4)
        await client.until_closed()
        assert house.gone == ["a"]
        client.close()


async def test_stopping_lets_open_calls_finish() -> None:
    async with serving() as (house, server, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"slow"))
        await house.until(lambda: "slow" in house.calls)
        stopping = asyncio.create_task(server.stop(PATIENCE_SECONDS))
        await asyncio.sleep(0)
        client_sees = await refusal_of_new(port)
        house.calls["slow"].answer(b"done")
        assert await waiting == b"done"
        await stopping
        assert client_sees is grpc.StatusCode.UNAVAILABLE


async def refusal_of_new(port: int) -> grpc.StatusCode:
    async with calling(port, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        return (await refusal(unary(channel, "echo")(b""))).code()


async def test_stopping_breaks_off_what_does_not_end() -> None:
    async with serving() as (house, server, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"slow"))
        await house.until(lambda: "slow" in house.calls)
        await server.stop(0.05)
        assert (await refusal(waiting)).code() == grpc.StatusCode.UNAVAILABLE
        assert house.gone == ["slow"]


async def test_stopping_without_anybody_there() -> None:
    async with serving() as (_, server, _):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.stop(600)


async def test_a_call_answers_once() -> None:
    answered: list[Call] = []
    async with serving() as (house, _, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"a"))
        await house.until(lambda: "a" in house.calls)
        call = house.calls["a"]
        answered.append(call)
        call.answer(b"first")
        call.answer(b"second")
        call.finish(StatusCode.INTERNAL, "third")
        assert await waiting == b"first"
        assert not house.gone
