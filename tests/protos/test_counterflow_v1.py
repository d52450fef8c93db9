"""Our own service keeps the conventions that the head of counterflow.proto promises."""

from __future__ import annotations

import re

import pytest
from google.protobuf.descriptor import FieldDescriptor

import counterflow_wire
from counterflow_wire import counterflow_v1
from tests.protos import descriptions

MESSAGES = descriptions.messages(counterflow_v1.DESCRIPTOR)
ENUMS = descriptions.enums(counterflow_v1.DESCRIPTOR)
FIELDS = [field for message in MESSAGES.values() for field in message.fields]
UNITS = {"_at_ms": "int64", "_position": "int64", "_key": "int64", "_json": "string"}
STRINGS = {"correlation_key"}  # BPMN's word, for what is no key of ours
PAGED = ["ListDefinitions", "ListDecisions", "ListProcessInstances", "ListIncidents", "GetQuarantine"]


def test_the_service_reads_and_releases() -> None:
    assert counterflow_v1.SERVICE == "counterflow.v1.Counterflow"
    assert counterflow_wire.COUNTERFLOW_METHODS is counterflow_v1.METHODS
    assert list(counterflow_v1.METHODS) == [
        "ListDefinitions",
        "GetDefinitionXml",
        "ListDecisions",
        "GetDecisionXml",
        "ListProcessInstances",
        "GetProcessInstance",
        "ExplainProcessInstance",
        "PlanUndo",
        "PlanMigration",
        "Migrate",
        "Suspend",
        "Resume",
        "ListSuspensions",
        "ListIncidents",
        "ListJobs",
        "ListUserTasks",
        "GetUserTask",
        "AssignUserTask",
        "UnassignUserTask",
        "UpdateUserTask",
        "CompleteUserTask",
        "ThrowUserTaskError",
        "GetForm",
        "GetMessage",
        "GetSignal",
        "CorrelateMessage",
        "TriggerElement",
        "ActivateAdHocSubProcessActivities",
        "ModifyProcessInstance",
        "GetHistory",
        "GetQuarantine",
        "ReleaseQuarantined",
        "ReleaseDue",
    ]


def test_only_history_streams() -> None:
    assert [name for name, method in counterflow_v1.METHODS.items() if method.server_streaming] == [
        "GetHistory"
    ]


@pytest.mark.parametrize("name", PAGED)
def test_a_list_is_paged_by_key(name: str) -> None:
    request, response = MESSAGES[f"{name}Request"], MESSAGES[f"{name}Response"]
    assert {"page_size", "page_key"} <= set(request.fields_by_name)
    assert (
        response.fields_by_name["next_page_key"].type
        == request.fields_by_name["page_key"].type
        == FieldDescriptor.TYPE_INT64
    )


@pytest.mark.parametrize("name", ENUMS)
def test_what_was_not_sent_is_unspecified(name: str) -> None:
    zero = next(value for value, number in ENUMS[name].items() if number == 0)
    assert zero.endswith("_UNSPECIFIED")


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.full_name.removeprefix("counterflow.v1."))
def test_a_field_is_named_in_words_and_its_unit_last(field: FieldDescriptor) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", field.name)
    for suffix, expected in UNITS.items():
        if field.name.endswith(suffix) and field.name not in STRINGS:
            assert descriptions.type_name(field) == expected


@pytest.mark.parametrize("name", MESSAGES)
def test_numbers_leave_no_gap(name: str) -> None:
    numbers = sorted(MESSAGES[name].fields_by_number)
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_tree_of_element_instances_travels_whole() -> None:
    inner = counterflow_v1.ElementInstance(
        key=3, element_id="pay", state=counterflow_v1.ELEMENT_INSTANCE_STATE_COMPLETED, ended_at_ms=7
    )
    inner.jobs.add(key=4, type="payment", state="JOB_STATE_BACKING_OFF", due_at_ms=9)
    inner.variables.add(name="amount", value_json="12.50")
    root = counterflow_v1.ElementInstance(key=2, element_id="order", children=[inner])
    copy = counterflow_v1.ElementInstance.FromString(root.SerializeToString())
    assert copy == root
    assert copy.children[0].jobs[0].due_at_ms == 9
    assert not copy.HasField("ended_at_ms")
