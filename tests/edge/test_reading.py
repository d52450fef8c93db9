"""Answers of the read model as messages, without a server."""

from __future__ import annotations

import pytest

from counterflow.edge.grpc.counterflow_v1 import to_wire
from counterflow.queries import shapes
from counterflow.service.refusals import Invalid, TooLarge
from counterflow_wire import counterflow_v1 as wire


def test_fields_go_by_their_names() -> None:
    instance = shapes.ProcessInstance(
        1, "order", 2, 3, "completed", 1_000, 2_000, incident_count=4, quarantined=True
    )
    assert to_wire.message(wire.ProcessInstance, instance) == wire.ProcessInstance(
        key=1,
        bpmn_process_id="order",
        version=2,
        process_definition_key=3,
        state="PROCESS_INSTANCE_STATE_COMPLETED",
        started_at_ms=1_000,
        ended_at_ms=2_000,
        incident_count=4,
        quarantined=True,
    )


def test_what_has_not_happened_is_absent() -> None:
    instance = shapes.ProcessInstance(1, "order", 2, 3, "active", 1_000)
    assert not to_wire.message(wire.ProcessInstance, instance).HasField("ended_at_ms")


@pytest.mark.parametrize(
    "state, number",
    [
        ("available", 1),
        ("taken", 2),
        ("started", 3),
        ("completed", 4),
        ("dropped", 5),
        ("used_up", 6),
        ("forgiven", 0),
    ],
)
def test_states_become_enums_and_unknown_words_unspecified(state: str, number: int) -> None:
    record = shapes.UndoRecord(
        1, "book", "", 2, 3, "cancel", "Cancel", 4, 5, state, throw_key=6, handler_key=7, order=8
    )
    answer = to_wire.message(wire.UndoRecord, record)
    assert (answer.state, answer.throw_element_instance_key, answer.handler_element_instance_key) == (
        number,
        6,
        7,
    )
    assert (answer.handler_element_id, answer.handler_name, answer.undo_order) == ("cancel", "Cancel", 8)


def test_an_incident_says_what_to_do() -> None:
    incident = shapes.Incident(5, 1, "order", "pay", 2, 3, "JOB_NO_RETRIES", "no card", "Mend it.", 1_002)
    assert to_wire.message(wire.Incident, incident).remedy == "Mend it."


@pytest.mark.parametrize(
    "wait, expected",
    [
        (
            shapes.Wait(
                7, 2, "late", "Too late", "timer", 1_001, due_at_ms=9_000, repetitions=-1, interval="PT1S"
            ),
            wire.Wait(
                kind="KIND_TIMER",
                key=7,
                element_id="late",
                element_name="Too late",
                due_at_ms=9_000,
                repetitions=-1,
                interval="PT1S",
            ),
        ),
        (
            shapes.Wait(8, 2, "paid", "", "message", 1_001, name="paid", correlation_key="o-1"),
            wire.Wait(kind="KIND_MESSAGE", key=8, element_id="paid", name="paid", correlation_key="o-1"),
        ),
    ],
)
def test_what_is_waited_for(wait: shapes.Wait, expected: wire.Wait) -> None:
    assert to_wire.message(wire.Wait, wait) == expected


def test_signals_of_an_instance() -> None:
    root = shapes.ElementInstance(2, 0, "order", "", "process", "active", 5, 1_001)
    answer = to_wire.tree(instance_of(root))
    assert list(answer.thrown_signals) == [
        wire.ThrownSignal(
            signal_key=22,
            element_id="shout",
            element_name="Shout",
            element_instance_key=2,
            name="more",
            position=11,
            thrown_at_ms=1_005,
        )
    ]
    assert [one.name for one in answer.received_signals] == ["news"]


def test_loops_and_calls() -> None:
    body = shapes.ElementInstance(
        2, 1, "pay", "", "callActivity", "active", 5, 1_001, loop_counter=-1, loop=shapes.Loop(3, 1)
    )
    body.children = [
        shapes.ElementInstance(
            3, 2, "pay", "", "callActivity", "active", 6, 1_001, loop_counter=2, called_instance_key=9
        )
    ]
    answer = to_wire.tree(instance_of(body)).root
    assert (answer.loop_counter, answer.loop) == (-1, wire.Loop(total=3, completed=1))
    assert (answer.children[0].loop_counter, answer.children[0].called_process_instance_key) == (2, 9)
    assert not answer.children[0].HasField("loop")


CAME = shapes.CorrelatedMessage(20, "paid", "Paid", 2, "payment", 9, 1_003)
"""A message that has reached the instance below."""
HEARD = shapes.ReceivedSignal(21, "told", "Told", 2, "news", 10, 1_004)
"""A signal that has."""
TOLD = shapes.ThrownSignal(22, "shout", "Shout", 2, "more", 11, 1_005)
"""A signal that it has thrown."""
ESCALATED = shapes.ThrownEscalation("late", "Late", 3, "LATE", "is-late", 1, 12, 1_006)
"""An escalation that it has thrown."""


def instance_of(root: shapes.ElementInstance) -> shapes.InstanceTree:
    return shapes.InstanceTree(
        *(shapes.ProcessInstance(1, "order", 1, 9, "active", 1_000), root, [], [], []),
        *([CAME], [HEARD], [TOLD]),
        *([ESCALATED], "odd", 2),
    )


def test_escalations_of_an_instance() -> None:
    root = shapes.ElementInstance(2, 0, "order", "", "process", "active", 5, 1_001)
    assert list(to_wire.tree(instance_of(root)).thrown_escalations) == [
        wire.ThrownEscalation(
            element_id="late",
            element_name="Late",
            element_instance_key=3,
            escalation_code="LATE",
            caught_by="is-late",
            catching_instance_key=1,
            position=12,
            thrown_at_ms=1_006,
        )
    ]


@pytest.mark.parametrize("number, word", [(0, ""), (1, "active"), (2, "completed"), (3, "terminated")])
def test_states_are_asked_for_in_words(number: int, word: str) -> None:
    assert to_wire.state_of(shapes.ProcessInstance, "a process instance", number) == word


def test_a_state_that_is_none() -> None:
    with pytest.raises(Invalid, match="a state of a job, but found 9"):
        to_wire.state_of(shapes.Job, "a job", 9)


PAY = shapes.ElementInstance(
    2,
    1,
    "pay",
    "Pay",
    "serviceTask",
    "active",
    5,
    1_001,
    variables=[shapes.Variable("a", "1")],
    termination=shapes.Termination("event", "late", "Too late", error_code="LATE"),
    jobs=[
        shapes.Job(
            3,
            2,
            "pay",
            "pay",
            0,
            1_001,
            "failed",
            tries=[shapes.JobTry("timed_out", "anna", 1_001, 1_002, 3)],
        ),
        shapes.Job(4, 2, "pay", "pay", 3, 1_001, "completed", ended_at_ms=1_002),
    ],
    incidents=[
        shapes.Incident(5, 1, "order", "pay", 2, 3, "JOB_NO_RETRIES", "no card", "help", 1_002),
        shapes.Incident(
            6, 1, "order", "pay", 2, 3, "JOB_NO_RETRIES", "no card", "help", 1_002, "resolved", 1_003
        ),
    ],
    waits=[
        shapes.Wait(7, 2, "late", "", "timer", 1_001, due_at_ms=9_000),
        shapes.Wait(8, 2, "soon", "", "timer", 1_001, due_at_ms=1_002, state="triggered", closed_at_ms=1_002),
        shapes.Wait(9, 2, "paid", "", "message", 1_001, state="closed", closed_at_ms=1_002),
    ],
)


def test_a_tree_tells_what_is_open_from_what_is_over() -> None:
    root = shapes.ElementInstance(1, 0, "order", "", "process", "active", 3, 1_000, children=[PAY])
    answer = to_wire.tree(instance_of(root))
    (child,) = answer.root.children
    assert (child.element_name, child.state, [variable.value_json for variable in child.variables]) == (
        "Pay",
        2,
        ["1"],
    )
    assert [(job.key, job.state) for job in child.jobs] == [(3, wire.JOB_STATE_FAILED)]
    assert [(one.outcome, one.worker, one.ended_at_ms) for one in child.jobs[0].tries] == [
        (wire.JobTry.OUTCOME_TIMED_OUT, "anna", 1_002)
    ]
    assert [(job.key, job.state, job.ended_at_ms) for job in child.ended_jobs] == [
        (4, wire.JOB_STATE_COMPLETED, 1_002)
    ]
    assert [(incident.key, incident.state) for incident in child.incidents] == [(5, wire.INCIDENT_STATE_OPEN)]
    assert [(one.key, one.state, one.ended_at_ms) for one in child.ended_incidents] == [
        (6, wire.INCIDENT_STATE_RESOLVED, 1_003)
    ]
    assert child.termination == wire.Termination(
        cause="CAUSE_EVENT", element_id="late", element_name="Too late", error_code="LATE"
    )
    assert [wait.key for wait in child.waits] == [7]
    assert (answer.quarantine_reason, answer.elements_left_out) == ("odd", 2)
    (came,) = answer.correlated_messages
    assert (came.message_key, came.element_id, came.element_name, came.element_instance_key) == (
        20,
        "paid",
        "Paid",
        2,
    )
    assert (came.name, came.position, came.correlated_at_ms) == ("payment", 9, 1_003)


def nested(levels: int) -> shapes.InstanceTree:
    root = shapes.ElementInstance(levels, 0, "scope", "", "subProcess", "active", 3, 1_000)
    for key in range(levels - 1, 0, -1):
        root = shapes.ElementInstance(key, 0, "scope", "", "subProcess", "active", 3, 1_000, children=[root])
    return instance_of(root)


def test_the_deepest_tree_that_clients_can_read() -> None:
    sent = to_wire.tree(nested(to_wire.LEVELS)).SerializeToString()
    element = wire.GetProcessInstanceResponse.FromString(sent).root
    keys = [element.key]
    while element.children:
        (element,) = element.children
        keys.append(element.key)
    assert keys == list(range(1, to_wire.LEVELS + 1))


def test_a_tree_that_no_client_could_read_is_refused() -> None:
    with pytest.raises(
        TooLarge, match="nested 126 levels deep, and clients read at most 98; ask for its history"
    ):
        to_wire.tree(nested(126))


def test_a_join_with_the_flows_that_have_brought_a_token_and_those_that_have_not() -> None:
    scope = shapes.ElementInstance(1, 0, "p", "", "process", "active", 1, 1_001)
    scope.joins = [
        shapes.Join(
            "join",
            "All there",
            [shapes.JoinFlow("f1", "pack", "Pack", 2, False), shapes.JoinFlow("f2", "pay", "", 0, True)],
        )
    ]
    flows = [
        wire.JoinFlow(flow_id="f1", source_element_id="pack", source_element_name="Pack", tokens=2),
        wire.JoinFlow(flow_id="f2", source_element_id="pay", tokens=0, is_awaited=True),
    ]
    assert list(to_wire.tree(instance_of(scope)).root.joins) == [
        wire.Join(element_id="join", element_name="All there", flows=flows)
    ]
