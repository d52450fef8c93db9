"""What lets an instance go on that an incident holds, as commands to paste."""

from __future__ import annotations

import pytest

from counterflow.cli.remedies import commands_for
from counterflow_wire import counterflow_v1 as wire


@pytest.mark.parametrize(
    "message,assigned",
    [
        ("found null: no variable 'kind': it is null", '{"kind": VALUE}'),
        (
            "there is no variable 'count' (a function has this name): it is null; no variable 'a': it is null",
            '{"count": VALUE, "a": VALUE}',
        ),
        ("found 7", '{"NAME": VALUE}'),
    ],
)
def test_the_variables_that_a_message_misses_are_named_in_the_command(message: str, assigned: str) -> None:
    incident = wire.Incident(key=5, element_instance_key=4, error_type="CONDITION_ERROR", message=message)
    assert commands_for(incident, "counterflow") == [
        f"counterflow set-variables 4 '{assigned}'",
        "counterflow resolve 5",
    ]


def test_what_would_be_caught_by_an_instance_set_aside_asks_for_its_release() -> None:
    message = (
        "Expected 'late' to catch the escalation with code 'A' thrown by 'tell', but the process instance "
        "'7' that it belongs to is quarantined; release that one, then resolve the incident"
    )
    incident = wire.Incident(key=5, error_type="CATCHER_QUARANTINED", message=message)
    assert commands_for(incident, "counterflow") == [
        "counterflow quarantine release 7",
        "counterflow resolve 5",
    ]


def test_an_error_that_an_end_event_has_thrown_is_not_thrown_again() -> None:
    incident = wire.Incident(
        key=5, process_instance_key=3, bpmn_process_id="trip", error_type="UNHANDLED_ERROR_EVENT"
    )
    assert commands_for(incident, "counterflow") == [
        "counterflow deploy FILE.bpmn",
        "counterflow cancel 3",
        "counterflow start trip",
    ]


def test_an_error_that_a_worker_has_thrown_is_tried_again() -> None:
    incident = wire.Incident(key=5, job_key=4, error_type="UNHANDLED_ERROR_EVENT")
    assert commands_for(incident, "counterflow") == ["counterflow resolve 5"]
