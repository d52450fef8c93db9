"""The ticker of `counterflow dev`: a line for each event that a developer would want to hear of. It is read
from the history as any client does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any, NamedTuple

from counterflow.cli.address import Address
from counterflow.cli.exits import Failure
from counterflow.cli.output import json_data, json_text, say, shortened
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line

LOOK_EVERY_S = 0.3
VERB_WIDTH = 10
REMEMBERED_MESSAGES = 10_000
"""Which of them have reached somebody; of others the server is asked."""

Details = Mapping[str, Any]
Wording = Callable[[Any, Details], tuple[str, str, str]]
"""From a record and its details: a verb, its colour, and the rest of the line."""


class TickerLine(NamedTuple):
    """A verb in its colour, and the rest of the line."""

    verb: str
    colour: str
    rest: str


class Reached:
    """Which messages have reached somebody, by what the history has said of them so far.

    `ask` says it of one that was published before, or too many messages ago.
    """

    def __init__(self, ask: Callable[[int], bool]) -> None:
        self._ask = ask
        self._kept: OrderedDict[int, bool] = OrderedDict()

    def is_news(self, record: Any) -> bool:
        """Whether a record is to be told: not the end of a message that has reached somebody."""
        if record.event == "MessagePublished":
            self._keep(record.key, has_reached=False)
        elif record.event == "MessageCorrelated":
            self._keep(_message_key(record), has_reached=True)
        elif record.event == "MessageExpired":
            key = _message_key(record)
            has_reached = self._kept.pop(key, None)
            return not (self._ask(key) if has_reached is None else has_reached)
        return True

    def _keep(self, key: int, *, has_reached: bool) -> None:
        if has_reached and key not in self._kept:
            return  # how it was before is not known: who asks hears of this as well
        self._kept[key] = has_reached
        if len(self._kept) > REMEMBERED_MESSAGES:
            self._kept.popitem(last=False)


def _message_key(record: Any) -> int:
    key: int = json_data(record.details_json)["message_key"]
    return key


def line_of(record: Any) -> TickerLine | None:
    """The line for a history record; None for one that nobody wants to hear of."""
    wording = WORDINGS.get(record.event)
    if wording is None or (
        record.event in {"ElementCompleted", "ElementTerminated"}
        and record.key != record.process_instance_key
    ):
        return None
    verb, colour, rest = wording(record, json_data(record.details_json or "{}"))
    return TickerLine(verb.rjust(VERB_WIDTH), colour, visible_line(rest))


def follow_in_background(address: Address, position: int) -> Thread:
    """Print a line for each event of a server behind a position of its log, until the process ends."""
    thread = Thread(
        target=_follow, args=(Remote(address), position, Event()), name="counterflow-dev", daemon=True
    )
    thread.start()
    return thread


def _follow(server: Remote, position: int, stopped: Event) -> None:
    answered = False
    reached = Reached(lambda key: bool(server.call("GetMessage", key=key).receivers))
    try:
        while not (answered and stopped.wait(LOOK_EVERY_S)):
            for record in server.stream("GetHistory", after_position=position):
                position = record.position
                line = line_of(record) if reached.is_news(record) else None
                if line is not None:
                    say(line.rest, verb=line.verb, colour=line.colour)
            answered = True
    except Failure as failure:
        if not answered:
            say(f"What happens is not told: {failure}")
        elif failure.status != "UNAVAILABLE":  # the server has stopped, which its own last words tell
            say(f"What happens is no longer told: {failure}")


def _deployed(_: Any, details: Details) -> tuple[str, str, str]:
    return (
        "deployed",
        "green",
        f"{details['bpmn_process_id']} version {details['version']} from {details['resource_name']}",
    )


def _decision_deployed(_: Any, details: Details) -> tuple[str, str, str]:
    return "deployed", "green", f"decision {details['decision_id']} version {details['version']}"


def _decided(record: Any, details: Details) -> tuple[str, str, str]:
    gave = details["failure"] or json_text(details["output"])
    where = f" at {record.element_id} of {record.process_instance_key}" if record.process_instance_key else ""
    return (
        "decided",
        "cyan",
        f"{details['decision_id']} version {details['version']}: {shortened(gave)}{where}",
    )


def _started(record: Any, details: Details) -> tuple[str, str, str]:
    return (
        "started",
        "cyan",
        f"{details['bpmn_process_id']} version {details['version']}: {record.process_instance_key}",
    )


def _completed(record: Any, _: Details) -> tuple[str, str, str]:
    return "completed", "green", f"{record.element_id}: {record.process_instance_key}"


def _terminated(record: Any, _: Details) -> tuple[str, str, str]:
    return "cancelled", "yellow", f"{record.element_id}: {record.process_instance_key}"


def _incident(record: Any, details: Details) -> tuple[str, str, str]:
    message = shortened(details["message"], 200)
    where = f"at {record.element_id} of {record.process_instance_key}"
    return "incident", "red", f"{details['error_type']} {where}: {message} (counterflow resolve {record.key})"


def _resolved(record: Any, _: Details) -> tuple[str, str, str]:
    return "resolved", "green", f"the incident at {record.element_id} of {record.process_instance_key}"


def _undoing(record: Any, _: Details) -> tuple[str, str, str]:
    return "undoing", "magenta", f"{record.element_id} of {record.process_instance_key}"


def _caught(record: Any, details: Details) -> tuple[str, str, str]:
    return (
        "caught",
        "yellow",
        f"error {details['error_code']} at {record.element_id} of {record.process_instance_key}",
    )


def _escalated(record: Any, details: Details) -> tuple[str, str, str]:
    by = f"caught by {details['caught_by']}" if details.get("caught_by") else "caught by nothing"
    where = f"at {record.element_id} of {record.process_instance_key}"
    return "escalated", "yellow", f"{details['escalation_code']} {where}, {by}"


def _published(record: Any, details: Details) -> tuple[str, str, str]:
    key = f" / {shortened(details['correlation_key'])}" if details.get("correlation_key") else ""
    return "message", "cyan", f"{details['name']}{key}: {record.key}"


def _correlated(record: Any, details: Details) -> tuple[str, str, str]:
    return (
        "correlated",
        "cyan",
        f"message {details['message_key']} at {record.element_id} of {record.process_instance_key}",
    )


def _element_triggered(record: Any, _: Details) -> tuple[str, str, str]:
    return "triggered", "cyan", f"{record.element_id} of {record.process_instance_key}"


def _expired(_: Any, details: Details) -> tuple[str, str, str]:
    return "expired", "yellow", f"message {details['message_key']}, which has reached nobody"


def _broadcast(record: Any, details: Details) -> tuple[str, str, str]:
    thrower = details.get("thrower_instance_key")
    return "signal", "cyan", f"{details['name']}: {record.key}{f', thrown by {thrower}' if thrower else ''}"


def _received(record: Any, details: Details) -> tuple[str, str, str]:
    return (
        "received",
        "cyan",
        f"signal {details['signal_key']} at {record.element_id} of {record.process_instance_key}",
    )


def _condition(record: Any, _: Details) -> tuple[str, str, str]:
    return "condition", "cyan", f"{record.element_id} of {record.process_instance_key}"


def _timer(record: Any, _: Details) -> tuple[str, str, str]:
    return "timer", "cyan", f"{record.element_id} of {record.process_instance_key}"


def _released(record: Any, _: Details) -> tuple[str, str, str]:
    return "released", "green", f"{record.process_instance_key}"


def _migrated(record: Any, details: Details) -> tuple[str, str, str]:
    target = f"version {details['version']} of {details['bpmn_process_id']}"
    return "migrated", "cyan", f"{record.process_instance_key} to {target}"


def _suspended(record: Any, _: Details) -> tuple[str, str, str]:
    return "suspended", "yellow", f"{record.process_instance_key}"


def _resumed(record: Any, _: Details) -> tuple[str, str, str]:
    return "resumed", "green", f"{record.process_instance_key}"


def _quarantined(record: Any, details: Details) -> tuple[str, str, str]:
    return "set aside", "red", f"{record.process_instance_key}: {details['reason']}"


WORDINGS: Mapping[str, Wording] = {
    "ProcessDefined": _deployed,
    "DecisionDefined": _decision_deployed,
    "DecisionEvaluated": _decided,
    "ProcessInstanceCreated": _started,
    "ElementCompleted": _completed,
    "ElementTerminated": _terminated,
    "InstanceAbandoned": _terminated,
    "IncidentRaised": _incident,
    "IncidentResolved": _resolved,
    "UndoStarted": _undoing,
    "ErrorCaught": _caught,
    "EscalationThrown": _escalated,
    "ProcessInstanceMigrated": _migrated,
    "InstanceSuspended": _suspended,
    "InstanceResumed": _resumed,
    "InstanceQuarantined": _quarantined,
    "InstanceReleased": _released,
    "MessagePublished": _published,
    "MessageCorrelated": _correlated,
    "ElementTriggered": _element_triggered,
    "MessageExpired": _expired,
    "SignalBroadcast": _broadcast,
    "SignalReceived": _received,
    "TimerTriggered": _timer,
    "ConditionalTriggered": _condition,
}
