"""A command that takes too long is broken off by a real thread, wherever it is; afterwards everything is as if
it had not been given, but that its instance is set aside.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from counterflow import kernel
from counterflow.feel.builtins import BUILTINS
from counterflow.kernel.data import scopes
from counterflow.kernel.elements.registry import ROOMS
from counterflow.kernel.rows import Job, ProcessInstance, Quarantine, Variable
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import CommandBrokenOff, Rejection, RejectionType
from counterflow.kernel.work.held import Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Behaviour
from counterflow.partition import watchdog
from counterflow.partition.batch import load_state
from counterflow.partition.refusals import Unavailable
from counterflow.partition.watchdog import Watchdog
from tests.bpmn.diagram import catch, element, end, model, path, service, start, timer
from tests.kernel.bench import snapshot
from tests.partition.rig import Rig, rig, turns
from tests.partition.test_due import MINUTE, pass_time

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""Where the collector calls Python (hypothesis has it do so), what is raised is swallowed, and raised again."""

GIVE_UP_S = 20
GIVE_UP_MS = 1_000 * GIVE_UP_S
"""What a test lets run for ever is over after so long, so that a watchdog that does nothing is noticed."""
WAIT = model(start(), catch("wait", timer()), end(), path("start", "wait", "end"))


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LOOK_S", 0.005)
    monkeypatch.setattr(watchdog, "HELD_S", 0.01)


def for_ever() -> Iterator[None]:
    until = time.monotonic() + GIVE_UP_S
    while time.monotonic() < until:
        yield
    raise AssertionError("nobody has broken this off")


def spin(*_given: Any) -> None:
    for _ in for_ever():
        pass


def let_spin(monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, moment: Callable[[Token], None]) -> None:
    """Let a room never end."""
    rooms: Any = {**ROOMS, behaviour: replace(ROOMS[behaviour], beginning=moment)}
    monkeypatch.setattr(kernel, "HOUSE", kernel.HOUSE._replace(rooms=rooms))


@contextmanager
def watched(limit_ms: int = 200) -> Iterator[tuple[Watchdog, list[str]]]:
    held: list[str] = []
    with Watchdog(limit_ms, lambda: held.append(threading.current_thread().name)) as dog:
        yield dog, held


def reloaded(found: Rig) -> dict[str, Any]:
    """What the store gives, of the instances that are in memory."""
    state = load_state(found.store)
    for key in found.state.instances:
        state.instance(key)
    return snapshot(state)


def in_memory(found: Rig) -> dict[str, Any]:
    return snapshot(found.state)


def replayed(found: Rig, table: Any) -> list[Any]:
    """The rows of a table that the log gives, folded from nothing."""
    state = State(EmptySource(), load_state(found.store).counters())
    state.last_key = state.last_position = 0
    kernel.replay(state, found.store.read_log())
    return [row for instance in state.instances.values() for row in instance.rows[table].values()]


async def test_it_is_broken_off_and_its_instance_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched() as (dog, held):
        async with rig(watch=dog) as found:
            broken, sound = await found.create(), await found.create()
            first, second = found.job_keys()
            with monkeypatch.context() as patch:
                let_spin(patch, Behaviour.END_EVENT, spin)
                with pytest.raises(Rejection, match=f"'{broken.key}' is quarantined") as raised:
                    found.complete(first)
            assert raised.value.type is RejectionType.INVALID_STATE
            assert held == ["counterflow-watchdog"], "told once"
            await found.complete(second)
            await found.writer.settle()
            (aside,) = found.store.rows(Quarantine)
            assert (aside.process_instance_key, "command_limit_ms" in aside.reason) == (broken.key, True)
            assert found.store.get(ProcessInstance, (sound.key,)).state == "completed"
            assert replayed(found, Quarantine) == [aside]
            assert replayed(found, Job) == found.store.rows(Job)


async def test_what_began_with_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched() as (dog, _):
        async with rig(watch=dog) as found:
            await found.writer.settle()
            before = in_memory(found)
            let_spin(monkeypatch, Behaviour.JOB_TASK, spin)
            with pytest.raises(Rejection, match="broken off; nothing was changed"):
                found.create()
            assert in_memory(found) == before == reloaded(found)


async def test_a_timer_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with watched() as (dog, _):
        async with rig(WAIT, watch=dog) as found:
            header = await found.create()
            let_spin(monkeypatch, Behaviour.END_EVENT, spin)
            await pass_time(found, MINUTE)
            assert [row.process_instance_key for row in found.store.rows(Quarantine)] == [header.key]


async def test_a_built_in_function_that_costs_more_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its price is one step, and what it takes is for ever."""
    absolute = BUILTINS["abs"]
    mispriced = [replace(overload, meaning=spin) for overload in absolute.overloads]
    monkeypatch.setattr(absolute, "overloads", mispriced)
    content = model(
        start(),
        service(
            "pack",
            element("zeebe:ioMapping", element("zeebe:output", source="=abs(n)", target="m")),
            job="pack",
        ),
        end(),
        path("start", "pack", "end"),
    )
    with watched() as (dog, _):
        async with rig(content, watch=dog) as found:
            header = await found.create(n=-1)
            with pytest.raises(Rejection, match="is quarantined"):
                found.complete(found.job_keys()[0])
            await found.writer.settle()
            assert [row.process_instance_key for row in found.store.rows(Quarantine)] == [header.key]
            assert in_memory(found) == reloaded(found)


async def is_done(found: Rig, key: int) -> bool:
    """Complete a job; answers whether it was let."""
    try:
        await found.complete(key)
    except (Rejection, Unavailable):  # the latter where it could not be taken back at that moment
        return False
    return True


async def test_wherever_it_is_broken_off_the_state_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command puts and deletes rows of two kinds, without end."""

    def busy(token: Token) -> None:
        for number, _ in enumerate(for_ever()):
            scopes.write(token, token.key, {f"name {number % 7}": b"1" * (number % 50 + 1)})
            if number % 3 == 0:
                token.hold(Held(IncidentType.IO_MAPPING_ERROR, "held"))

    with watched(GIVE_UP_MS) as (dog, _):
        async with rig(watch=dog) as found:
            headers = [await found.create(n=number) for number in range(10)]
            with monkeypatch.context() as patch:
                let_spin(patch, Behaviour.END_EVENT, busy)
                patch.setattr(dog, "_limit_s", 0.01)
                for key in found.job_keys():
                    assert not await is_done(found, key)
            await found.writer.settle()
            aside = [row.process_instance_key for row in found.store.rows(Quarantine)]
            assert 0 < len(aside) <= len(headers), "where it had not come to the instance, nothing is changed"
            assert in_memory(found) == reloaded(found)
            assert {row.name for row in found.store.rows(Variable)} == {"n"}


async def test_one_that_ends_just_then_is_done_or_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that take about as long as they may: none is half done, and nothing comes after the end."""
    monkeypatch.setattr(watchdog, "LOOK_S", 0.001)
    monkeypatch.setattr(watchdog, "HELD_S", 0.0)
    taken: list[float] = []
    request_s = sys.getswitchinterval()

    def takes_time(token: Token) -> None:
        until = time.monotonic() + taken[0]
        while time.monotonic() < until:
            pass
        ROOMS[Behaviour.END_EVENT].beginning(token)

    with watched(GIVE_UP_MS) as (dog, _):
        async with rig(watch=dog, maximum_pending=10_000) as found:
            headers = [await found.create() for _ in range(16)]
            let_spin(monkeypatch, Behaviour.END_EVENT, takes_time)
            monkeypatch.setattr(dog, "_limit_s", 0.002)
            sys.setswitchinterval(1e-5)  # the threads take turns as often as they can
            try:
                done = 0
                for number, key in enumerate(found.job_keys()):
                    taken[:] = [0.05 + 0.2 * number / len(headers)]
                    done += await is_done(found, key)
            finally:
                sys.setswitchinterval(request_s)
            await found.writer.settle()
            assert in_memory(found) == reloaded(found)
            ended = [row for row in found.store.rows(ProcessInstance) if row.state == "completed"]
            assert len(ended) == done
            assert len(found.store.rows(Quarantine)) <= len(headers) - done
            assert 0 < done < len(headers)


async def test_a_state_that_is_half_changed_is_not_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided and not committed is discarded, whole, once the commit under way has ended."""
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        follow = State._follow

        def broken_off(*given: Any) -> None:
            raise CommandBrokenOff

        with found.store.held_up():
            committing = found.create()
            await found.store.is_committing()
            discarded = found.create()
            with monkeypatch.context() as patch:
                broken_off.__code__ = broken_off.__code__.replace(co_filename=follow.__code__.co_filename)
                patch.setattr(State, "_follow", broken_off)
                with pytest.raises(Unavailable, match="was not carried out"):
                    found.complete(key)
            with pytest.raises(Unavailable, match="try again at once"):
                found.create()
            await turns()
        await committing
        with pytest.raises(Unavailable, match="while it changed the state"):
            await discarded
        await found.complete(key)
        assert in_memory(found) == reloaded(found)
        assert sorted(row.state for row in found.store.rows(ProcessInstance)) == ["active", "completed"]
