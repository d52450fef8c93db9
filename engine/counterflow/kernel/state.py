"""What may be asked of the state, and the one way in which it changes.

`State` is a partition: counters, definitions, and those process instances that are being worked on. An `InstanceState`
holds all rows of one process instance with the indexes the rooms ask for. Rows enter and leave only through `put` and
`delete`, called by appliers; each leaves a note in the journal, so that a command that fails is rolled back exactly, and
the rows to be written are known without looking for them.

What a command sees is the last commit with everything decided since laid over it: an instance whose rows are on their
way to the disk stays here (`release` puts away only what is safe on disk), and everything else is loaded when touched.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import msgspec

from counterflow.kernel.deployed_decisions import DeployedDecisions
from counterflow.kernel.indexes import BufferedMessages, DueTimes, OldestFirst
from counterflow.kernel.instance_state import INDEXERS, InstanceState, index_receiver, index_waiting
from counterflow.kernel.records import BrokenInvariant, first_key
from counterflow.kernel.row import Row
from counterflow.kernel.rows import (
    PLACES,
    BoundDecision,
    DecisionDefinition,
    DecisionRequirements,
    ElementInstance,
    Incident,
    Job,
    Message,
    MessageCorrelation,
    MessageStart,
    MessageSubscription,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    StartLock,
    StartTimer,
    Timer,
)
from counterflow.model.graph import CompensationOrder, Process

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

RowType = TypeVar("RowType", bound=Row)
Key = tuple[int | str, ...]


class Mark(NamedTuple):
    """How far a state had come: the lengths of what it has noted, and its counters."""

    journal: int
    newly_ready: int
    last_key: int
    last_position: int


class Source(Protocol):
    """Where rows come from that are not in memory: the store, as the last commit left it."""

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        """All rows of one process instance, by table; empty when there is no such instance."""
        ...

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """One row by its primary key."""
        ...

    def process(self, definition: ProcessDefinition) -> Process:
        """The graph of a deployed definition, read from its resource."""
        ...

    def decision_model(self, requirements: DecisionRequirements, imported: Sequence[Definitions]) -> Definitions:
        """A deployed decision model, read from its resource."""
        ...


class EmptySource:
    """A source with nothing in it: what a replay from the beginning starts on."""

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        """Nothing."""
        return {}

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """Nothing."""
        return None

    def process(self, definition: ProcessDefinition) -> Process:
        """Nothing can be read here; asking is a fault of ours."""
        raise BrokenInvariant(f"definition {definition.key} asked of a source without resources")

    def decision_model(self, requirements: DecisionRequirements, imported: Sequence[Definitions]) -> Definitions:
        """Nothing can be read here; asking is a fault of ours."""
        raise BrokenInvariant(f"decision model {requirements.key} asked of a source without resources")


class State:
    """One partition as its commands see it."""

    def __init__(self, source: Source, partition: Partition, *, order: CompensationOrder = CompensationOrder.MIRROR) -> None:
        self.source = source
        self.partition_id = partition.id
        self.last_key = partition.last_key or first_key(partition.id)
        self.last_position = partition.last_position
        self.now_ms = 0
        self.default_order = order
        self.instances: OrderedDict[int, InstanceState] = OrderedDict()
        self.owners: dict[int, int] = {}
        self.latest: dict[str, ProcessDefinition] = {}
        self.versions: dict[tuple[str, int], ProcessDefinition] = {}
        self.processes: dict[int, Process] = {}
        self.decisions = DeployedDecisions()
        self.shared: dict[type[Row], dict[Any, Any]] = {table: {} for table in SHARED_INDEXERS}
        self.starts: dict[int, dict[int, type[Row]]] = {}
        """Per definition, the keys of its start timers and message starts, with their table."""
        self.message_starts: dict[str, dict[int, MessageStart]] = {}
        self.buffered: dict[tuple[str, str], BufferedMessages] = {}
        """Messages that may still find a receiver, by name and correlation key."""
        self.reached: dict[int, dict[str, None]] = {}
        """The processes that each of these messages has reached."""
        self.receivers: dict[tuple[str, str], dict[str, OldestFirst]] = {}
        """Keys of message subscriptions by name and correlation key, and by process id."""
        self.instance_of_receiver: dict[int, int] = {}
        """The process instance of each message subscription."""
        self.lock_of: dict[int, StartLock] = {}
        self.ready: dict[str, OldestFirst] = {}
        self.due = DueTimes()
        self.newly_ready: list[tuple[str, int]] = []
        self.journal: list[tuple[type[Row], Any, Row | None, Row | None]] = []
        """Every change since the last batch was sealed: table, place in it, the row before and the row after."""
        self.batch = 1

    # -- asking ---------------------------------------------------------------------------------------------------

    def instance(self, key: int) -> InstanceState | None:
        """The process instance with this key, loaded if need be; None when there is none."""
        found = self.instances.get(key)
        if found is not None:
            self.instances.move_to_end(key)
            return found
        rows = self.source.load_instance(key)
        if not rows.get(ProcessInstance):
            return None
        return self._admit(key, rows)

    def owner_of(self, table: type[Row], key: int) -> InstanceState | None:
        """The instance that the row with this key belongs to; None when there is no such row."""
        owner = self.owners.get(key)
        if owner is None:
            row = self.source.get(table, (key,))
            owner = getattr(row, row.instance_field) if row is not None else None
        instance = self.instance(owner) if owner is not None else None
        return instance if instance is not None and key in instance.rows[table] else None

    @property
    def definitions(self) -> dict[int, ProcessDefinition]:
        """Every definition, by key."""
        return self.shared[ProcessDefinition]

    def version_of(self, process_id: str, version: int) -> ProcessDefinition | None:
        """One version of a process; None when there is none."""
        return self.versions.get((process_id, version))

    def process(self, instance: InstanceState) -> Process:
        """The graph that an instance runs on."""
        if instance.process is None:
            header = instance.header
            if header is None:
                raise BrokenInvariant(f"process instance {instance.key} has no header row")
            instance.process = self.process_of(header.definition_key)
        return instance.process

    def process_of(self, definition_key: int) -> Process:
        """The graph of a definition, read once."""
        process = self.processes.get(definition_key)
        if process is None:
            process = self.processes[definition_key] = self.source.process(self.definitions[definition_key])
        return process

    def decision_model(self, requirements_key: int) -> Definitions:
        """A decision model, read once while it is in use, and those that it imports before it."""
        model = self.decisions.model(requirements_key)
        if model is None:
            requirements = self.shared[DecisionRequirements][requirements_key]
            imported = [self.decision_model(key) for key in msgspec.json.decode(requirements.imported_keys)]
            model = self.source.decision_model(requirements, imported)
            self.decisions.keep(requirements_key, model)
        return model

    # -- changing (appliers only) ---------------------------------------------------------------------------------

    def put(self, row: Row) -> None:
        """Put a row in the place of the one with its key, if any."""
        table = type(row)
        if not table.instance_field:
            self._put_shared(row)
            return
        instance = self.instances[getattr(row, table.instance_field)]
        place = PLACES[table](row)
        rows = instance.rows[table]
        old = rows.get(place)
        rows[place] = row
        INDEXERS[table](self, instance, old, row)
        instance.last_batch = self.batch
        self.journal.append((table, place, old, row))

    def delete(self, row: Row) -> None:
        """Take a row away."""
        table = type(row)
        place = PLACES[table](row)
        if not table.instance_field:
            old = self.shared[table].pop(place)
            SHARED_INDEXERS[table](self, old, None)
        else:
            instance = self.instances[getattr(row, table.instance_field)]
            old = instance.rows[table].pop(place)
            INDEXERS[table](self, instance, old, None)
            instance.last_batch = self.batch
        self.journal.append((table, place, old, None))

    def open_instance(self, key: int) -> None:
        """Make room for a new process instance; its first row follows."""
        self.instances[key] = InstanceState(key)

    def mark(self) -> Mark:
        """Where the state stands now, for `roll_back`."""
        return Mark(len(self.journal), len(self.newly_ready), self.last_key, self.last_position)

    def roll_back(self, mark: Mark) -> None:
        """Take back every change noted since `mark`, and the counters with it."""
        while len(self.journal) > mark.journal:
            self._restore(*self.journal.pop())
        del self.newly_ready[mark.newly_ready :]
        self.last_key, self.last_position = mark.last_key, mark.last_position

    # -- caching --------------------------------------------------------------------------------------------------

    def release(self, committed_batch: int, keep: int) -> None:
        """Put away the least recently used instances beyond `keep`, and models, of those that are safe on disk."""
        surplus = len(self.instances) - keep
        safe = (key for key, instance in self.instances.items() if instance.last_batch <= committed_batch)
        for key in list(islice(safe, max(surplus, 0))):
            self.forget(key)
        self.decisions.release(committed_batch)

    def forget(self, key: int) -> None:
        """Drop one instance from memory; its rows are the store's alone from here."""
        instance = self.instances.pop(key, None)
        if instance is None:
            return
        for table in (ElementInstance, Job, Timer, MessageSubscription, Incident):
            for row_key in instance.rows[table]:
                self.owners.pop(row_key, None)

    def admit(self, row: Row) -> None:
        """Know a row that the store holds, of a table that is held in memory as a whole."""
        table = type(row)
        self.shared[table][PLACES[table](row)] = row
        SHARED_INDEXERS[table](self, None, row)

    def admit_job(self, row: Job) -> None:
        """Know of a job that can be taken or is due, without loading its instance."""
        index_waiting(self, None, row)

    def admit_timer(self, row: Timer) -> None:
        """Know when a timer is due, without loading its instance."""
        self.due.set(row.key, row.due_ms, Timer)

    def admit_receiver(self, row: MessageSubscription) -> None:
        """Know who receives which message, without loading the instance."""
        index_receiver(self, None, row)

    def _admit(self, key: int, loaded: Mapping[type[Row], Sequence[Any]]) -> InstanceState:
        instance = self.instances[key] = InstanceState(key)
        already_told = len(self.newly_ready)
        for table, rows in loaded.items():
            for row in rows:
                instance.rows[table][PLACES[table](row)] = row
                INDEXERS[table](self, instance, None, row)
        del self.newly_ready[already_told:]
        return instance

    def _put_shared(self, row: Row) -> None:
        table, place = type(row), PLACES[type(row)](row)
        rows = self.shared.get(table)
        old = None
        if rows is not None:
            old = rows.get(place)
            rows[place] = row
            SHARED_INDEXERS[table](self, old, row)
        self.journal.append((table, place, old, row))

    def _restore(self, table: type[Row], place: Any, old: Row | None, new: Row | None) -> None:
        row = old if old is not None else new
        if row is None:
            raise BrokenInvariant("a journal note without a row")
        if not table.instance_field:
            self._restore_shared(table, place, old, new)
            return
        instance = self.instances[getattr(row, table.instance_field)]
        if old is None:
            del instance.rows[table][place]
        else:
            instance.rows[table][place] = old
        INDEXERS[table](self, instance, new, old)
        instance.plans.clear()
        if table is ProcessInstance and old is None:
            self.forget(instance.key)

    def _restore_shared(self, table: type[Row], place: Any, old: Row | None, new: Row | None) -> None:
        rows = self.shared.get(table)
        if rows is None:
            return
        if old is None:
            del rows[place]
        else:
            rows[place] = old
        SHARED_INDEXERS[table](self, new, old)


# -- indexes of the tables that belong to no instance: told of every change as (row before, row after) ----------------


def _index_definition(state: State, old: ProcessDefinition | None, new: ProcessDefinition | None) -> None:
    row = new if new is not None else old
    if row is None:
        return
    process_id = row.bpmn_process_id
    if new is not None:
        state.versions[process_id, new.version] = new
        latest = state.latest.get(process_id)
        if latest is None or latest.version <= new.version:
            state.latest[process_id] = new
        return
    del state.versions[process_id, row.version]
    state.processes.pop(row.key, None)
    others = [version for other, version in state.versions if other == process_id]
    if others:
        state.latest[process_id] = state.versions[process_id, max(others)]
    else:
        del state.latest[process_id]


def _index_start_timer(state: State, old: StartTimer | None, new: StartTimer | None) -> None:
    _index_start(state, old or new, StartTimer, is_there=new is not None)
    if new is not None:
        state.due.set(new.key, new.due_ms, StartTimer)
    elif old is not None:
        state.due.discard(old.key)


def _index_message_start(state: State, old: MessageStart | None, new: MessageStart | None) -> None:
    _index_start(state, old or new, MessageStart, is_there=new is not None)
    if new is not None:
        state.message_starts.setdefault(new.message_name, {})[new.key] = new
    elif old is not None:
        state.message_starts[old.message_name].pop(old.key)


def _index_start(state: State, row: StartTimer | MessageStart | None, table: type[Row], *, is_there: bool) -> None:
    if row is None:
        return
    if is_there:
        state.starts.setdefault(row.definition_key, {})[row.key] = table
    else:
        state.starts[row.definition_key].pop(row.key)


def _index_message(state: State, old: Message | None, new: Message | None) -> None:
    if new is not None:
        buffered = state.buffered.get((new.name, new.correlation_key))
        if buffered is None:
            buffered = state.buffered[new.name, new.correlation_key] = BufferedMessages()
        buffered.add(new.key, new.message_id)
        state.due.set(new.key, new.expires_at_ms, Message)
    elif old is not None:
        waiting = state.buffered[old.name, old.correlation_key]
        waiting.discard(old.key, old.message_id)
        if not waiting:
            del state.buffered[old.name, old.correlation_key]
        state.due.discard(old.key)


def _index_correlation(state: State, old: MessageCorrelation | None, new: MessageCorrelation | None) -> None:
    if new is not None:
        state.reached.setdefault(new.message_key, {})[new.bpmn_process_id] = None
        _set_reached(state, new, is_reached=True)
    elif old is not None:
        reached = state.reached[old.message_key]
        reached.pop(old.bpmn_process_id)
        if not reached:
            del state.reached[old.message_key]
        _set_reached(state, old, is_reached=False)


def _set_reached(state: State, row: MessageCorrelation, *, is_reached: bool) -> None:
    message = state.shared[Message].get(row.message_key)
    if message is not None:
        state.buffered[message.name, message.correlation_key].set_reached(row.message_key, row.bpmn_process_id, is_reached=is_reached)


def _index_lock(state: State, old: StartLock | None, new: StartLock | None) -> None:
    if old is not None:
        state.lock_of.pop(old.process_instance_key, None)
    if new is not None:
        state.lock_of[new.process_instance_key] = new


def _index_requirements(state: State, old: DecisionRequirements | None, new: DecisionRequirements | None) -> None:
    state.decisions.index_requirements(old, new)


def _index_decision(state: State, old: DecisionDefinition | None, new: DecisionDefinition | None) -> None:
    state.decisions.index_decision(old, new)


def _index_nothing(state: State, old: BoundDecision | None, new: BoundDecision | None) -> None:
    """Asked for by its place only."""


SHARED_INDEXERS: dict[type[Row], Callable[[State, Any, Any], None]] = {
    ProcessDefinition: _index_definition,
    DecisionRequirements: _index_requirements,
    DecisionDefinition: _index_decision,
    BoundDecision: _index_nothing,
    StartTimer: _index_start_timer,
    MessageStart: _index_message_start,
    Message: _index_message,
    MessageCorrelation: _index_correlation,
    StartLock: _index_lock,
}
"""The tables that belong to no instance and are held in memory as a whole."""
