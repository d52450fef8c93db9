"""Nothing that decides is kept in memory alone: with a restart before every command, random commands do the
same.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow import kernel
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.partition.batch import load_state, seal
from counterflow.partition.source import LoadedModel, keep_model, read_model
from counterflow.store.memory import MemoryStore
from tests.kernel.bench import Bench, due_times
from tests.kernel.test_state_properties import LIMITS, RICH, Chance, outcome


class Restarting(Bench):
    """A bench that forgets everything but its store before every command."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(limits=bench.limits)
        self.store = MemoryStore()
        self.state = bench.state
        self.models: dict[int, LoadedModel] = {}
        self.store.commit(seal(bench.state, bench.log))

    def restart(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.state = load_state(self.store)
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
    assert [entry.position for entry in restarting.store.read_log()] == sorted(
        entry.position for entry in restarting.store.read_log()
    )
    assert sum(entry.event_count for entry in restarting.store.read_log()) == live.state.last_position
    assert kernel.events_of(restarting.store.read_log()[0])
