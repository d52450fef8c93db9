"""Which definitions and types of jobs are suspended; of instances their own row tells."""

from __future__ import annotations

from counterflow.kernel.suspended import SuspendedDefinition, SuspendedJobType
from counterflow.queries.shapes import HeldDefinition, HeldJobType
from counterflow.store.port import Store


def suspended_definitions(store: Store) -> list[HeldDefinition]:
    """The definitions of which no instance begins, oldest first."""
    rows = store.scan(SuspendedDefinition, {})
    return [HeldDefinition(row.definition_key, row.since_ms) for row in rows]


def suspended_job_types(store: Store) -> list[HeldJobType]:
    """The types of jobs of which nobody is given one, by name."""
    return [HeldJobType(row.type, row.since_ms) for row in store.scan(SuspendedJobType, {})]
