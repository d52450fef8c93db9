"""Nothing that decides is kept in memory alone: with a restart before every command, random commands do the
same.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow import kernel
from counterflow.kernel.state import conversations, waiting
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.vocabulary import LogEntry
from counterflow.partition import batch
from counterflow.partition.batch import load_state, seal
from counterflow.partition.source import LoadedModel, keep_model, read_model
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from tests.kernel.bench import Bench, due_times
from tests.kernel.test_state_properties import LIMITS, RICH, Chance, outcome


class Restarting(Bench):
    """A bench that forgets everything but its store before every command."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(limits=bench.limits)
        self.store = MemoryStore()
        self.state = bench.state
        self.caches = CacheLimits()
        self.models: dict[int, LoadedModel] = {}
        self.store.commit(seal(bench.state, bench.log))

    def restart(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.state = load_state(self.store, caches=self.caches)
        for definition in self.state.definitions.values():
            needed = ModelNeeded(definition)
            if definition.key not in self.models:  # graphs are frozen, and dear to read
                self.models[definition.key] = read_model(self.store, needed)
            keep_model(self.state, needed, self.models[definition.key])

    def commit(self, decision: object) -> None:
        """Write what a command has done; a refused one has done nothing."""
        log = decision[0] if isinstance(decision, tuple) and isinstance(decision[0], list) else []
        self.store.commit(seal(self.state, log))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_a_restart_before_every_command_changes_nothing(seed: int) -> None:
    live = Bench(RICH, limits=LIMITS)
    restarting, chance = Restarting(live), Chance(live, seed)
    for _ in range(60):
        command = chance.command()
        restarting.restart(live.now_ms)
        assert due_times(restarting.state) == due_times(live.state)
        there, here = outcome(restarting, command), outcome(live, command)
        assert there == here, command
        restarting.commit(there)
    check_log(restarting, live)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), page=st.integers(1, 3))
def test_nor_is_it_where_only_the_first_of_what_waits_is_in_memory(seed: int, page: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "PAGE", page)
        patch.setattr(conversations, "AT_ONCE", page)
        patch.setattr(batch, "AT_ONCE", page)
        live = Bench(RICH, limits=LIMITS)
        restarting, chance = Restarting(live), Chance(live, seed)
        restarting.caches = CacheLimits(waiting=0)
        for _ in range(60):
            command = chance.command()
            restarting.restart(live.now_ms)
            assert due_times(restarting.state) == due_times(live.state)
            assert restarting.state.next_due() == live.state.next_due()
            there, here = outcome(restarting, command), outcome(live, command)
            assert there == here, command
            restarting.commit(there)
        check_log(restarting, live)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), page=st.integers(1, 3))
def test_nor_is_it_while_some_is_decided_some_on_its_way_and_the_rest_in_the_store(
    seed: int, page: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "PAGE", page)
        patch.setattr(conversations, "AT_ONCE", page)
        patch.setattr(waiting, "LEAST_READY", 1)
        patch.setattr(waiting, "MOST_TYPES", page)
        live = Bench(RICH, limits=LIMITS)
        windowed, chance, draw = Restarting(live), Chance(live, seed), random.Random(seed)
        windowed.caches = CacheLimits(instances=draw.choice((0, 2)), waiting=draw.choice((0, 1, 3)))
        windowed.restart(live.now_ms)
        sealed: list[tuple[int, Batch]] = []
        log: list[LogEntry] = []
        for _ in range(80):
            command = chance.command()
            windowed.now_ms = live.now_ms
            there, here = outcome(windowed, command), outcome(live, command)
            assert there == here, command
            log += there[0] if isinstance(there, tuple) and isinstance(there[0], list) else []
            if not sealed and draw.random() < 0.4:
                sealed, log = [(windowed.state.batch, seal(windowed.state, log))], []
            elif sealed and draw.random() < 0.5:
                number, written = sealed.pop()
                windowed.store.commit(written)
                windowed.state.release(number, windowed.caches)
            assert windowed.state.next_due() == live.state.next_due()
            for job_type, queue in live.state.ready.items():
                assert windowed.state.ready[job_type].first() == queue.first()


def check_log(restarting: Restarting, live: Bench) -> None:
    assert [entry.position for entry in restarting.store.read_log()] == sorted(
        entry.position for entry in restarting.store.read_log()
    )
    assert sum(entry.event_count for entry in restarting.store.read_log()) == live.state.last_position
    assert kernel.events_of(restarting.store.read_log()[0])
