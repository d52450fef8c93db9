"""Elements, jobs, incidents and variables that are searched for, of instances that run or have ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from counterflow.edge.rest.calls import key_of
from counterflow.edge.rest.filters import FilterRules, Words, compared
from counterflow.edge.rest.operations import Operation, RestCall
from counterflow.edge.rest.searches import Searched, Searches, key_text, moment
from counterflow.edge.rest.shapes.found import (
    ElementInstancePage,
    ElementInstanceSearch,
    FoundElementInstance,
    FoundIncident,
    FoundJob,
    IncidentPage,
    IncidentSearch,
    JobPage,
    JobSearch,
)
from counterflow.kernel import rows
from counterflow.queries.definitions import UNNAMED, ElementName, element_names
from counterflow.queries.search import sources
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.store.searching import All, Is

ELEMENT_STATES: Final[Words] = {
    "ACTIVE": ("active",),
    "COMPLETED": ("completed",),
    "TERMINATED": ("terminated",),
}
INCIDENT_STATES: Final[Words] = {
    "ACTIVE": ("active",),
    "RESOLVED": ("resolved",),
    "MIGRATED": (),
    "PENDING": (),
    "UNKNOWN": (),
}
ELEMENT_TYPES: Final = frozenset(
    [
        "AD_HOC_SUB_PROCESS",
        "AD_HOC_SUB_PROCESS_INNER_INSTANCE",
        "BOUNDARY_EVENT",
        "BUSINESS_RULE_TASK",
        "CALL_ACTIVITY",
        "END_EVENT",
        "EVENT_BASED_GATEWAY",
        "EVENT_SUB_PROCESS",
        "EXCLUSIVE_GATEWAY",
        "INCLUSIVE_GATEWAY",
        "INTERMEDIATE_CATCH_EVENT",
        "INTERMEDIATE_THROW_EVENT",
        "MANUAL_TASK",
        "MULTI_INSTANCE_BODY",
        "PARALLEL_GATEWAY",
        "PROCESS",
        "RECEIVE_TASK",
        "SCRIPT_TASK",
        "SEND_TASK",
        "SEQUENCE_FLOW",
        "SERVICE_TASK",
        "START_EVENT",
        "SUB_PROCESS",
        "TASK",
        "UNKNOWN",
        "UNSPECIFIED",
        "USER_TASK",
    ]
)
JOB_STATES: Final[Words] = {
    word: (word,)
    for word in [
        "CANCELED",
        "COMPLETED",
        "CREATED",
        "ERROR_THROWN",
        "FAILED",
        "MIGRATED",
        "PRIORITY_UPDATED",
        "RETRIES_UPDATED",
        "TIMED_OUT",
        "TIMEOUT_UPDATED",
    ]
}
JOB_KINDS: Final[Words] = {
    word: (word,) for word in ["AD_HOC_SUB_PROCESS", "BPMN_ELEMENT", "EXECUTION_LISTENER", "TASK_LISTENER"]
}
LISTENER_EVENTS: Final[Words] = {
    word: (word,)
    for word in [
        "ASSIGNING",
        "BEFORE_ALL",
        "CANCEL",
        "CANCELING",
        "COMPLETING",
        "CREATING",
        "END",
        "START",
        "UNSPECIFIED",
        "UPDATING",
    ]
}
INNER: Final = Is("element_instance_scope_key", ">", 0)
"""The process itself is searched for as an instance, not as an element."""
_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class FoundOperations:
    """The questions about what is in process instances."""

    def __init__(self, service: Service) -> None:
        self._searches = Searches(service)

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "searchElementInstances",
                "POST",
                "/element-instances/search",
                "Element instances, at work or ended.",
                self.elements,
                ElementInstanceSearch,
                ElementInstancePage,
            ),
            Operation(
                "getElementInstance",
                "GET",
                "/element-instances/{elementInstanceKey}",
                "One element instance.",
                self.element,
                None,
                FoundElementInstance,
            ),
            Operation(
                "searchJobs",
                "POST",
                "/jobs/search",
                "Jobs, open or over.",
                self.jobs,
                JobSearch,
                JobPage,
            ),
            Operation(
                "searchIncidents",
                "POST",
                "/incidents/search",
                "Incidents, open or resolved.",
                self.incidents,
                IncidentSearch,
                IncidentPage,
            ),
            Operation(
                "getIncident",
                "GET",
                "/incidents/{incidentKey}",
                "One incident.",
                self.incident,
                None,
                FoundIncident,
            ),
            Operation(
                "searchProcessInstanceIncidents",
                "POST",
                "/process-instances/{processInstanceKey}/incidents/search",
                "Incidents of a process instance.",
                self.incidents_of_instance,
                IncidentSearch,
                IncidentPage,
            ),
            Operation(
                "searchElementInstanceIncidents",
                "POST",
                "/element-instances/{elementInstanceKey}/incidents/search",
                "Incidents of an element instance.",
                self.incidents_of_element,
                IncidentSearch,
                IncidentPage,
            ),
        )

    async def elements(self, call: RestCall) -> Any:
        """A page of element instances."""
        return await self._searches.page(call, ELEMENTS, INNER)

    async def element(self, call: RestCall) -> Any:
        """One element instance."""
        key = compared("element_instance_key", key_of(call, "elementInstanceKey"))
        return await self._searches.one(call, ELEMENTS, "element instance", All((key, INNER)))

    async def jobs(self, call: RestCall) -> Any:
        """A page of jobs."""
        return await self._searches.page(call, JOBS)

    async def incidents(self, call: RestCall) -> Any:
        """A page of incidents."""
        return await self._searches.page(call, INCIDENTS)

    async def incident(self, call: RestCall) -> Any:
        """One incident."""
        key = compared("incident_key", key_of(call, "incidentKey"))
        return await self._searches.one(call, INCIDENTS, "incident", key)

    async def incidents_of_instance(self, call: RestCall) -> Any:
        """A page of the incidents of an instance."""
        key = compared("process_instance_key", key_of(call, "processInstanceKey"))
        return await self._searches.page(call, INCIDENTS, key)

    async def incidents_of_element(self, call: RestCall) -> Any:
        """A page of the incidents of an element instance."""
        key = compared("element_instance_key", key_of(call, "elementInstanceKey"))
        return await self._searches.page(call, INCIDENTS, key)


def type_of(name: ElementName) -> str:
    """The type of an element as this side calls it."""
    if name.type == "transaction":
        return "SUB_PROCESS"
    word = "_".join(_NEXT_WORD.split(name.type)).upper()
    return word if word in ELEMENT_TYPES else "UNKNOWN"


def root_of(store: Store, key: int, parent: int | None) -> str:
    """The key of the process instance at the top, from which this one was called by its parent."""
    while parent:
        key = parent
        row = store.get(rows.ProcessInstance, (key,))
        parent = row.parent_instance_key if row is not None else None
    return str(key)


def _element(store: Store, record: dict[str, Any]) -> FoundElementInstance:
    name = element_names(store, record["process_definition_key"]).get(record["element_id"], UNNAMED)
    return FoundElementInstance(
        element_instance_key=str(record["element_instance_key"]),
        element_id=record["element_id"],
        element_name=name.name or record["element_id"],
        type=type_of(name),
        state=record["state"].upper(),
        start_date=moment(record["start_date"] or record["end_date"] or 0) or "",
        end_date=moment(record["end_date"]),
        has_incident=bool(record["has_incident"]),
        incident_key=key_text(record["incident_key"]),
        process_instance_key=str(record["process_instance_key"]),
        root_process_instance_key=root_of(store, record["process_instance_key"], record["parent"]),
        process_definition_id=record["process_definition_id"],
        process_definition_key=str(record["process_definition_key"]),
        tenant_id=record["tenant_id"],
    )


def _job(store: Store, record: dict[str, Any]) -> FoundJob:
    headers = record["custom_headers"]
    if headers is None:
        names = element_names(store, record["process_definition_key"])
        headers = names.get(record["element_id"], UNNAMED).headers.decode() or "{}"
    return FoundJob(
        job_key=str(record["job_key"]),
        type=record["type"],
        worker=record["worker"] or "",
        state=record["state"],
        kind=record["kind"] or "BPMN_ELEMENT",
        listener_event_type=record["listener_event_type"] or "UNSPECIFIED",
        retries=record["retries"],
        custom_headers=msgspec.Raw(headers.encode()),
        deadline=moment(record["deadline"]),
        denied_reason=None,
        is_denied=None,
        element_id=record["element_id"],
        element_instance_key=str(record["element_instance_key"]),
        end_time=moment(record["end_time"]),
        error_code=record["error_code"],
        error_message=record["error_message"],
        has_failed_with_retries_left=bool(record["has_failed_with_retries_left"]),
        process_definition_id=record["process_definition_id"],
        process_definition_key=str(record["process_definition_key"]),
        process_instance_key=str(record["process_instance_key"]),
        root_process_instance_key=root_of(store, record["process_instance_key"], record["parent"]),
        business_id=record["business_id"],
        creation_time=moment(record["creation_time"]),
        last_update_time=moment(record["last_update_time"]),
        priority=record["priority"],
        tenant_id=record["tenant_id"],
    )


def _incident(store: Store, record: dict[str, Any]) -> FoundIncident:
    error_type = record["error_type"]
    return FoundIncident(
        incident_key=str(record["incident_key"]),
        error_type=error_type if error_type in ERROR_TYPES else "UNKNOWN",
        error_message=record["error_message"],
        element_id=record["element_id"],
        element_instance_key=str(record["element_instance_key"]),
        creation_time=moment(record["creation_time"]) or "",
        state=record["state"].upper(),
        job_key=key_text(record["job_key"]),
        process_definition_id=record["process_definition_id"],
        process_definition_key=str(record["process_definition_key"]),
        process_instance_key=str(record["process_instance_key"]),
        root_process_instance_key=root_of(store, record["process_instance_key"], record["parent"]),
        tenant_id=record["tenant_id"],
    )


OURS: Final = ("STEP_LIMIT_EXCEEDED", "JOB_NOT_DELIVERABLE", "CATCHER_QUARANTINED")
"""Types of errors that are known here alone."""
ERROR_TYPES: Final[Words] = {
    **{
        word: (word,)
        for word in [
            "AD_HOC_SUB_PROCESS_NO_RETRIES",
            "CALLED_DECISION_ERROR",
            "CALLED_ELEMENT_ERROR",
            "CONDITION_ERROR",
            "DECISION_EVALUATION_ERROR",
            "EXECUTION_LISTENER_NO_RETRIES",
            "EXTRACT_VALUE_ERROR",
            "FORM_NOT_FOUND",
            "IO_MAPPING_ERROR",
            "JOB_NO_RETRIES",
            "MESSAGE_SIZE_EXCEEDED",
            "RESOURCE_NOT_FOUND",
            "SECRET_RESOLUTION_ERROR",
            "TASK_LISTENER_NO_RETRIES",
            "UNHANDLED_ERROR_EVENT",
            "UNSPECIFIED",
        ]
    },
    "UNKNOWN": OURS,
}
_TYPES: Final[Words] = {word: (word,) for word in sorted(ELEMENT_TYPES)}


def _each(shape: Any) -> Any:
    return lambda store, records: [shape(store, record) for record in records]


ELEMENTS: Final = Searched(
    sources.ELEMENTS,
    ("element_instance_key",),
    _each(_element),
    ElementInstancePage,
    lambda _: FilterRules(words={"state": ELEMENT_STATES, "type": _TYPES}),
    {
        "element_name": sources.element_column(lambda name: name.name),
        "type": sources.element_column(type_of),
    },
)
JOBS: Final = Searched(
    sources.JOBS,
    ("job_key",),
    _each(_job),
    JobPage,
    lambda _: FilterRules(
        words={"state": JOB_STATES, "kind": JOB_KINDS, "listener_event_type": LISTENER_EVENTS}
    ),
)
INCIDENTS: Final = Searched(
    sources.INCIDENTS,
    ("incident_key",),
    _each(_incident),
    IncidentPage,
    lambda _: FilterRules(words={"state": INCIDENT_STATES, "error_type": ERROR_TYPES}),
)
