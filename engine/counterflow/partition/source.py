"""The kernel's source of rows: the store, and graphs read from the resources in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from counterflow.documents.limits import NO_LIMITS
from counterflow.kernel.row import Row
from counterflow.kernel.rows import DecisionRequirements, ProcessDefinition, Resource
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

    def process(self, definition: ProcessDefinition) -> Process:
        """Read a definition's graph from its resource. A resource that was accepted once and cannot be read
        is our fault. Raises `Damaged` for one that is not as it was written.
        """
        from counterflow.bpmn.read import read_accepted  # noqa: PLC0415 - XML is needed only when a definition is first used

        resource = self._resource(definition)
        result = read_accepted(resource.content, resource.name)
        for process in result.processes:
            if process.id == definition.bpmn_process_id:
                return process
        problems = "; ".join(str(finding) for finding in result.errors[:3])
        raise BrokenInvariant(
            f"definition {definition.key} can no longer be read from resource '{resource.name}': {problems}"
        )

    def decision_model(
        self, requirements: DecisionRequirements, imported: Sequence[Definitions]
    ) -> Definitions:
        """Read a decision model from its resource. What was accepted once is not judged again, only what
        cannot be read is our fault. Raises `Damaged` for one that is not as it was written.
        """
        from counterflow.dmn import read  # noqa: PLC0415 - XML is needed only when a decision is first evaluated

        resource = self._resource(requirements)
        result = read(resource.content, resource.name, imported, limits=NO_LIMITS)
        if result.definitions is None:
            problems = "; ".join(str(finding) for finding in result.errors[:3])
            raise BrokenInvariant(
                f"decision model {requirements.key} can no longer be read from resource '{resource.name}': "
                f"{problems}"
            )
        return result.definitions

    def _resource(self, definition: ProcessDefinition | DecisionRequirements) -> Resource:
        try:
            resource = self._store.get(Resource, (definition.resource_key,))
        except DamagedError as damaged:
            raise Damaged(
                f"the file '{definition.resource_name}' of definition {definition.key} is damaged: "
                f"{damaged}; deploy "
                "it again, changed, as the next version, or put a copy of the database in its place"
            ) from damaged
        if resource is None:
            raise BrokenInvariant(
                f"resource {definition.resource_key} of definition {definition.key} is gone"
            )
        return resource
