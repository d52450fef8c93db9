"""The state of a partition, and the one place where commands meet it.

What a command sees is the last commit with everything decided since laid over it. If a commit fails,
`recover` goes on from what the store holds; if that cannot be read either, the state is lost until it can.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from counterflow import kernel
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import UpdateJobTimeout
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import Command, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.events import CompensationOrder
from counterflow.partition.answers import InstanceEnds
from counterflow.partition.batch import OpenBatch, last_time, load_state, seal
from counterflow.partition.heartbeats import Heartbeats
from counterflow.partition.refusals import Faulted, Unavailable
from counterflow.partition.source import LoadedModel, read_model
from counterflow.partition.timekeeping import Timekeeping
from counterflow.store.port import Batch, Store, StoreError

logger = logging.getLogger("counterflow.partition")


class Decider:
    """Decides commands, and gathers in `open` what is to be committed and told of them.

    `changed` is called when a command that is refused has changed something all the same: an instance was set
    aside.
    """

    def __init__(
        self,
        store: Store,
        order: CompensationOrder,
        limits: ProcessLimits,
        time: Timekeeping,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._order = order
        self._limits = limits
        self.clock = time.clock
        self._changed = changed
        self._watch = time.watch
        self._heartbeats = Heartbeats()
        self.ends = InstanceEnds()
        self.open = OpenBatch()
        self.is_lost = False
        """True from a failed commit until the store could be read again: what is in memory is not to be
        decided on.
        """
        self.is_damaged = False
        """Whether it is so since a command was broken off at a moment at which nothing can be taken back."""
        self.commands = 0
        """How many were decided, rejected ones included."""
        self.state = load_state(store, order)
        self.clock.begin_at(last_time(store, self.state.last_position))

    def read_model(self, needed: ModelNeeded) -> LoadedModel:
        """The model that a command needs, in whatever thread. Raises `BrokenInvariant` where it cannot be
        read, and `StoreError`.
        """
        return read_model(self._store, needed)

    @property
    def has_something_to_commit(self) -> bool:
        """Whether rows have changed or somebody is to be told, on a state that is not lost."""
        return not self.is_lost and (self.state.has_changed or bool(self.open.committed))

    def now_ms(self) -> int:
        """The time of the next command, never earlier than the last one's."""
        return self.clock.now_ms()

    def decide(self, command: Command) -> kernel.Outcome:
        """Carry out a command in memory. Raises `Rejection`, `Faulted` (the instance is set aside, if one was
        at work), `Unavailable`, where the database could not be read, or `ModelNeeded`, where a model has to
        be read first; nothing else is changed then.
        """
        self.commands += 1
        self._watch.begin()
        try:
            decision = kernel.decide(self.state, command, self.now_ms(), self._limits, self._watch.end)
        except kernel.KernelFault as fault:
            raise self._refusal(fault) from fault
        except kernel.StateLost as lost:
            raise self._damaged(lost) from lost
        self.open.log.extend(decision.log)
        if isinstance(command, ActivateJobs):
            self._heartbeats.end_try(decision.answer)
        elif isinstance(command, UpdateJobTimeout):
            self.open.superseded += self._heartbeats.supersede(command.job_key, decision.log)
        elif decision.ended:
            self.ends.tell_later(self.open, decision.ended)
        return decision

    def seal(self) -> tuple[OpenBatch, Batch]:
        """Begin a new open batch; answers the one before, and what the store is to write of it."""
        sealed, self.open = self.open, OpenBatch()
        batch = seal(self.state, sealed.log)
        batch.superseded = sealed.superseded
        return sealed, batch

    def discard(self) -> OpenBatch:
        """Forget what was decided and not sealed, since a commit before it has failed; answers it. Then the
        state is lost until `recover`.
        """
        discarded, self.open = self.open, OpenBatch()
        self._heartbeats.forget()
        self.is_lost = True
        self.is_damaged = False
        return discarded

    def recover(self) -> bool:
        """Go on from what the store holds; answers whether it could be read."""
        try:
            self.state = load_state(self._store, self._order)
        except StoreError:
            return False
        self.is_lost = False
        return True

    def _refusal(self, fault: kernel.KernelFault) -> Rejection | Unavailable:
        if isinstance(fault.__cause__, StoreError):
            return Unavailable(f"The database could not be read: {fault.__cause__}")
        return Faulted(fault, is_contained=self._set_aside(fault))

    def _damaged(self, lost: kernel.StateLost) -> Unavailable:
        logger.error("What is decided and not committed is discarded: %s", lost)
        self.is_lost = self.is_damaged = True
        self._changed()
        return Unavailable(f"The command was not carried out: {lost}")

    def _set_aside(self, fault: kernel.KernelFault) -> bool:
        """Quarantine the instance that a fault was met in; answers whether there was one."""
        logger.error(
            "%s on process instance %s met an internal fault",
            fault.command,
            fault.process_instance_key,
            exc_info=fault.__cause__,
        )
        command = QuarantineInstance(process_instance_key=fault.process_instance_key, reason=str(fault))
        log = kernel.decide(self.state, command, self.now_ms(), self._limits).log
        self.open.log.extend(log)
        self._changed()
        return bool(log)
