"""What may be asked of an engine, asked without a network: who is let in, whose turn it is, and who is told what."""

from __future__ import annotations

import asyncio
import logging

import pytest
from msgspec.structs import replace

from counterflow.caller import Caller
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.rows import Job
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Overloaded, Unavailable
from counterflow.queries.jobs import list_jobs
from counterflow.queries.shapes import HistoryRecord
from counterflow.service.callers import Jobs
from counterflow.service.refusals import NotInTime, ResultLost
from counterflow.store.port import StoreError
from tests.partition.rig import turns, until
from tests.service.guests import Asked, Guest, asking, wish

ORDER = CreateProcessInstance(bpmn_process_id="order", variables={})


async def test_a_caller_is_told_once_it_is_durable() -> None:
    async with asking() as found:
        with found.store.held_up():
            creating = found.begin(Guest(), ORDER)
            await found.store.is_committing()
            assert not creating.done()
        assert (await creating).bpmn_process_id == "order"


async def test_a_refusal_comes_in_place_of_an_answer_and_leaves_nobody_under_way() -> None:
    async with asking() as found:
        with pytest.raises(Rejection, match="no such job was found"):
            await found.carry_out(CompleteJob(job_key=7, variables={}))
        async with asyncio.timeout(10):
            await found.service.admission.idle()


async def test_who_goes_away_in_line_is_not_served() -> None:
    async with asking(new_calls_at_once=1) as found:
        with found.store.held_up():
            first, impatient = found.begin(Guest(), ORDER), Guest()
            never = found.begin(impatient, ORDER)
            impatient.go()
        await first
        async with asyncio.timeout(10):
            await found.service.admission.idle()
        assert not never.done()
        assert len((await found.service.questions.ask(list_jobs)).items) == 1


async def test_requests_that_are_kept_are_bounded_by_bytes() -> None:
    async with asking(new_calls_at_once=1, client_bytes=65_536) as found:
        with found.store.held_up():
            together = found.service.admission.budgets
            large, small = Guest(60_000, together), Guest(10_000, together)
            creating = [found.begin(Guest(budgets=together), ORDER), found.begin(large, ORDER)]
            with pytest.raises(
                Overloaded, match=r"124096 bytes of requests and answers.*setting client_bytes"
            ):
                found.begin(small, ORDER)
        await asyncio.gather(*creating)


async def test_jobs_whose_delivery_fails_go_back() -> None:
    async def lost(_: Jobs) -> None:
        raise ConnectionError

    taken: list[int] = []

    async def keep(jobs: Jobs) -> None:
        taken.extend(job.key for job in jobs)

    async with asking() as found:
        await found.begin(Guest(), ORDER)
        with pytest.raises(ConnectionError):
            await found.service.polls.activate(wish(), 0, lost)
        await found.service.polls.activate(wish(), 10_000, keep)
        assert len(taken) == 1


async def test_a_stream_that_is_not_read_keeps_its_first_job_until_it_has_left() -> None:
    async with asking() as found:
        guest = Guest()
        guest.is_reading = False
        found.service.streams.open(guest, wish())
        assert guest.has_begun
        await asyncio.gather(*(found.begin(Guest(), ORDER) for _ in range(2)))
        assert guest.jobs == []
        guest.is_reading = True
        assert guest.on_drained is not None
        guest.on_drained()
        assert len(guest.jobs) == 1, "the first one has left by itself"


async def test_who_waits_is_sent_away_when_the_engine_stops() -> None:
    async with asking() as found:
        guest = Guest()
        found.service.streams.open(guest, wish())
        running = asyncio.create_task(found.service.results.run(ORDER, 60_000, Guest().account))
        await until(lambda: found.service.results._awaited != {})
        found.service.fall_silent()
        assert guest.was_sent_away
        with pytest.raises(ResultLost, match="was created and goes on when it is back"):
            await running
        with pytest.raises(Unavailable, match="The server is stopping"):
            found.service.admission.check()


async def test_a_result_in_time_and_one_that_is_not() -> None:
    async with asking() as found:
        with pytest.raises(NotInTime, match="has not completed within 1 ms; it goes on"):
            await found.service.results.run(ORDER, 1, Guest().account)
        results = found.service.results
        running = [
            asyncio.create_task(results.run(ORDER, 60_000, Guest().account, names))
            for names in ((), ("b",), ("c",))
        ]
        await until(lambda: len(results._awaited) == len(running))
        await turns()
        for job in await all_jobs(found):
            await found.carry_out(CompleteJob(job_key=job, variables={"a": b"1", "b": b"2"}))
        variables = [(await each)[1] for each in running]
        assert variables == [{"a": b"1", "b": b"2"}, {"b": b"2"}, {}]


async def all_jobs(found: Asked) -> list[int]:
    return [job.key for job in (await found.service.questions.ask(list_jobs)).items]


async def test_a_history_is_delivered_in_order() -> None:
    seen: list[HistoryRecord] = []

    async def deliver(some: object) -> None:
        assert isinstance(some, list)
        seen.extend(some)

    async with asking() as found:
        await found.begin(Guest(), ORDER)
        await found.service.questions.history(deliver, process_instance_key=0, after_position=0, limit=0)
    assert [record.position for record in seen] == list(range(1, len(seen) + 1))


async def test_who_deploys_is_kept_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "counterflow.service")
    async with asking():
        pass
    (line,) = caplog.messages
    assert line.startswith("Deployment ")
    assert line.endswith(" of 'order.bpmn', asked for by anna (ipv4:10.0.0.7:53122)")


@pytest.mark.parametrize(
    "caller, text", [(Caller("unix:"), "unix:"), (Caller("unix:", (), ("anna", "bob")), "anna, bob (unix:)")]
)
def test_callers_are_called_by_the_names_that_somebody_vouches_for(caller: Caller, text: str) -> None:
    assert str(caller) == text


async def test_who_cannot_even_be_told_is_under_way_no_more() -> None:
    def failed(_: Exception) -> None:
        raise ConnectionError

    async with asking() as found:
        found.store.faults.append(StoreError("disk full"))
        found.service.commands.carry_out(Guest(), ORDER, lambda _: None, failed)
        with pytest.raises(ConnectionError):
            found.service.commands.carry_out(
                Guest(), CompleteJob(job_key=7, variables={}), lambda _: None, failed
            )
        async with asyncio.timeout(10):
            await found.service.admission.idle()


async def test_a_stop_has_one_grace_however_many_have_a_part_in_it(caplog: pytest.LogCaptureFixture) -> None:
    async with asking(shutdown_grace_ms=60_000) as found:
        with found.store.held_up():
            creating = found.begin(Guest(), ORDER)
            found.service.begin_grace(0)
            found.service.fall_silent()
            assert found.service.grace_left() == 0
            async with asyncio.timeout(10):
                await found.service.idle()
        await creating
    assert "Calls are still under way though the grace is over; they are broken off" in caplog.messages


async def test_a_stream_that_does_not_read_has_a_share_of_the_grace() -> None:
    """A stop waits for it no longer than that, and its job is there for whoever comes next."""
    async with asking(shutdown_grace_ms=400) as found:
        guest = Guest()
        guest.is_reading = False
        found.service.streams.open(guest, wish())
        await found.carry_out(ORDER)
        await found.writer.settle()
        began = asyncio.get_running_loop().time()
        found.service.fall_silent()
        await found.service.idle()
        assert asyncio.get_running_loop().time() - began < 0.4, "the grace was not used up"
        assert guest.was_sent_away
        await found.writer.settle()
        assert [job.state for job in found.store.scan(Job, {})] == ["activatable"]


async def test_who_does_not_read_a_history_has_a_share_of_the_grace() -> None:
    async with asking(shutdown_grace_ms=400) as found:
        await found.begin(Guest(), ORDER)
        is_delivering = asyncio.Event()

        async def never_read(_: object) -> None:
            is_delivering.set()
            await asyncio.Event().wait()

        telling = asyncio.create_task(
            found.service.questions.history(never_read, process_instance_key=0, after_position=0, limit=0)
        )
        await is_delivering.wait()
        began = asyncio.get_running_loop().time()
        found.service.fall_silent()
        with pytest.raises(Unavailable, match="go on behind the last record that came"):
            await telling
        assert asyncio.get_running_loop().time() - began < 0.4, "the grace was not used up"


async def test_a_stream_has_its_jobs_for_a_second_at_least(caplog: pytest.LogCaptureFixture) -> None:
    async with asking() as found:
        guest = Guest()
        found.service.streams.open(guest, replace(wish(), timeout_ms=1))
        await found.carry_out(ORDER)
        await found.writer.settle()
        (job,) = guest.jobs
        (entry,) = [entry for entry in found.store.read_log() if entry.command == "ActivateJobs"]
        assert job.deadline_ms - entry.timestamp_ms == 1_000
        assert "it is given them for 1000 ms" in caplog.text
