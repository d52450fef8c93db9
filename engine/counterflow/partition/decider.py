"""The state of a partition, and the one place where commands meet it.

What a command sees is the last commit with everything decided since laid over it. If a commit fails,
`recover` goes on from what the store holds; if that cannot be read either, the state is lost until it can.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from counterflow import kernel
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import UpdateJobTimeout
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.state.source import CacheLimits
from counterflow.kernel.state.windows import Due
from counterflow.kernel.vocabulary import Command, Damaged, DamagedInstance, Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.model.events import CompensationOrder
from counterflow.partition.answers import InstanceEnds, Settlements
from counterflow.partition.batch import OpenBatch, damaged_instances, last_time, load_state, seal
from counterflow.partition.heartbeats import Heartbeats
from counterflow.partition.measures import Tally
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
        caches: CacheLimits = CacheLimits(),  # noqa: B008 - a frozen tuple
    ) -> None:
        self._store = store
        self._order = order
        self._limits = limits
        self.clock = time.clock
        self._changed = changed
        self._watch = time.watch
        self._heartbeats = Heartbeats()
        self.ends = InstanceEnds()
        self.settlements = Settlements()
        self.open = OpenBatch()
        self.is_lost = False
        """True from a failed commit until the store could be read again. What is in memory is not to be
        decided on.
        """
        self.why_lost = ""
        """What the store has said when it could not be read."""
        self.is_damaged = False
        """Whether it is so since a command was broken off at a moment at which nothing can be taken back."""
        self.tally = Tally()
        self.commands = 0
        """How many were decided, rejected ones included."""
        self._caches = caches
        self.state = load_state(store, order, caches)
        self.clock.begin_at(last_time(store, self.state.last_position))

    def read_model(self, needed: ModelNeeded) -> LoadedModel:
        """The model that a command needs, in whatever thread. Raises `BrokenInvariant` where it cannot be
        read, and `StoreError`.
        """
        return read_model(self._store, needed)

    def next_due(self) -> Due | None:
        """What is due first; None when nothing is due, ever. Raises `Unavailable`, where the database is to
        be asked and cannot be.
        """
        try:
            return self.state.next_due()
        except StoreError as error:
            raise _unreadable(error) from error

    def is_ready(self, job_type: str) -> bool:
        """Whether a job of a type can be taken now. Raises `Unavailable` as `next_due` does."""
        try:
            return self.state.is_ready(job_type)
        except StoreError as error:
            raise _unreadable(error) from error

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
        decision = self._decided(command)
        self.open.log.extend(decision.log)
        self.tally.count(decision)
        if isinstance(command, ActivateJobs):
            self._heartbeats.end_try(decision.answer)
        elif isinstance(command, UpdateJobTimeout):
            self.open.superseded += self._heartbeats.supersede(command.job_key, decision.log)
        elif decision.ended:
            self.ends.answer_later(self.open, decision.ended)
        if decision.settled:
            self.settlements.answer_later(self.open, decision.settled)
        return decision

    def timer_lag_seconds(self) -> float:
        """By how much the first thing that is due is late; 0 where nothing is, or it cannot be known."""
        try:
            due = self.state.next_due()
        except StoreError:
            return 0.0
        return max(self.now_ms() - due.due_ms, 0) / 1000 if due is not None else 0.0

    def set_damaged_aside(self) -> None:
        """Quarantine the instances whose rows were left out when the state was loaded."""
        for key in sorted(damaged_instances(self._store)):
            self._quarantine(key, "rows of it are not as they were written; `counterflow check` says which")

    def seal(self) -> tuple[OpenBatch, Batch]:
        """Begin a new open batch; answers the one before, and what the store is to write of it. Raises
        `MemoryError`, and the open batch is as it was.
        """
        batch = seal(self.state, self.open.log)
        batch.superseded = self.open.superseded
        sealed, self.open = self.open, OpenBatch()
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
            self.state = load_state(self._store, self._order, self._caches)
        except (StoreError, MemoryError) as error:
            self.why_lost = str(error) or type(error).__name__
            return False
        self.is_lost = False
        return True

    def _decided(self, command: Command) -> kernel.Outcome:
        """Where a command has met a damaged instance, it is carried out again when that is set aside."""
        while True:
            self._watch.begin()
            try:
                return kernel.decide(self.state, command, self.now_ms(), self._limits, self._watch.end)
            except kernel.StateLost as lost:
                raise self._damaged(lost) from lost
            except kernel.KernelFault as fault:
                is_damage = isinstance(fault.__cause__, DamagedInstance)
                if not (is_damage and self._quarantine(fault.process_instance_key, str(fault.__cause__))):
                    raise self._refusal(command, fault) from fault

    def _refusal(self, command: Command, fault: kernel.KernelFault) -> Rejection | Unavailable:
        if isinstance(fault.__cause__, StoreError):
            why = fault.__cause__.__cause__
            if isinstance(why, OverflowError):
                # asking again would not help: no database has ever given such a key
                return Rejection(
                    RejectionType.INVALID_ARGUMENT, f"Expected keys of 64 bits, but found others: {why}"
                )
            return _unreadable(fault.__cause__)
        if isinstance(fault.__cause__, MemoryError) and not isinstance(command, TriggerDue):
            # Whose memory it was that is lacking, nobody knows; but what is due would come again at once.
            logger.error("%s was not carried out: the server has no memory left for it", fault.command)
            return Unavailable("The command was not carried out: the server has no memory left for it")
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
        reason = str(fault.__cause__ if isinstance(fault.__cause__, Damaged) else fault)
        return self._quarantine(fault.process_instance_key, reason)

    def _quarantine(self, process_instance_key: int, reason: str) -> bool:
        """Set an instance aside; answers whether there was one that was not yet."""
        command = QuarantineInstance(process_instance_key=process_instance_key, reason=reason)
        log = kernel.decide(self.state, command, self.now_ms(), self._limits).log
        self.open.log.extend(log)
        self._changed()
        return bool(log)


def _unreadable(error: StoreError) -> Unavailable:
    return Unavailable(f"The database could not be read: {error}")
