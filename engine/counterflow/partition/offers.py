"""Jobs that are ready are offered to those who take them, straight from memory.

A job is activated for its taker in the batch that is open, and delivered when that is committed. If the
commit fails, the credit is free again, and jobs of the type are offered anew after the next one that
succeeds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.decider import Decider
from counterflow.partition.models import Models
from counterflow.partition.refusals import Unavailable
from counterflow.partition.takers import Taker, Takers

FAULTS_PER_OFFER = 16
"""Instances that break while their jobs are given out, in one go. Whoever takes jobs goes on with the others.
"""


class Offers:
    """What is ready, and who takes it. `changed` is called when there is something to commit."""

    def __init__(self, decider: Decider, models: Models, changed: Callable[[], None]) -> None:
        self._decider = decider
        self._models = models
        self._changed = changed
        self._stopping = False
        self._undelivered: set[str] = set()
        """Types of jobs whose delivery was lost with a failed commit, or that were not looked for to the end.
        It may be that they could not be looked for at all.
        """
        self.takers = Takers()

    def is_ready(self, job_type: str) -> bool:
        """Whether a job of a type can be taken now. Where that cannot be read, it is offered again later."""
        try:
            return self._decider.is_ready(job_type)
        except Unavailable:
            self._undelivered.add(job_type)
            return False

    def offer(self, job_type: str) -> None:
        """Give ready jobs of a type to those who take them, until none is ready or nobody has credit."""
        faults = 0
        while not (self._stopping or self._decider.is_lost) and self.is_ready(job_type):
            taker = self.takers.next_for(job_type)
            if taker is None:
                return
            try:
                decision = self._decider.decide(taker.request)
            except Unavailable:
                taker.cancel(0)
                return
            except ModelNeeded as needed:
                self.takers.put_back(taker)
                self._models.wait(needed, functools.partial(self._is_read, job_type))
                return
            except Rejection:
                taker.cancel(0)
                faults += 1
                if faults > FAULTS_PER_OFFER:
                    return
                continue
            self._deliver_later(taker, decision.answer)
            if not decision.answer and self.is_ready(job_type):
                # what was found is being swept away: others have their turn before it is looked for more
                self._undelivered.add(job_type)
                break
        self._changed()

    def offer_new(self) -> None:
        """Offer what has become ready since the last time."""
        for job_type in self._decider.state.take_ready():
            self.offer(job_type)

    def offer_undelivered(self) -> None:
        """Offer what was lost with a failed commit, or not found in one go."""
        types, self._undelivered = self._undelivered, set()
        for job_type in sorted(types):
            self.offer(job_type)

    def _is_read(self, job_type: str, why_not: Unavailable | None) -> None:
        if why_not is None:
            self.offer(job_type)
        else:
            self._undelivered.add(job_type)

    def stop(self) -> None:
        """Give out no more, and answer polls that wait with nothing."""
        self._stopping = True
        self.takers.end_polls()

    def _deliver_later(self, taker: Taker, jobs: Any) -> None:
        count, job_type = len(jobs), taker.request.type
        taker.reserve(count)

        def failed(_: Exception) -> None:
            taker.cancel(count)
            self._undelivered.add(job_type)

        self._decider.open.committed.append(lambda: taker.deliver(jobs))
        self._decider.open.failed.append(failed)
