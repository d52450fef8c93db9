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
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from counterflow.kernel.indexes import DueTimes, ReadyJobs
from counterflow.kernel.records import BrokenInvariant, first_key
from counterflow.kernel.rows import (
    PLACES,
    ArrivedToken,
    ElementInstance,
    Incident,
    Job,
    Partition,
    ProcessDefinition,
    ProcessInstance,
    Quarantine,
    Row,
    UndoRecord,
    Variable,
)
from counterflow.model.graph import CompensationOrder, Process

RowType = TypeVar("RowType", bound=Row)
Key = tuple[int | str, ...]
ACTIVATABLE = "activatable"


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


class InstanceState:
    """All rows of one process instance, by key, and what the rooms look up in them."""

    __slots__ = (
        "arrived_in",
        "children",
        "container_of",
        "incident_of",
        "job_of",
        "key",
        "last_batch",
        "plans",
        "process",
        "rows",
        "undo_by_scope",
        "undo_by_throw",
        "variable_bytes",
        "variables",
    )

    def __init__(self, key: int) -> None:
        self.key = key
        self.process: Process | None = None
        self.rows: dict[type[Row], dict[Any, Any]] = {table: {} for table in _INDEXERS}
        self.children: dict[int, dict[int, None]] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.variable_bytes: dict[int, int] = {}
        self.arrived_in: dict[int, dict[str, None]] = {}
        self.job_of: dict[int, int] = {}
        self.incident_of: dict[int, dict[int, None]] = {}
        self.undo_by_scope: dict[int, dict[int, None]] = {}
        self.undo_by_throw: dict[int, dict[int, None]] = {}
        self.container_of: dict[int, int] = {}
        """Records of completed sub-processes, by the key of the sub-process's element instance."""
        self.plans: dict[int, Any] = {}
        """Per compensation throw, the derived order of what is left to undo; dropped on roll-back, rebuilt when missing."""
        self.last_batch = 0

    @property
    def header(self) -> ProcessInstance | None:
        """The process instance's own row; None when there is no such instance."""
        row: ProcessInstance | None = self.rows[ProcessInstance].get(self.key)
        return row

    @property
    def elements(self) -> dict[int, ElementInstance]:
        """Element instances by key."""
        return self.rows[ElementInstance]

    @property
    def jobs(self) -> dict[int, Job]:
        """Jobs by key."""
        return self.rows[Job]

    @property
    def incidents(self) -> dict[int, Incident]:
        """Incidents by key."""
        return self.rows[Incident]

    @property
    def undo_records(self) -> dict[int, UndoRecord]:
        """Undo records by key."""
        return self.rows[UndoRecord]

    @property
    def arrived(self) -> dict[tuple[int, str], ArrivedToken]:
        """Tokens waiting at joins, by scope and flow."""
        return self.rows[ArrivedToken]

    @property
    def quarantine(self) -> Quarantine | None:
        """Why this instance is set aside; None when it is not."""
        row: Quarantine | None = self.rows[Quarantine].get(self.key)
        return row


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
        self.definitions: dict[int, ProcessDefinition] = {}
        self.latest: dict[str, ProcessDefinition] = {}
        self.versions: dict[tuple[str, int], ProcessDefinition] = {}
        self.processes: dict[int, Process] = {}
        self.ready: dict[str, ReadyJobs] = {}
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
        if owner is not None:
            return self.instance(owner)
        row = self.source.get(table, (key,))
        if row is None:
            return None
        instance = self.instance(getattr(row, row.instance_field))
        return instance if instance is not None and key in instance.rows[table] else None

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
        _INDEXERS[table](self, instance, old, row)
        instance.last_batch = self.batch
        self.journal.append((table, place, old, row))

    def delete(self, row: Row) -> None:
        """Take a row away."""
        table = type(row)
        instance = self.instances[getattr(row, table.instance_field)]
        place = PLACES[table](row)
        old = instance.rows[table].pop(place)
        _INDEXERS[table](self, instance, old, None)
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
        """Put away instances that are safe on disk: those that have ended, and the least recently used beyond `keep`."""
        surplus = len(self.instances) - keep
        if surplus <= 0:
            return
        for key in [key for key, instance in self.instances.items() if instance.last_batch <= committed_batch][:surplus]:
            self.forget(key)

    def forget(self, key: int) -> None:
        """Drop one instance from memory; its rows are the store's alone from here."""
        instance = self.instances.pop(key, None)
        if instance is None:
            return
        for table in (ElementInstance, Job, Incident):
            for row_key in instance.rows[table]:
                self.owners.pop(row_key, None)

    def admit_definition(self, row: ProcessDefinition) -> None:
        """Know a definition, and that it is the latest of its id if no later one is known."""
        self.definitions[row.key] = row
        self.versions[row.bpmn_process_id, row.version] = row
        latest = self.latest.get(row.bpmn_process_id)
        if latest is None or latest.version <= row.version:
            self.latest[row.bpmn_process_id] = row

    def admit_waiting_jobs(self, rows: Iterable[Job]) -> None:
        """Index the jobs found in the store at start."""
        for row in rows:
            _index_waiting(self, None, row)

    def _admit(self, key: int, loaded: Mapping[type[Row], Sequence[Any]]) -> InstanceState:
        instance = self.instances[key] = InstanceState(key)
        already_told = len(self.newly_ready)
        for table, rows in loaded.items():
            for row in rows:
                instance.rows[table][PLACES[table](row)] = row
                _INDEXERS[table](self, instance, None, row)
        del self.newly_ready[already_told:]
        return instance

    def _put_shared(self, row: Row) -> None:
        if isinstance(row, ProcessDefinition):
            self.admit_definition(row)
        self.journal.append((type(row), PLACES[type(row)](row), None, row))

    def _restore(self, table: type[Row], place: Any, old: Row | None, new: Row | None) -> None:
        row = old if old is not None else new
        if row is None:
            raise BrokenInvariant("a journal note without a row")
        if not table.instance_field:
            self._withdraw_shared(row)
            return
        instance = self.instances[getattr(row, table.instance_field)]
        if old is None:
            del instance.rows[table][place]
        else:
            instance.rows[table][place] = old
        _INDEXERS[table](self, instance, new, old)
        instance.plans.clear()
        if table is ProcessInstance and old is None:
            self.forget(instance.key)

    def _withdraw_shared(self, row: Row) -> None:
        if isinstance(row, ProcessDefinition):
            del self.definitions[row.key], self.versions[row.bpmn_process_id, row.version]
            self.processes.pop(row.key, None)
            previous = [other for other in self.definitions.values() if other.bpmn_process_id == row.bpmn_process_id]
            if previous:
                self.latest[row.bpmn_process_id] = max(previous, key=lambda other: other.version)
            else:
                del self.latest[row.bpmn_process_id]


# -- indexes: one function per table, told of every change as (row before, row after) ---------------------------------


def _index_nothing(state: State, instance: InstanceState, old: Any, new: Any) -> None:
    """Tables that are only ever asked by key."""


def _index_element(state: State, instance: InstanceState, old: ElementInstance | None, new: ElementInstance | None) -> None:
    if old is None and new is not None:
        instance.children.setdefault(new.scope_key, {})[new.key] = None
        state.owners[new.key] = instance.key
    elif new is None and old is not None:
        _remove(instance.children, old.scope_key, old.key)
        state.owners.pop(old.key, None)


def _index_variable(state: State, instance: InstanceState, old: Variable | None, new: Variable | None) -> None:
    row = new if new is not None else old
    if row is None:
        return
    scope = instance.variables.setdefault(row.scope_key, {})
    change = (len(new.value) + len(new.name) if new is not None else 0) - (len(old.value) + len(old.name) if old is not None else 0)
    instance.variable_bytes[row.scope_key] = instance.variable_bytes.get(row.scope_key, 0) + change
    if new is not None:
        scope[new.name] = new.value
    else:
        del scope[row.name]
        if not scope:
            del instance.variables[row.scope_key], instance.variable_bytes[row.scope_key]


def _index_job(state: State, instance: InstanceState, old: Job | None, new: Job | None) -> None:
    if new is None and old is not None:
        instance.job_of.pop(old.element_instance_key, None)
        state.owners.pop(old.key, None)
    elif new is not None:
        instance.job_of[new.element_instance_key] = new.key
        state.owners[new.key] = instance.key
    _index_waiting(state, old, new if instance.quarantine is None else None)


def _index_waiting(state: State, old: Job | None, new: Job | None) -> None:
    if old is not None:
        if old.state == ACTIVATABLE:
            state.ready[old.type].discard(old.key)
        if old.due_ms is not None:
            state.due.discard(old.key)
    if new is not None:
        if new.state == ACTIVATABLE:
            queue = state.ready.get(new.type)
            if queue is None:
                queue = state.ready[new.type] = ReadyJobs()
            queue.add(new.key)
            state.newly_ready.append((new.type, new.key))
        if new.due_ms is not None:
            state.due.set(new.key, new.due_ms)


def _index_quarantine(state: State, instance: InstanceState, old: Quarantine | None, new: Quarantine | None) -> None:
    """Nothing of an instance that is set aside is offered or comes due."""
    for job in instance.jobs.values():
        if new is not None:
            _index_waiting(state, job, None)
        else:
            _index_waiting(state, None, job)


def _index_incident(state: State, instance: InstanceState, old: Incident | None, new: Incident | None) -> None:
    if new is not None:
        instance.incident_of.setdefault(new.element_instance_key, {})[new.key] = None
        state.owners[new.key] = instance.key
    elif old is not None:
        _remove(instance.incident_of, old.element_instance_key, old.key)
        state.owners.pop(old.key, None)


def _index_undo(state: State, instance: InstanceState, old: UndoRecord | None, new: UndoRecord | None) -> None:
    if old is not None:
        _remove(instance.undo_by_scope, old.scope_key, old.key)
        if old.throw_key:
            _remove(instance.undo_by_throw, old.throw_key, old.key)
        if old.variables is not None:
            del instance.container_of[old.element_instance_key]
    if new is not None:
        instance.undo_by_scope.setdefault(new.scope_key, {})[new.key] = None
        if new.throw_key:
            instance.undo_by_throw.setdefault(new.throw_key, {})[new.key] = None
        if new.variables is not None:
            instance.container_of[new.element_instance_key] = new.key


def _index_arrived(state: State, instance: InstanceState, old: ArrivedToken | None, new: ArrivedToken | None) -> None:
    if new is not None:
        instance.arrived_in.setdefault(new.scope_key, {})[new.flow_id] = None
    elif old is not None:
        _remove(instance.arrived_in, old.scope_key, old.flow_id)


def _remove(index: dict[int, dict[Any, None]], group: int, key: int | str) -> None:
    members = index[group]
    del members[key]
    if not members:
        del index[group]


_INDEXERS: dict[type[Row], Callable[[State, InstanceState, Any, Any], None]] = {
    ProcessInstance: _index_nothing,
    ElementInstance: _index_element,
    Variable: _index_variable,
    Job: _index_job,
    Incident: _index_incident,
    UndoRecord: _index_undo,
    ArrivedToken: _index_arrived,
    Quarantine: _index_quarantine,
}
