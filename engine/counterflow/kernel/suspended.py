"""What is persisted of what a person has suspended: instances, definitions, types of jobs.

Rows like all others (`rows.py`); what they mean is told by `lives/suspension.py`.
"""

from __future__ import annotations

from counterflow.kernel.row import Home, Row, stored


@stored(Home.INSTANCE, key=("process_instance_key",))
class Suspension(Row, frozen=True, gc=False):
    """An instance that a person has suspended: nothing of it goes on until it is resumed."""

    process_instance_key: int
    since_ms: int


@stored(Home.PARTITION, key=("definition_key",))
class SuspendedDefinition(Row, frozen=True, gc=False):
    """A definition of which no instance begins until it is resumed."""

    definition_key: int
    since_ms: int


@stored(Home.PARTITION, key=("type",))
class SuspendedJobType(Row, frozen=True, gc=False):
    """A type of jobs that nobody is given until it is resumed."""

    type: str
    since_ms: int
