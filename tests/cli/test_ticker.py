"""What `counterflow dev` says of an event."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow import kernel
from counterflow.cli import ticker
from counterflow.cli.ticker import WORDINGS, Reached, line_of
from counterflow_wire.counterflow_v1 import HistoryRecord

LINES: list[tuple[dict[str, Any], str]] = [
    (
        {
            "event": "ProcessDefined",
            "details_json": '{"bpmn_process_id":"trip","version":2,"resource_name":"trip.bpmn"}',
        },
        "  deployed  trip version 2 from trip.bpmn",
    ),
    ({"event": "ElementCompleted", "key": 9, "element_id": "trip"}, " completed  trip: 9"),
    ({"event": "ElementCompleted", "key": 10, "element_id": "task"}, ""),
    ({"event": "ElementTerminated", "key": 9, "element_id": "trip"}, " cancelled  trip: 9"),
    ({"event": "ElementTerminated", "key": 10, "element_id": "task"}, ""),
    ({"event": "UndoStarted", "key": 11, "element_id": "book-car"}, "   undoing  book-car of 9"),
    (
        {"event": "ErrorCaught", "element_id": "full", "details_json": '{"error_code":"FULL"}'},
        "    caught  error FULL at full of 9",
    ),
    (
        {
            "event": "EscalationThrown",
            "element_id": "late",
            "details_json": '{"escalation_code":"LATE","caught_by":"is-late"}',
        },
        " escalated  LATE at late of 9, caught by is-late",
    ),
    (
        {"event": "EscalationThrown", "element_id": "late", "details_json": '{"escalation_code":"LATE"}'},
        " escalated  LATE at late of 9, caught by nothing",
    ),
    (
        {"event": "InstanceQuarantined", "details_json": '{"reason":"a broken rule"}'},
        " set aside  9: a broken rule",
    ),
    (
        {
            "event": "IncidentRaised",
            "key": 12,
            "element_id": "pay",
            "details_json": '{"error_type":"JOB_NO_RETRIES","message":"no\\nmoney"}',
        },
        "  incident  JOB_NO_RETRIES at pay of 9: no money (counterflow resolve 12)",
    ),
    ({"event": "ElementTriggered", "element_id": "wait"}, " triggered  wait of 9"),
    ({"event": "InstanceReleased"}, "  released  9"),
    (
        {"event": "MessagePublished", "key": 13, "details_json": '{"name":"paid","correlation_key":"o-1"}'},
        "   message  paid / o-1: 13",
    ),
    (
        {"event": "MessagePublished", "key": 13, "details_json": '{"name":"paid","correlation_key":""}'},
        "   message  paid: 13",
    ),
    (
        {"event": "MessageCorrelated", "element_id": "wait", "details_json": '{"message_key":13}'},
        "correlated  message 13 at wait of 9",
    ),
    (
        {"event": "MessageExpired", "details_json": '{"message_key":13}'},
        "   expired  message 13, which has reached nobody",
    ),
    ({"event": "TimerTriggered", "key": 14, "element_id": "late"}, "     timer  late of 9"),
    (
        {"event": "DecisionDefined", "details_json": '{"decision_id":"fee","version":2}'},
        "  deployed  decision fee version 2",
    ),
    (
        {
            "event": "DecisionEvaluated",
            "element_id": "ask",
            "details_json": '{"decision_id":"fee","version":2,"output":[1],"failure":""}',
        },
        "   decided  fee version 2: [1] at ask of 9",
    ),
    (
        {
            "event": "DecisionEvaluated",
            "element_id": "ask",
            "details_json": '{"decision_id":"fee","version":2,"output":null,"failure":"no"}',
        },
        "   decided  fee version 2: no at ask of 9",
    ),
    (
        {
            "event": "IncidentRaised",
            "key": 12,
            "element_id": "pay\n",
            "details_json": '{"error_type":"X","message":"\\u001b[2J\\u202e"}',
        },
        "  incident  X at pay\\n of 9: \\x1b[2J\\u202e (counterflow resolve 12)",
    ),
    ({"event": "FlowTaken"}, ""),
    ({"event": "SomethingNew"}, ""),
]


@pytest.mark.parametrize(
    "fields,line", LINES, ids=[f"{number}-{case[0]['event']}" for number, case in enumerate(LINES)]
)
def test_the_line_of_an_event(fields: dict[str, Any], line: str) -> None:
    found = line_of(HistoryRecord(process_instance_key=9, **fields))
    assert (f"{found.verb}  {found.rest}" if found is not None else "") == line


def test_only_events_of_the_kernel_have_a_line() -> None:
    assert set(WORDINGS) <= {event.__name__ for event in kernel.EVENTS}


def published(key: int) -> HistoryRecord:
    """A message is there."""
    return HistoryRecord(event="MessagePublished", key=key, details_json="{}")


def about(event: str, message_key: int) -> HistoryRecord:
    """What becomes of a message."""
    return HistoryRecord(event=event, details_json=f'{{"message_key":{message_key}}}')


def test_a_message_that_has_reached_somebody_is_not_told_to_expire() -> None:
    reached = Reached(never)
    told = [published(13), about("MessageCorrelated", 13), published(14)]
    assert all(map(reached.is_news, told))
    assert not reached.is_news(about("MessageExpired", 13))
    assert reached.is_news(about("MessageExpired", 14))


def never(key: int) -> bool:
    """Nobody is to be asked."""
    raise AssertionError(key)


@pytest.mark.parametrize("has_reached", [True, False])
def test_of_a_message_from_before_the_server_is_asked(has_reached: bool) -> None:
    asked: list[int] = []

    def ask(key: int) -> bool:
        asked.append(key)
        return has_reached

    reached = Reached(ask)
    reached.is_news(about("MessageCorrelated", 13))
    assert reached.is_news(about("MessageExpired", 13)) is not has_reached
    assert asked == [13]


def test_only_so_many_messages_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "REMEMBERED_MESSAGES", 1)
    reached = Reached(lambda key: key == 13)
    for key in (13, 14):
        reached.is_news(published(key))
    assert [reached.is_news(about("MessageExpired", key)) for key in (13, 14)] == [False, True]
