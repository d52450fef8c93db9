"""Process instances that are searched for, running or ended, and what one of them has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterflow.edge.rest.calls import key_of
from counterflow.edge.rest.families.found import ELEMENT_STATES, INNER, root_of
from counterflow.edge.rest.filters import (
    FilterRules,
    all_lines,
    all_variables,
    among_words,
    compared,
    holds_for,
    is_so,
    meant_words,
)
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.searches import Searched, Searches, key_text, moment
from counterflow.edge.rest.shapes.process_instances import (
    FoundProcessInstance,
    ProcessInstanceFilterFields,
    ProcessInstancePage,
    ProcessInstanceSearch,
)
from counterflow.kernel.row import lines_of
from counterflow.queries.definitions import UNNAMED, element_names
from counterflow.queries.search import sources
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.store.searching import All, Among, Condition, Is, Missing, Not, OneOf

STATES: Mapping[str, tuple[str, ...]] = {
    "ACTIVE": ("active",),
    "COMPLETED": ("completed",),
    "TERMINATED": ("terminated",),
}
SUSPENDED = "SUSPENDED"


class ProcessInstanceSearches:
    """The questions about process instances."""

    def __init__(self, service: Service) -> None:
        self._searches = Searches(service)

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "searchProcessInstances",
                "POST",
                "/process-instances/search",
                "Process instances, running or ended.",
                self.search,
                ProcessInstanceSearch,
                ProcessInstancePage,
            ),
            Operation(
                "getProcessInstance",
                "GET",
                "/process-instances/{processInstanceKey}",
                "One process instance.",
                self.get,
                None,
                FoundProcessInstance,
            ),
        )

    async def search(self, call: RestCall) -> Any:
        """A page of process instances."""
        return await self._searches.page(call, SEARCHED)

    async def get(self, call: RestCall) -> Any:
        """One process instance."""
        key = key_of(call, "processInstanceKey")
        return await self._searches.one(
            call, SEARCHED, "process instance", compared("process_instance_key", key)
        )


def _rules(store: Store) -> FilterRules:
    return FilterRules(
        special={
            "state": _in_state,
            "has_retries_left": is_so(sources.FAILED_WITH_RETRIES),
            "error_message": lambda value: sources.has_incident_like(compared("error_message", value)),
            "incident_error_hash_code": lambda value: sources.has_incident_like(
                sources.messages_of_incidents(
                    store, lambda message: holds_for(value, sources.hash_of(message))
                )
            ),
            "tags": all_lines("tags"),
            "variables": all_variables(sources.has_variable),
        },
        joint={("element_id", "element_instance_state", "has_element_instance_incident"): _with_element},
    )


def _with_element(fields: ProcessInstanceFilterFields) -> Condition:
    """An element instance of it meets all that is said of one."""
    conditions: list[Condition] = [INNER]
    if fields.element_id is not None:
        conditions.append(compared("element_id", fields.element_id))
    if fields.element_instance_state is not None:
        conditions.append(among_words("state", fields.element_instance_state, ELEMENT_STATES))
    if fields.has_element_instance_incident is not None:
        conditions.append(Is("has_incident", "=", int(fields.has_element_instance_incident)))
    return sources.has_element(All(tuple(conditions)))


def _in_state(value: Any) -> Condition:
    """A suspended instance is active as well: its answers say so, and when it was suspended."""
    meant = meant_words(value, (*STATES, SUSPENDED))
    states = Among("state", tuple(state for word in meant for state in STATES.get(word, ())))
    suspended = All((Among("state", STATES["ACTIVE"]), Not(Missing("suspended_date"))))
    if isinstance(value, str):
        return suspended if value == SUSPENDED else states
    if SUSPENDED in (value.neq, *(value.not_in or ())):
        return All((states, Not(suspended)))
    # by its exclusion of others alone it is not meant: what is not active is not suspended either
    is_named = SUSPENDED in (value.eq, *(value.in_ or ()))
    return OneOf((states, suspended)) if is_named and SUSPENDED in meant else states


def _shaped(store: Store, records: list[dict[str, Any]]) -> list[FoundProcessInstance]:
    return [_instance(store, record) for record in records]


def _instance(store: Store, record: dict[str, Any]) -> FoundProcessInstance:
    names = element_names(store, record["process_definition_key"])
    key: int = record["process_instance_key"]
    return FoundProcessInstance(
        process_instance_key=str(key),
        process_definition_id=record["process_definition_id"],
        process_definition_name=names.get(record["process_definition_id"], UNNAMED).name or None,
        process_definition_version=record["process_definition_version"],
        process_definition_version_tag=record["process_definition_version_tag"],
        process_definition_key=str(record["process_definition_key"]),
        start_date=moment(record["start_date"]) or "",
        end_date=moment(record["end_date"]),
        suspended_date=moment(record["suspended_date"]),
        state=record["state"].upper(),
        has_incident=bool(record["has_incident"]),
        parent_process_instance_key=key_text(record["parent_process_instance_key"]),
        parent_element_instance_key=key_text(record["parent_element_instance_key"]),
        root_process_instance_key=root_of(store, key, record["parent_process_instance_key"]),
        tags=lines_of(record["tags"]),
        business_id=record["business_id"],
        tenant_id=record["tenant_id"],
    )


SEARCHED = Searched(
    (sources.PROCESS_INSTANCES,),
    ("process_instance_key",),
    _shaped,
    ProcessInstancePage,
    _rules,
    {"process_definition_name": sources.process_names},
)
