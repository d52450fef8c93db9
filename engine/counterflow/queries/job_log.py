"""When open jobs were created and taken, and the tries that came to nothing: only the log says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from counterflow.kernel import events_of
from counterflow.kernel.course.asking import JobCreated
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.vocabulary import LogEntry
from counterflow.queries import log
from counterflow.queries.shapes import Job
from counterflow.queries.story.jobs import JOB_CHANGES, new_job
from counterflow.store.port import Store

MOST_ENTRIES = 20_000
"""Of the log, read for a page of jobs: beyond it a job whose instance goes on for long is left as it is."""


def add_from_log(store: Store, jobs: Sequence[Job]) -> None:
    """Give jobs their tries and the moments at which they were created and last taken.

    Those of the instances behind the first 20,000 entries that are read stay without, `created_at_ms` None.
    """
    by_instance: dict[int, list[Job]] = {}
    for job in jobs:
        by_instance.setdefault(job.process_instance_key, []).append(job)
    left = MOST_ENTRIES
    for process_instance_key, some in by_instance.items():
        past = _Past(some)
        for entry in _since_they_began(store, process_instance_key, some):
            if left == 0:
                return
            left -= 1
            past.add(entry)
        past.give()


def _since_they_began(store: Store, process_instance_key: int, jobs: Sequence[Job]) -> Iterator[LogEntry]:
    """The entries of an instance from where the first of the elements of these jobs was entered."""
    elements = (store.get(ElementInstance, (job.element_instance_key,)) for job in jobs)
    began = min((element.activated_position for element in elements if element is not None), default=0)
    return log.entries(
        store, process_instance_key, log.start_of_entry_behind(store, process_instance_key, began)
    )


class _Past:
    """What the log says of some jobs of an instance."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = {job.key: job for job in jobs}
        self._logged: dict[int, Job] = {}

    def add(self, entry: LogEntry) -> None:
        """Add the events of an entry; entries come in the order of their positions."""
        for event in events_of(entry):
            if isinstance(event, JobCreated) and event.key in self._jobs:
                self._logged[event.key] = new_job(event, entry.timestamp_ms)
            elif (change := JOB_CHANGES.get(type(event))) and (
                logged := self._logged.get(getattr(event, "key", 0))
            ):
                change(logged, event, entry.timestamp_ms)

    def give(self) -> None:
        """Give the jobs what only the log says; the rest they have from their rows."""
        for key, logged in self._logged.items():
            job = self._jobs[key]
            job.created_at_ms, job.activated_at_ms = logged.created_at_ms, logged.activated_at_ms
            job.tries, job.tries_left_out = logged.tries, logged.tries_left_out
