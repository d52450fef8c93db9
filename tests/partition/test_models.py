"""Models that are read aside: whoever needs one waits, everybody else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

import pytest

from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.rows import ElementInstance, ProcessInstance, Quarantine, Timer
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Unavailable
from counterflow.store.port import StoreError
from tests.bpmn.diagram import catch, element, end, extensions, model, path, service, start, timer
from tests.partition.rig import ONE_TASK, PATIENCE_S, GatedStore, Rig, creation, rig, until

ALARM = model(start(), catch("wait", timer("timeDuration", "PT1S")), end(), path("start", "wait", "end"))


class Slow:
    """In the place of the decider's `read_model`: a gate before it, and a count."""

    def __init__(self, found: Rig) -> None:
        self._read = found.writer._decider.read_model
        self.gate, self.entered, self.times = Event(), Event(), 0
        self.fault: Exception | None = None
        found.writer._decider.read_model = self  # type: ignore[method-assign] # a stand-in that a test holds up

    def __call__(self, needed: Any) -> Any:
        self.times += 1
        self.entered.set()
        while not self.gate.wait(0.01):
            pass  # between two waits it can be broken off
        if self.fault is not None:
            raise self.fault
        return self._read(needed)

    async def is_reading(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, PATIENCE_S)


@asynccontextmanager
async def restarted(content: bytes = ONE_TASK, **options: Any) -> AsyncIterator[tuple[Rig, Slow]]:
    """A writer that has started anew over one waiting instance, and its readings."""
    store = GatedStore()
    async with rig(content, store) as first:
        await first.create()
    async with rig(content, store, **options) as second:
        slow = Slow(second)
        try:
            yield second, slow
        finally:
            slow.gate.set()


async def test_who_needs_a_model_waits_and_others_go_on() -> None:
    async with restarted() as (found, slow):
        waiting = [found.create(), found.create()]
        await slow.is_reading()
        await found.writer.submit(PublishMessage(name="other", correlation_key="", variables={}))
        assert not any(answer.done() for answer in waiting)
        slow.gate.set()
        first, second = await asyncio.gather(*waiting)
        assert (first.key < second.key, slow.times) == (True, 1)
        assert (await found.create()).key
        assert slow.times == 1


async def test_the_end_of_an_instance_is_followed_from_its_beginning() -> None:
    async with restarted() as (found, slow):
        answered, ended = found.writer.submit_and_follow(creation())
        await slow.is_reading()
        slow.gate.set()
        header = await answered
        for key in found.job_keys():
            await found.complete(key)
        assert (await ended).process_instance_key == header.key


async def test_a_job_is_given_out_when_its_model_is_there() -> None:
    async with restarted() as (found, slow):
        poll = found.poll()
        found.writer.offer("pack")
        await slow.is_reading()
        assert not poll.done()
        slow.gate.set()
        assert len(await poll) == 1


async def test_what_is_due_waits_alone() -> None:
    async with restarted(ALARM) as (found, slow):
        found.clock.ms += 1_000
        await found.writer.submit(PublishMessage(name="other", correlation_key="", variables={}))
        await slow.is_reading()
        assert len(found.store.rows(Timer)) == 1
        slow.gate.set()
        await until(lambda: not found.store.rows(Timer))
        assert found.store.rows(ElementInstance) == []


async def test_a_model_that_cannot_be_read_sets_its_instance_aside() -> None:
    async with restarted() as (found, slow):
        slow.fault = ValueError("no such thing")
        slow.gate.set()
        (header,) = found.store.rows(ProcessInstance)
        with pytest.raises(Rejection, match="quarantined"):
            await found.complete(found.job_keys()[0])
        await found.writer.settle()
        (quarantine,) = found.store.rows(Quarantine)
        assert (quarantine.process_instance_key, "no such thing" in quarantine.reason) == (header.key, True)


async def test_a_model_that_takes_too_long_is_broken_off() -> None:
    async with restarted(reading_ms=50) as (found, slow):
        with pytest.raises(Rejection, match="quarantined"):
            await found.complete(found.job_keys()[0])
        await found.writer.settle()
        (quarantine,) = found.store.rows(Quarantine)
        assert "could not be read within 50 ms (reading_ms)" in quarantine.reason
        assert slow.times == 1


async def test_a_store_that_cannot_be_read_breaks_nothing() -> None:
    async with restarted() as (found, slow):
        slow.fault = StoreError("the disk is away")
        slow.gate.set()
        with pytest.raises(Unavailable, match="the disk is away"):
            await found.create()
        slow.fault = None
        assert (await found.create()).key


async def test_a_stop_waits_for_no_reading() -> None:
    async with restarted() as (found, slow):
        waiting = found.create()
        await slow.is_reading()
        await found.writer.stop()
        with pytest.raises(Unavailable, match="stopping"):
            await waiting
        assert not slow.gate.is_set()


async def test_models_that_one_command_needs_stay_until_it_has_them_all() -> None:
    calls = element("zeebe:calledElement", processId="called")
    caller = model(
        start(), element("callActivity", extensions(calls), id="call"), end(), path("start", "call", "end")
    )
    called = model(
        start(), service("pack", job="pack"), end(), path("start", "pack", "end"), process_id="called"
    )
    store = GatedStore()
    async with rig(called, store) as first:
        await first.deploy(caller)
    async with rig(called, store, caches=CacheLimits(model_bytes=0)) as found:
        slow = Slow(found)
        slow.gate.set()
        create = found.create()
        while not create.done():  # commits go on meanwhile, and would put models away
            await found.writer.submit(PublishMessage(name="other", correlation_key="", variables={}))
        assert len(found.job_keys()) == 1
        assert slow.times == 2
        assert len(found.state.processes) <= 1
