"""Jobs that can be taken, of instances that somebody chooses: read from the store, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from counterflow.kernel import rows
from counterflow.store.port import Store

BUSINESS_KEY = "businessKey"
"""The variable of its process that models of Camunda 7 mean by the business key of an instance."""
PAGE = 200
LOOKED_AT = 5_000
"""Jobs of a type that are looked at in one go; whoever waits behind is found later."""


class JobChoice(NamedTuple):
    """Of which process instances jobs are wanted; what is left empty does not narrow.

    `variables` are those of the process scope, with their values as JSON says them.
    """

    process_ids: frozenset[str] = frozenset()
    definition_keys: frozenset[int] = frozenset()
    version_tag: str = ""
    business_key: str | None = None
    variables: Mapping[str, object] = {}

    @property
    def is_everything(self) -> bool:
        """Whether any instance will do."""
        return self == JobChoice()


def ready_jobs(store: Store, job_type: str, chosen: JobChoice, most: int) -> list[int]:
    """Keys of at most so many jobs of a type that can be taken, of chosen instances, in order."""
    keys: list[int] = []
    fits: dict[int, bool] = {}
    for job_key, instance_key in _ready(store, job_type):
        if instance_key not in fits:
            fits[instance_key] = _is_chosen(store, instance_key, chosen)
        if fits[instance_key]:
            keys.append(job_key)
            if len(keys) == most:
                break
    return keys


def _ready(store: Store, job_type: str) -> Iterator[tuple[int, int]]:
    after: tuple[int, ...] = ()
    for _ in range(LOOKED_AT // PAGE):
        page = store.walk(rows.Job, "ready", (job_type, "activatable"), after=after, limit=PAGE)
        yield from ((entry[0], entry[1]) for entry in page)
        if len(page) < PAGE:
            return
        after = page[-1]


def _is_chosen(store: Store, instance_key: int, chosen: JobChoice) -> bool:
    instance = store.get(rows.ProcessInstance, (instance_key,))
    if instance is None:
        return False
    if chosen.process_ids and instance.bpmn_process_id not in chosen.process_ids:
        return False
    if chosen.definition_keys and instance.definition_key not in chosen.definition_keys:
        return False
    if chosen.version_tag and _version_tag(store, instance.definition_key) != chosen.version_tag:
        return False
    if chosen.business_key is not None and business_key_of(store, instance) != chosen.business_key:
        return False
    return all(_value(store, instance_key, name) == value for name, value in chosen.variables.items())


def business_key_of(store: Store, instance: rows.ProcessInstance) -> str | None:
    """What models of Camunda 7 call the business key of an instance: its variable of this name, or its id."""
    value = _value(store, instance.key, BUSINESS_KEY)
    return value if isinstance(value, str) else instance.business_id


def _version_tag(store: Store, definition_key: int) -> str:
    definition = store.get(rows.ProcessDefinition, (definition_key,))
    return (definition.version_tag if definition is not None else None) or ""


def _value(store: Store, scope_key: int, name: str) -> object:
    """A variable as JSON says it; one that is not there equals nothing."""
    row = store.get(rows.Variable, (scope_key, name))
    return msgspec.json.decode(row.value) if row is not None else _ABSENT


_ABSENT = object()
