"""Reading aside: one at a time, in a short line, for so long, and nobody's to wait for at the end."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from threading import Event

import pytest
from lxml import etree

from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.service.deployments import read_sound
from counterflow.service.reading_room import ReadingRoom
from counterflow.service.resources import File, FileLimits
from tests.partition.rig import PATIENCE_S, turns, until


class Book:
    """Something to read: a gate before its end, and whether somebody reads it."""

    def __init__(self, text: str = "read") -> None:
        self.gate, self.opened, self.closed = Event(), Event(), Event()
        self._text = text

    def read(self) -> str:
        self.opened.set()
        try:
            while not self.gate.wait(0.01):
                pass  # between two waits it can be broken off
            if self._text == "torn":
                raise ValueError(self._text)
        finally:
            self.closed.set()
        return self._text

    async def is_closed(self) -> bool:
        return await asyncio.to_thread(self.closed.wait, PATIENCE_S)


async def test_one_after_another_in_their_order() -> None:
    room, first, second = ReadingRoom(60_000, 5), Book("first"), Book("second")
    readings = [asyncio.create_task(room.read(book.read)) for book in (first, second)]
    await until(first.opened.is_set)
    await turns()
    assert not second.opened.is_set()
    second.gate.set()
    first.gate.set()
    assert await asyncio.gather(*readings) == ["first", "second"]


async def test_what_is_raised_is_raised_and_the_next_is_read() -> None:
    room, torn, whole = ReadingRoom(60_000, 5), Book("torn"), Book()
    torn.gate.set()
    whole.gate.set()
    with pytest.raises(ValueError, match="torn"):
        await room.read(torn.read)
    assert await room.read(whole.read) == "read"


async def test_the_line_is_short() -> None:
    room, book = ReadingRoom(60_000, 1), Book()
    reading, waiting = (asyncio.create_task(room.read(book.read)) for _ in range(2))
    await turns()
    with pytest.raises(Overloaded, match=r"1 deployments wait to be read.*deployments_in_line"):
        await room.read(book.read)
    book.gate.set()
    assert list(await asyncio.gather(reading, waiting)) == ["read", "read"]


async def test_who_goes_away_in_line_leaves_their_place() -> None:
    room, book = ReadingRoom(60_000, 1), Book()
    reading, waiting = (asyncio.create_task(room.read(book.read)) for _ in range(2))
    await turns()
    waiting.cancel()
    await turns()
    another = asyncio.create_task(room.read(book.read))
    book.gate.set()
    assert list(await asyncio.gather(reading, another)) == ["read", "read"]


async def test_who_goes_away_while_reading_is_not_read_for() -> None:
    room, book, next_one = ReadingRoom(60_000, 1), Book(), Book()
    reading = asyncio.create_task(room.read(book.read))
    await until(book.opened.is_set)
    reading.cancel()
    assert await book.is_closed()
    next_one.gate.set()
    assert await room.read(next_one.read) == "read"
    assert not book.gate.is_set()


async def test_what_takes_too_long_is_refused_and_broken_off() -> None:
    room, book = ReadingRoom(50, 1), Book()
    with pytest.raises(Rejection, match=r"within 50 ms \(reading_ms\)"):
        await room.read(book.read)
    assert await book.is_closed()


async def test_the_end_waits_for_nobody() -> None:
    room, book = ReadingRoom(60_000, 1), Book()
    readings = [asyncio.create_task(room.read(book.read)) for _ in range(2)]
    await until(book.opened.is_set)
    room.end()
    for reading in readings:
        with pytest.raises(Unavailable, match="stopping"):
            await reading
    with pytest.raises(Unavailable, match="stopping"):
        await room.read(book.read)
    assert await book.is_closed()
    assert not any(
        thread.name == "counterflow-reading" and not thread.daemon for thread in threading.enumerate()
    )


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Circles stay until somebody collects them on purpose."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


LONG = "x" * 2_000
REFUSED = {
    "a.bpmn": f"<a>{LONG}",
    "b.bpmn": f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="{LONG}"/></definitions>',
    "c.dmn": f"<a>{LONG}",
}


def _refused() -> list[object]:
    """What of refused files is in memory."""
    return [thing for thing in gc.get_objects() if isinstance(thing, etree.XMLPullParser | Rejection)]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("name", REFUSED)
async def test_nothing_of_what_was_refused_stays_in_memory(name: str) -> None:
    room = ReadingRoom(60_000, 1)
    file, is_refused, before = File(name, REFUSED[name].encode()), False, _refused()
    try:  # pytest would keep what was raised
        await room.read(lambda: read_sound([file], FileLimits()))
    except Rejection:
        is_refused = True
    assert is_refused
    await until(lambda: all(any(thing is other for other in before) for thing in _refused()))
