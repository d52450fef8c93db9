"""Numbers about a partition at work, counted where things happen as plain integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from counterflow import kernel
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Event


class Tally:
    """What has happened since the start: each kind of event, and how instances have ended.

    What was decided and then discarded, since its commit had failed, is counted with it.
    """

    def __init__(self) -> None:
        self._events: Counter[type[Event]] = Counter()
        self._ends: Counter[str] = Counter()

    def count(self, outcome: kernel.Outcome) -> None:
        """A command was decided."""
        self._events.update([type(event) for _, event in outcome.events])
        for end in outcome.ended:
            self._ends[end.state] += 1

    def events(self) -> Mapping[str, int]:
        """How often each event has happened, by its name; 0 for one that has not yet."""
        return {event.__name__: self._events[event] for event in kernel.EVENTS}

    def ends(self) -> Mapping[str, int]:
        """How many process instances have ended in each state."""
        return {state: self._ends[state] for state in ("completed", "terminated")}


class Measures(NamedTuple):
    """A partition's numbers at one moment. Counters run since the start; times are seconds.

    `timer_lag_seconds` is by how much the first thing that is due is late. `jobs_without_worker` are types of
    which a job is ready that nobody asks for.
    """

    commands: int
    commits: int
    commit_seconds: float
    events: Mapping[str, int]
    ends: Mapping[str, int]
    pending_commands: int
    pending_bytes: int
    quarantined: int
    timer_lag_seconds: float
    jobs_without_worker: tuple[str, ...]


def unasked_types(state: State, asked_for: frozenset[str]) -> tuple[str, ...]:
    """The types of jobs that are ready in memory and that nobody asks for, in their order."""
    return tuple(sorted(job_type for job_type in state.ready_types() if job_type not in asked_for))
