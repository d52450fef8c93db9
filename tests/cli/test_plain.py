"""Messages as plain data."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from counterflow.cli.plain import to_data
from counterflow_wire import counterflow_v1, gateway

CASES: list[tuple[Message, dict[str, Any]]] = [
    (
        counterflow_v1.HistoryRecord(
            position=2**40, key=2**52, details_json='{"big":1180591620717411303424}'
        ),
        {
            "position": 2**40,
            "timestampMs": 0,
            "command": "",
            "processInstanceKey": 0,
            "event": "",
            "elementId": "",
            "key": 2**52,
            "details": {"big": 2**70},
        },
    ),
    (counterflow_v1.Variable(name="a", value_json="[1.5,null]"), {"name": "a", "value": [1.5, None]}),
    (
        counterflow_v1.Job(key=1, state="JOB_STATE_BACKING_OFF", due_at_ms=5),
        {
            "key": 1,
            "type": "",
            "state": "backing_off",
            "retries": 0,
            "worker": "",
            "dueAtMs": 5,
            "errorCode": "",
            "errorMessage": "",
            "tries": [],
            "triesLeftOut": 0,
            "processInstanceKey": 0,
            "bpmnProcessId": "",
            "elementId": "",
            "elementInstanceKey": 0,
            "endedAtMs": None,
            "createdAtMs": None,
            "activatedAtMs": None,
            "listenerEventType": "",
        },
    ),
    (
        counterflow_v1.Wait(kind="KIND_TIMER"),
        {
            "kind": "timer",
            "key": 0,
            "elementId": "",
            "name": "",
            "correlationKey": "",
            "dueAtMs": None,
            "elementName": "",
            "repetitions": 0,
            "interval": "",
            "variableNames": [],
            "lastTriggeredAtMs": None,
            "failure": "",
        },
    ),
    (counterflow_v1.ListIncidentsResponse(), {"incidents": [], "nextPageKey": 0}),
    (
        gateway.Deployment(process=gateway.ProcessMetadata(bpmnProcessId="a", version=1)),
        {
            "process": {
                "bpmnProcessId": "a",
                "version": 1,
                "processDefinitionKey": 0,
                "resourceName": "",
                "tenantId": "",
            }
        },
    ),
    (gateway.Deployment(), {}),
    (
        gateway.Partition(partitionId=1, role="FOLLOWER", health="DEAD"),
        {"partitionId": 1, "role": "follower", "health": "dead"},
    ),
]


@pytest.mark.parametrize("message,data", CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_a_message_as_data(message: Message, data: dict[str, Any]) -> None:
    assert to_data(message) == data


def test_documents_of_variables_are_json() -> None:
    found = to_data(gateway.CreateProcessInstanceWithResultResponse(variables='{"a":1}'))
    assert found["variables"] == {"a": 1}
    assert found["businessId"] is None


def test_a_word_that_this_version_does_not_know_stays_a_number() -> None:
    message = counterflow_v1.UndoRecord.FromString(
        counterflow_v1.UndoRecord(state="UNDO_STATE_TAKEN").SerializeToString()[:-1] + bytes([77])
    )
    assert to_data(message)["state"] == 77
