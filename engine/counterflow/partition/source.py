"""The kernel's source of rows: the store; and models, read from the resources in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from counterflow.documents.limits import NO_LIMITS
from counterflow.kernel.row import Row
from counterflow.kernel.rows import DecisionRequirements, ProcessDefinition, Resource
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.shelf import ModelNeeded
from counterflow.kernel.vocabulary import BrokenInvariant, Damaged
from counterflow.model.graph import Process
from counterflow.store.errors import DamagedError
from counterflow.store.port import Store

if TYPE_CHECKING:
    from counterflow.dmn import Definitions

RowType = TypeVar("RowType", bound=Row)
Key = tuple[int | str, ...]


class StoreSource:
    """Rows as the last commit left them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def load_instance(self, key: int) -> Mapping[type[Row], Sequence[Any]]:
        """All rows of one process instance, by table, as one moment left them. Raises `DamagedInstance`."""
        return self._store.load_instance(key)

    def get(self, table: type[RowType], key: Key) -> RowType | None:
        """One row by its primary key. Raises `Damaged`: `DamagedInstance` where it belongs to one."""
        try:
            return self._store.get(table, key)
        except DamagedError as damaged:
            if damaged.process_instance_key:
                self._store.load_instance(damaged.process_instance_key)
            raise Damaged(str(damaged)) from damaged

    def walk(
        self, table: type[Row], index: str, equal: Key, *, after: Key = (), limit: int
    ) -> Sequence[tuple[Any, ...]]:
        """Entries of an index, in order."""
        return self._store.walk(table, index, equal, after=after, limit=limit)


class LoadedModel(NamedTuple):
    """What a deployed file holds: processes, or one decision model; and its bytes."""

    size: int
    processes: Sequence[Process] = ()
    decisions: Definitions | None = None


def read_model(store: Store, needed: ModelNeeded) -> LoadedModel:
    """The model that a command needs, read from its resource: it takes its time, in whatever thread. A limit
    or a rule of today is not asked of what was accepted once. Raises `BrokenInvariant` where it cannot be
    read, `Damaged` where it is not what was deployed, and `StoreError`.
    """
    row = needed.row
    try:
        resource = store.get(Resource, (row.resource_key,))
    except DamagedError as damaged:
        raise Damaged(
            f"the file '{row.resource_name}' of {row.table} {row.key} is damaged: {damaged}; deploy it "
            "again, changed, as the next version, or put a copy of the database in its place"
        ) from damaged
    if resource is None:
        raise BrokenInvariant(f"resource {row.resource_key} of definition {row.key} is gone")
    if isinstance(row, DecisionRequirements):
        return LoadedModel(len(resource.content), decisions=_decisions(row, resource, needed.imported))
    return LoadedModel(len(resource.content), processes=_processes(row, resource))


def keep_model(state: State, needed: ModelNeeded, model: LoadedModel) -> None:
    """Have a model at hand that was read; with a process the others in its file."""
    row = needed.row
    if model.decisions is not None:
        state.decisions.models.keep(row.key, model.decisions, model.size)
        return
    graphs = {process.id: process for process in model.processes}
    together = [one for one in state.definitions.values() if one.resource_key == row.resource_key]
    for definition in together:
        if definition.bpmn_process_id in graphs:
            graph = graphs[definition.bpmn_process_id]
            state.processes.keep(definition.key, graph, model.size // len(together))


def cannot_be_read(state: State, needed: ModelNeeded, why: BrokenInvariant | Damaged) -> None:
    """Commands that need this model break their own instance from now on, until it is worth another try."""
    shelf = state.decisions.models if isinstance(needed.row, DecisionRequirements) else state.processes
    shelf.faults[needed.row.key] = why


def _processes(definition: ProcessDefinition, resource: Resource) -> Sequence[Process]:
    from counterflow.bpmn.read import read_accepted  # noqa: PLC0415 - XML is needed only when a definition is first used

    result = read_accepted(resource.content, resource.name)
    if not any(process.id == definition.bpmn_process_id for process in result.processes):
        problems = "; ".join(str(finding) for finding in result.errors[:3])
        raise BrokenInvariant(
            f"definition {definition.key} can no longer be read from resource '{resource.name}': {problems}"
        )
    return result.processes


def _decisions(
    requirements: DecisionRequirements, resource: Resource, imported: Sequence[Definitions]
) -> Definitions:
    from counterflow.dmn import read  # noqa: PLC0415 - XML is needed only when a decision is first evaluated

    result = read(resource.content, resource.name, imported, limits=NO_LIMITS)
    if result.definitions is None:
        problems = "; ".join(str(finding) for finding in result.errors[:3])
        raise BrokenInvariant(
            f"decision model {requirements.key} can no longer be read from resource '{resource.name}': "
            f"{problems}"
        )
    return result.definitions
