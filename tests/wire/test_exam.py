"""The exam that whoever keeps the contract sits: calls by a stock client, nothing about frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from counterflow.wire.contract import CallIsOver, StatusCode
from tests.wire.house import BOTH, PATIENCE_SECONDS, House, Made, calling, refusal, serving, unary

PARTS, PART_BYTES = 400, 100_000
"""More than any window has room for."""


@pytest.fixture(params=BOTH, ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Made:
    """Who keeps the contract."""
    made: Made = request.param
    return made


@pytest.fixture
async def served(make: Made) -> AsyncIterator[tuple[House, grpc.aio.Channel]]:
    async with serving(make) as (house, _, port), calling(port) as channel:
        yield house, channel


@pytest.mark.parametrize("size", [0, 1, 16_379, 16_384, 100_000, 4 * 1024 * 1024 - 5])
async def test_messages_of_every_size(served: tuple[House, grpc.aio.Channel], size: int) -> None:
    _, channel = served
    message = bytes(size)
    assert await unary(channel, "echo")(message) == message


async def test_many_calls_at_once(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    messages = [str(number).encode() * number for number in range(500)]
    assert await asyncio.gather(*(unary(channel, "echo")(message) for message in messages)) == messages


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.NoCompression])
async def test_compressed_requests(make: Made, algorithm: grpc.Compression) -> None:
    async with serving(make) as (_, _, port), calling(port, compression=algorithm) as channel:
        assert await unary(channel, "echo")(b"again " * 5_000) == b"again " * 5_000


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
    assert [record.levelname for record in caplog.records if record.name == "counterflow.wire"] == 2 * [
        "ERROR"
    ]


async def test_an_unknown_method(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    error = await refusal(unary(channel, "sing")(b""))
    assert (error.code(), error.details()) == (
        grpc.StatusCode.UNIMPLEMENTED,
        "There is no /house/sing on this server",
    )


async def test_a_message_that_is_too_large(make: Made) -> None:
    async with serving(make, message_bytes=1_000) as (_, _, port), calling(port) as channel:
        error = await refusal(unary(channel, "echo")(bytes(1_001)))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert str(error.details()).endswith("Received message larger than max (1001 vs. 1000)")
        assert await unary(channel, "echo")(bytes(1_000)) == bytes(1_000)


async def test_a_deadline_of_the_client(served: tuple[House, grpc.aio.Channel]) -> None:
    house, channel = served
    error = await refusal(unary(channel, "wait")(b"late", timeout=0.05))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await house.until(lambda: house.gone == ["late"])


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
    waiting = unary(channel, "wait")(
        b"a", metadata=[("authorization", "Bearer x"), ("twice", "1"), ("twice", "2"), ("any-bin", b"\0\xff")]
    )
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


async def test_an_answer_in_many_messages(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    stream: Any = channel.unary_stream("/house/stream")
    for count in (0, 1, 1_000):
        assert [int(message) async for message in stream(str(count).encode())] == list(range(count))


async def test_a_conversation(served: tuple[House, grpc.aio.Channel]) -> None:
    _, channel = served
    talk: Any = channel.stream_stream("/house/talk")
    assert [message async for message in talk(iter([b"a", b"b" * 100_000, b""]))] == [
        b"A",
        b"B" * 100_000,
        b"",
    ]
    call = talk()
    await call.write(b"one")
    assert await call.read() == b"ONE"
    await call.write(b"enough")
    error = await refusal(call.read())
    assert (error.code(), error.details()) == (grpc.StatusCode.ABORTED, "as you wish")


async def test_stopping_lets_open_calls_finish(make: Made) -> None:
    async with serving(make) as (house, server, port), calling(port) as channel:
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


async def test_stopping_breaks_off_what_does_not_end(make: Made) -> None:
    async with serving(make) as (house, server, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"slow"))
        await house.until(lambda: "slow" in house.calls)
        await server.stop(0.05)
        assert (await refusal(waiting)).code() == grpc.StatusCode.UNAVAILABLE
        assert house.gone == ["slow"]


async def test_stopping_without_anybody_there(make: Made) -> None:
    async with serving(make) as (_, server, _):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.stop(600)


async def test_a_call_answers_once(make: Made) -> None:
    async with serving(make) as (house, _, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"a"))
        await house.until(lambda: "a" in house.calls)
        call = house.calls["a"]
        call.answer(b"first")
        call.answer(b"second")
        call.finish(StatusCode.INTERNAL, "third")
        assert await waiting == b"first"
        assert not house.gone


async def test_the_servers_own_limit_of_time(served: tuple[House, grpc.aio.Channel]) -> None:
    house, channel = served
    error = await refusal(unary(channel, "wait-a-little")(b"late"))
    assert error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert error.details() == "wait-a-little was not answered in time; it may still have been carried out"
    assert house.gone == ["late"]


async def test_what_is_sent_is_drained_before_more_is_due(served: tuple[House, grpc.aio.Channel]) -> None:
    house, channel = served
    stream: Any = channel.unary_stream("/house/wait")
    answers = stream(b"s")
    await house.until(lambda: "s" in house.calls)
    call = house.calls["s"]
    drained = asyncio.Event()
    call.on_drained = drained.set
    call.begin()
    call.begin()
    await answers.initial_metadata()
    for word in (b"one", b"two"):
        if not call.send(word):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await drained.wait()
            drained.clear()
        assert await answers.read() == word
    call.finish()
    assert await answers.read() is grpc.aio.EOF
    assert house.gone == []


async def test_a_connection_that_has_reached_its_age_ends_after_its_calls(make: Made) -> None:
    """The client opens another by itself; what is under way on the old one is answered there."""
    async with serving(make, age_seconds=0.05) as (house, _, port), calling(port) as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"old"))
        await house.until(lambda: "old" in house.calls)
        peers = {house.calls["old"].caller.peer}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(peers) < 2:
                again = asyncio.ensure_future(unary(channel, "wait")(b"new"))
                await house.until(lambda: "new" in house.calls)
                call = house.calls.pop("new")
                peers.add(call.caller.peer)
                call.answer(b"")
                await again
        house.calls["old"].answer(b"answered")
        assert await waiting == b"answered"


async def test_an_address_that_is_taken(make: Made) -> None:
    async with serving(make) as (_, _, port):
        with pytest.raises(OSError, match=r"."):
            await make([]).start("127.0.0.1", port)


@pytest.mark.parametrize("messages", [(), (b"a", b"b")])
async def test_a_request_is_one_message(
    served: tuple[House, grpc.aio.Channel], messages: tuple[bytes, ...]
) -> None:
    _, channel = served
    echo: Any = channel.stream_unary("/house/echo")
    error = await refusal(echo(iter(messages)))
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED
    assert error.details() == f"Expected one message in the request, found {len(messages)} and the end"


async def test_a_message_that_is_small_until_it_is_unpacked(make: Made) -> None:
    async with (
        serving(make, message_bytes=100_000) as (_, _, port),
        calling(port, compression=grpc.Compression.Gzip) as channel,
    ):
        assert await unary(channel, "echo")(bytes(100_000)) == bytes(100_000)
        error = await refusal(unary(channel, "echo")(bytes(5_000_000)))
        assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_client_that_does_not_read_is_not_fed(served: tuple[House, grpc.aio.Channel]) -> None:
    """And what waits for it gets there when it does."""
    house, channel = served
    stream: Any = channel.unary_stream("/house/wait")
    answers = stream(b"slow")
    await house.until(lambda: "slow" in house.calls)
    sent = 0

    async def feed() -> None:
        nonlocal sent
        for _ in range(PARTS):
            await house.calls["slow"].write(bytes(PART_BYTES))
            sent += 1
        house.calls["slow"].finish()

    feeding = asyncio.create_task(feed())
    for number in range(200):
        assert await unary(channel, "echo")(b"%d" % number) == b"%d" % number
    assert sent < PARTS
    assert [len(answer) async for answer in answers] == [PART_BYTES] * PARTS
    await feeding


async def test_a_name_with_several_addresses(make: Made) -> None:
    server = make(House().methods())
    port = await server.start("localhost", 0)
    async with calling(port) as channel:
        assert await unary(channel, "echo")(b"x") == b"x"
    await server.stop(0.05)


async def test_the_sixth_version_of_the_internet_protocol(make: Made) -> None:
    house = House()
    server = make(house.methods())
    port = await server.start("::1", 0)
    async with grpc.aio.insecure_channel(f"[::1]:{port}") as channel:
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"a"))
        await house.until(lambda: "a" in house.calls)
        assert house.calls["a"].caller.peer.startswith("ipv6:[::1]:")
        house.calls["a"].answer(b"")
        await waiting
    await server.stop(0.05)
