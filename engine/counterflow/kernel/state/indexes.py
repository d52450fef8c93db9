"""What is known across instances, before any of them is loaded: what is deployed, and who waits for what.

It follows the rows of the tables that are known at start: per table one function is told of each change as
(row before, row after), so that putting, deleting, rolling back and starting keep it alike. What begins
instances of a definition, and what is found by a field, is followed by how the row describes itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from counterflow.kernel.row import Home, Row
from counterflow.kernel.rows import (
    PLACES,
    TABLES,
    DecisionDefinition,
    DecisionRequirements,
    Form,
    Job,
    Message,
    MessageCorrelation,
    MessageSubscription,
    ProcessDefinition,
    StartLock,
    StartTimer,
    Timer,
)
from counterflow.kernel.state.decisions import DeployedDecisions
from counterflow.kernel.state.forms import DeployedForms
from counterflow.kernel.state.laid import LaidRows
from counterflow.kernel.state.processes import DeployedProcesses
from counterflow.kernel.state.queues import BufferedMessages, OldestFirst
from counterflow.kernel.state.shelf import Shelf
from counterflow.kernel.state.windows import DuePage, DueTimes, KeyPage, Moment, Window
from counterflow.kernel.unfinished import ARRIVALS, Errand
from counterflow.model.graph import Process

ACTIVATABLE = "activatable"


class ReadyJobs(dict[str, Window]):
    """By their type, the jobs that can be taken. A type that is not here is looked up when it is asked for:
    `read` gives the page of a type behind a key.
    """

    def __init__(self, read: Callable[[str, int], KeyPage]) -> None:
        super().__init__()
        self._read = read
        self.are_all_known = True
        """Whether jobs of a type that is not here are nowhere."""

    def __missing__(self, job_type: str) -> Window:
        read = functools.partial(self._read, job_type)
        queue = self[job_type] = Window(read, None if self.are_all_known else 0)
        return queue


class Indexes:
    """The rows at home in a partition, and what is looked up in them and in its instances' waiting rows."""

    def __init__(self) -> None:
        self.batch = 1
        """The batch that a change now belongs to."""
        self.laid = {
            table: LaidRows(table, functools.partial(follow, self)) for table, follow in _LOOKED_UP.items()
        }
        """Rows that the store may hold more of."""
        self.shared: dict[type[Row], dict[Any, Any]] = {
            table: self.laid[table].rows if table in self.laid else {}
            for table in TABLES
            if table.home in {Home.PARTITION, Home.BOTH}
        }
        """Those in memory, of tables whose rows belong to no instance."""
        self.deployed = DeployedProcesses()
        self.processes: Shelf[Process] = Shelf()
        """The graphs of definitions."""
        self.decisions = DeployedDecisions()
        self.forms = DeployedForms()
        self.starts: dict[int, dict[int, type[Row]]] = {}
        """Per definition, the keys of what begins instances of it, with their table."""
        self.indexed: dict[type[Row], dict[Any, dict[Any, int]]] = {
            table: {} for table in TABLES if table.indexed_by
        }
        """Per table found by a field, and by its value: places in the table, and each one's process instance.
        It is 0 where the row is of none.
        """
        self.buffered: dict[tuple[str, str], BufferedMessages] = {}
        """Messages that may still find a receiver, by name and correlation key."""
        self.reached: dict[int, dict[str, None]] = {}
        """The processes that each of these messages has reached."""
        self.receivers: dict[tuple[str, str], dict[str, OldestFirst]] = {}
        """Keys of message subscriptions by name and correlation key, and by process id."""
        self.lock_of: dict[int, StartLock] = {}
        self.busy: dict[int, int] = {}
        """How much each process instance still has to do, of what was put off."""
        self.coming: dict[int, int] = {}
        """How often what has this key is still to come from outside, of what was put off."""
        self.ready = ReadyJobs(self._read_ready)
        self.entered_types: dict[str, None] = {}
        """Types of jobs that have become ready since `State.release`."""
        self.due = DueTimes(self._read_due)
        self.set_aside: set[int] = set()
        """The process instances in quarantine."""
        self.newly_ready: list[tuple[str, int]] = []
        """Types and keys of the jobs that can be taken since `State.take_ready` was asked last."""

    def _read_ready(self, job_type: str, horizon: int) -> KeyPage:
        raise NotImplementedError

    def _read_due(self, horizon: Moment) -> DuePage:
        raise NotImplementedError


def _index_job(indexes: Indexes, old: Job | None, new: Job | None) -> None:
    """Follow which jobs can be taken, and which are due when."""
    if old is not None:
        if old.state == ACTIVATABLE:
            indexes.ready[old.type].discard(old.key)
        if old.due_ms is not None:
            indexes.due.discard(old.key)
    if new is not None:
        if new.state == ACTIVATABLE:
            indexes.ready[new.type].enter(new.key, indexes.batch)
            indexes.entered_types[new.type] = None
            indexes.newly_ready.append((new.type, new.key))
        if new.due_ms is not None:
            indexes.due.set(new.key, new.due_ms, Job, indexes.batch)


def _index_timer(indexes: Indexes, old: Timer | None, new: Timer | None) -> None:
    if new is not None:
        indexes.due.set(new.key, new.due_ms, Timer, indexes.batch)
    elif old is not None:
        indexes.due.discard(old.key)


def _index_receiver(
    indexes: Indexes, old: MessageSubscription | None, new: MessageSubscription | None
) -> None:
    """Follow who receives which message."""
    if new is not None:
        indexes.laid[MessageSubscription].put(new.key, new, indexes.batch)
    elif old is not None:
        indexes.laid[MessageSubscription].remove(old.key, indexes.batch)


def _look_up_receiver(
    indexes: Indexes, old: MessageSubscription | None, new: MessageSubscription | None
) -> None:
    if old is not None:
        for correlation_key in old.keys:
            _forget_receiver(indexes, old, correlation_key)
    if new is not None:
        for correlation_key in new.keys:
            by_process = indexes.receivers.setdefault((new.message_name, correlation_key), {})
            keys = by_process.get(new.bpmn_process_id)
            if keys is None:
                keys = by_process[new.bpmn_process_id] = OldestFirst()
            keys.add(new.key)


def _forget_receiver(indexes: Indexes, row: MessageSubscription, correlation_key: str) -> None:
    waiting = indexes.receivers.get((row.message_name, correlation_key), {})
    if row.bpmn_process_id in waiting:
        waiting[row.bpmn_process_id].discard(row.key)
        if not waiting[row.bpmn_process_id]:
            del waiting[row.bpmn_process_id]
        if not waiting:
            del indexes.receivers[row.message_name, correlation_key]


def _index_definition(indexes: Indexes, old: ProcessDefinition | None, new: ProcessDefinition | None) -> None:
    indexes.deployed.index(old, new)
    if new is None and old is not None:
        indexes.processes.forget(old.key)


def _index_start_timer(indexes: Indexes, old: StartTimer | None, new: StartTimer | None) -> None:
    if new is not None:
        indexes.due.set(new.key, new.due_ms, StartTimer, indexes.batch)
    elif old is not None:
        indexes.due.discard(old.key)


def _index_start(indexes: Indexes, old: Any, new: Any) -> None:
    """Follow what begins instances of which definition."""
    if new is not None:
        indexes.starts.setdefault(new.definition_key, {})[new.key] = type(new)
    elif old is not None:
        indexes.starts[old.definition_key].pop(old.key)


def _index_found(indexes: Indexes, old: Any, new: Any) -> None:
    """Follow which rows are found by the value of their field."""
    table = type(old if new is None else new)
    index = indexes.indexed[table]
    if old is not None:
        value = getattr(old, table.indexed_by)
        index[value].pop(PLACES[table](old))
        if not index[value]:
            del index[value]
    if new is not None:
        owner = getattr(new, table.instance_field) if table.instance_field else 0
        index.setdefault(getattr(new, table.indexed_by), {})[PLACES[table](new)] = owner


def _index_message(indexes: Indexes, old: Message | None, new: Message | None) -> None:
    """Follow when messages expire."""
    if new is not None:
        indexes.due.set(new.key, new.expires_at_ms, Message, indexes.batch)
    elif old is not None:
        indexes.due.discard(old.key)


def _look_up_message(indexes: Indexes, old: Message | None, new: Message | None) -> None:
    if new is not None:
        buffered = indexes.buffered.get((new.name, new.correlation_key))
        if buffered is None:
            buffered = indexes.buffered[new.name, new.correlation_key] = BufferedMessages()
        buffered.add(new.key, new.message_id)
    elif old is not None:
        waiting = indexes.buffered[old.name, old.correlation_key]
        waiting.discard(old.key, old.message_id)
        if not waiting:
            del indexes.buffered[old.name, old.correlation_key]


def _look_up_correlation(
    indexes: Indexes, old: MessageCorrelation | None, new: MessageCorrelation | None
) -> None:
    if new is not None:
        indexes.reached.setdefault(new.message_key, {})[new.bpmn_process_id] = None
        _set_reached(indexes, new, is_reached=True)
    elif old is not None:
        reached = indexes.reached[old.message_key]
        reached.pop(old.bpmn_process_id)
        if not reached:
            del indexes.reached[old.message_key]
        _set_reached(indexes, old, is_reached=False)


def _set_reached(indexes: Indexes, row: MessageCorrelation, *, is_reached: bool) -> None:
    message = indexes.shared[Message].get(row.message_key)
    if message is not None:
        indexes.buffered[message.name, message.correlation_key].set_reached(
            row.message_key, row.bpmn_process_id, is_reached=is_reached
        )


def _look_up_lock(indexes: Indexes, old: StartLock | None, new: StartLock | None) -> None:
    if old is not None:
        indexes.lock_of.pop(old.process_instance_key, None)
    if new is not None:
        indexes.lock_of[new.process_instance_key] = new


def _index_errand(indexes: Indexes, old: Errand | None, new: Errand | None) -> None:
    for row, change in ((old, -1), (new, 1)):
        if row is None:
            continue
        counts = indexes.coming if row.place >= ARRIVALS else indexes.busy
        key = row.key if row.place >= ARRIVALS else row.process_instance_key
        count = counts.pop(key, 0) + change
        if count:
            counts[key] = count


def _index_requirements(
    indexes: Indexes, old: DecisionRequirements | None, new: DecisionRequirements | None
) -> None:
    indexes.decisions.index_requirements(old, new)


def _index_decision(indexes: Indexes, old: DecisionDefinition | None, new: DecisionDefinition | None) -> None:
    indexes.decisions.index_decision(old, new)


def _index_form(indexes: Indexes, old: Form | None, new: Form | None) -> None:
    indexes.forms.index(old, new)


Indexer = Callable[[Indexes, Any, Any], None]


def _indexers_of(table: type[Row]) -> Iterator[Indexer]:
    if table in _OWN_INDEXERS:
        yield _OWN_INDEXERS[table]
    if table.home is Home.PARTITION and {"definition_key", "element_id"} <= {*table.__struct_fields__}:
        yield _index_start
    if table.indexed_by:
        yield _index_found


def _all_of(indexers: list[Indexer]) -> Indexer:
    def update(indexes: Indexes, old: Any, new: Any) -> None:
        for indexer in indexers:
            indexer(indexes, old, new)

    return indexers[0] if len(indexers) == 1 else update


_OWN_INDEXERS: dict[type[Row], Indexer] = {
    ProcessDefinition: _index_definition,
    DecisionRequirements: _index_requirements,
    DecisionDefinition: _index_decision,
    Form: _index_form,
    Job: _index_job,
    Timer: _index_timer,
    MessageSubscription: _index_receiver,
    StartTimer: _index_start_timer,
    Message: _index_message,
    Errand: _index_errand,
}
_LOOKED_UP: dict[type[Row], Indexer] = {
    MessageSubscription: _look_up_receiver,
    Message: _look_up_message,
    MessageCorrelation: _look_up_correlation,
    StartLock: _look_up_lock,
}
"""Of rows that the store may hold more of: how those in memory are looked up."""
PARTITION_INDEXERS: dict[type[Row], Indexer] = {
    table: _all_of(indexers) for table in TABLES if (indexers := [*_indexers_of(table)])
}
"""What is asked across instances otherwise than by key."""
