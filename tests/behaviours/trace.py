"""A trace: the events of the log as a person reads them, with names for keys.

An element instance is called by its element's id (`book`, then `book#2` for the second one), an instance of a
multi-instance activity by its number (`book[1]`, and `book#2[1]` where the activity is entered again), a job
`job of book`, an undo record `undo of book`. Moves of one element that follow each other share a line. The
last lines say what is still open (`tests/behaviours/still_open.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from counterflow import kernel
from counterflow.kernel.course import asking, beginning, ending, moves, undo
from counterflow.kernel.data import scopes
from counterflow.kernel.events import conditional as conditions
from counterflow.kernel.events import message as messages
from counterflow.kernel.events import multiple
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events import timer as timers
from counterflow.kernel.lives import (
    decision_deployments,
    decisions,
    deployments,
    forms,
    migration,
    user_tasks,
)
from counterflow.kernel.vocabulary import Event, LogEntry
from counterflow.kernel.work import held, pages
from counterflow.store.port import Store
from tests.behaviours.still_open import moment, things_open

MOVES: dict[type[Event], str] = {
    moves.ElementActivating: "activating",
    moves.ElementActivated: "activated",
    moves.ElementCompleting: "completing",
    moves.ElementCompleted: "completed",
    moves.ElementTerminating: "terminating",
    moves.ElementTerminated: "terminated",
}
HIDDEN_FIELDS = {
    "definition_key",
    "version",
    "element_id",
    "element_instance_key",
    "call_depth",
    "phase",
    "budget",
}
NAMED_BEFORE = {messages.MessageCorrelated: "message_name", signals.SignalReceived: "signal_name"}
"""What came has been named where it was published or went out."""
NAMED_AFTER = (
    timers.TimerScheduled,
    messages.SubscriptionOpened,
    signals.SignalSubscriptionOpened,
    conditions.ConditionalSubscriptionOpened,
)
"""Events whose key is called after what `catch_id` says."""
CALLED_AFTER_CATCH = (
    *NAMED_AFTER,
    multiple.PartArrived,
    conditions.ConditionalTriggered,
    conditions.ConditionalFailed,
)
STARTS = (
    timers.StartTimerOpened,
    messages.MessageStartOpened,
    signals.SignalStartOpened,
    conditions.ConditionalStartOpened,
)
"""Events whose key is called after the start event that they tell of."""
FILED = {deployments.DeploymentCreated, deployments.ResourceStored, decision_deployments.RequirementsDefined}
"""What a deployment writes down beside processes and decisions; a trace tells of these only."""
BESIDE = (
    decision_deployments.DecisionDefined,
    decision_deployments.DecisionsBound,
    forms.FormDefined,
    forms.FormsBound,
)
MOMENTS = {"deadline_ms", "due_ms", "expires_at_ms"}


class Tracer:
    """Names keys as they appear, and renders events."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {0: "nothing"}
        self._counts: dict[str, int] = {}
        self._messages = 0
        self._signals = 0

    def render(self, entries: Iterable[LogEntry]) -> list[str]:
        """The lines for some log entries."""
        lines: list[str] = []
        subject = ""
        for event in (event for entry in entries for event in kernel.events_of(entry)):
            self._learn(event)
            if type(event) in FILED:
                continue
            if type(event) in MOVES:
                name = self._names[event.key]  # type: ignore[attr-defined]  # every move has a key
                if name == subject:
                    lines[-1] += f" {MOVES[type(event)]}"
                else:
                    lines.append(f"{name}: {MOVES[type(event)]}{self._origin(event)}")
                subject = name
            else:
                lines += self._plain(event).split("\n")
                subject = ""
        return lines

    def still_open(self, store: Store) -> list[str]:
        """A line for each thing in the store that has not come to its end, `open: nothing` without any."""
        return [f"open: {thing}" for thing in things_open(store, self._names)] or ["open: nothing"]

    def _learn(self, event: Event) -> None:
        if isinstance(event, moves.ElementActivating):
            if event.loop_counter > 0:
                self._names[event.key] = f"{self._names[event.scope_key]}[{event.loop_counter}]"
            elif event.scope_key:
                self._name(event.key, event.element_id)
        elif isinstance(event, beginning.ProcessInstanceCreated):
            self._name(event.key, event.bpmn_process_id)
        elif isinstance(event, asking.JobCreated):
            what = f"{event.listener_event_type} listener" if event.listener_event_type else "job"
            self._names[event.key] = f"{what} of {self._names[event.element_instance_key]}"
        elif isinstance(event, user_tasks.UserTaskCreated):
            self._names[event.key] = f"task of {self._names[event.element_instance_key]}"
        elif isinstance(event, held.IncidentRaised):
            self._names[event.key] = f"incident at {self._names[event.element_instance_key]}"
        elif isinstance(event, ending.WorkKept):
            self._names[event.key] = f"{event.what} at {self._names[event.at_key]}"
        elif isinstance(event, undo.UndoRecorded):
            kind = "inside of" if event.variables is not None else "undo of"
            self._names[event.key] = f"{kind} {self._names[event.element_instance_key]}"
        else:
            self._learn_of_events(event)

    def _learn_of_events(self, event: Event) -> None:
        if isinstance(event, scopes.VariableDocumentUpdated):
            self._names[event.key] = "from outside"
        elif isinstance(event, NAMED_AFTER):
            what = "timer" if isinstance(event, timers.TimerScheduled) else "subscription"
            self._names[event.key] = f"{what} of {event.catch_id}"
            if isinstance(event, timers.TimerScheduled) and event.undertaking_key not in self._names:
                self._name(event.undertaking_key, "undertaking")
        elif isinstance(event, deployments.ProcessDefined):
            self._names[event.key] = f"{event.bpmn_process_id} version {event.version}"
        elif isinstance(event, decision_deployments.RequirementsDefined):
            self._names[event.key] = f"{event.requirements_id} version {event.version}"
        elif isinstance(event, messages.MessagePublished):
            self._messages += 1
            self._names[event.key] = f"message {self._messages}"
        elif isinstance(event, signals.SignalThrown | signals.SignalBroadcast):
            self._name_signal(event.key)
        elif isinstance(event, multiple.PartArrived):
            self._names[event.key] = f"arrival of {event.catch_id}"
        elif isinstance(event, STARTS):
            self._names[event.key] = f"start at {event.element_id}"

    def _name_signal(self, key: int) -> None:
        if key not in self._names:  # what goes out was thrown before, unless it came from outside
            self._signals += 1
            self._names[key] = f"signal {self._signals}"

    def _name(self, key: int, element_id: str) -> None:
        self._counts[element_id] = self._counts.get(element_id, 0) + 1
        count = self._counts[element_id]
        self._names[key] = element_id if count == 1 else f"{element_id}#{count}"

    def _origin(self, event: Event) -> str:
        if isinstance(event, moves.ElementActivating) and event.undo_key:
            return f" (for {self._names[event.undo_key]})"
        return ""

    def _plain(self, event: Event) -> str:
        if isinstance(event, moves.FlowTaken):
            return f"  → {event.flow_id}"
        if isinstance(event, deployments.ProcessDefined):
            return f"  process defined: {event.bpmn_process_id} version {event.version}"
        if isinstance(event, migration.ProcessInstanceMigrated):
            return f"  process instance migrated: {event.bpmn_process_id} version {event.version}"
        if isinstance(event, migration.TokensMigrated):
            told = (f"{before} → {after} at {gateway}" for before, gateway, after in event.moves)
            return f"  tokens migrated: {', '.join(told)}"
        if isinstance(event, BESIDE):
            return self._beside(event)
        if isinstance(event, ending.WorkKept):
            return f"  work kept: {self._names[event.key]}, when {self._names[event.swept_key]} is swept away"
        if isinstance(event, decisions.DecisionEvaluated):
            return _evaluated(event)
        if isinstance(event, pages.WorkPutOff | pages.PageEnded):
            return self._left(event)
        words = "".join(
            f" {letter.lower()}" if letter.isupper() else letter for letter in type(event).__name__
        ).strip()
        return f"  {words}: {', '.join(self._fields(event))}".rstrip(": ")

    def _beside(
        self,
        event: decision_deployments.DecisionDefined
        | decision_deployments.DecisionsBound
        | forms.FormDefined
        | forms.FormsBound,
    ) -> str:
        """What was deployed beside processes."""
        if isinstance(event, decision_deployments.DecisionDefined):
            tag = f" (tag {event.version_tag})" if event.version_tag else ""
            return f"  decision defined: {event.decision_id} version {event.version}{tag}"
        if isinstance(event, decision_deployments.DecisionsBound):
            return f"  decisions bound: {', '.join(event.decisions)}"
        if isinstance(event, forms.FormDefined):
            tag = f" (tag {event.version_tag})" if event.version_tag else ""
            self._names[event.key] = f"form {event.form_id} version {event.version}"
            return f"  form defined: {event.form_id} version {event.version}{tag}"
        return f"  forms bound: {', '.join(event.forms)}"

    def _left(self, event: pages.WorkPutOff | pages.PageEnded) -> str:
        """What a page has left for the next ones, in its order."""
        if isinstance(event, pages.WorkPutOff) and event.key not in self._names:
            self._name(event.key, "undertaking")
        what, key = (
            ("put off", event.key)
            if isinstance(event, pages.WorkPutOff)
            else ("page ended", event.undertaking_key)
        )
        left = [f"{errand.what} {self._names.get(errand.key, errand.key)}" for errand in event.errands]
        return f"  {what}: {', '.join([self._names[key], *left])}"

    def _fields(self, event: Event) -> Iterator[str]:
        for field in event.__struct_fields__:
            value = getattr(event, field)
            if (
                field in HIDDEN_FIELDS
                or field == NAMED_BEFORE.get(type(event))
                or (field == "catch_id" and isinstance(event, CALLED_AFTER_CATCH))
                or field.endswith("position")
                or value in (None, "", 0, b"", (), user_tasks.Corrections())
            ) and not _is_changed(event, field):
                continue
            yield self._value(field, value)

    def _inside(self, change: user_tasks.Corrections) -> Iterator[str]:
        """What is asked of a user task, or corrected in it, in one line."""
        for field in ("transition", "by", "action", *user_tasks.CORRECTABLE, "variables"):
            value = getattr(change, field, None)
            if value not in (None, {}) and (value or field in user_tasks.CORRECTABLE):
                yield self._value(field, value).removeprefix("transition ")

    def _value(self, field: str, value: Any) -> str:
        label = field.removesuffix("_key").removesuffix("_ms").replace("_", " ")
        if field == "undertaking_key":
            return self._names[value]
        if field in MOMENTS:
            return f"{label} {moment(value)}"
        if field in {"key", "undo_key", "message_key", "signal_key"}:
            return self._names[value]
        if isinstance(value, tuple) and field.startswith("candidate_"):
            return f"{label} [{', '.join(value)}]"
        if isinstance(value, user_tasks.Corrections):
            return ", ".join(self._inside(value))
        if isinstance(value, tuple):
            return "[" + ", ".join(self._names.get(item, str(item)) for item in value) + "]"
        if isinstance(value, dict):
            return ", ".join(f"{name}={text.decode()}" for name, text in sorted(value.items()))
        if isinstance(value, int):
            return f"{label} {self._names.get(value, value)}"
        return f"{label} {value.decode() if isinstance(value, bytes) else value}".replace("\n", " and ")


def _is_changed(event: Event, field: str) -> bool:
    """Whether an update has changed it, to nothing perhaps."""
    is_update = isinstance(event, user_tasks.UserTaskUpdated)
    return is_update and field not in {"by", "action"} and getattr(event, field) is not None


def _evaluated(event: decisions.DecisionEvaluated) -> str:
    """What a decision gave, then every decision on the way with its inputs and the rules that matched."""
    gave = event.failure or event.output.decode()
    steps = [_step(each) for each in decisions.trace_of(event.evaluated)] + [
        f"warned: {warning}" for warning in event.warnings
    ]
    kept = f", kept {event.result.decode()}" if event.result is not None else ""
    return "\n    ".join(
        [f"  decision evaluated: {event.decision_id} version {event.version} gave {gave}{kept}", *steps]
    )


def _step(decision: decisions.TracedDecision) -> str:
    inputs = ", ".join(f"{each.name}={bytes(each.value).decode()}" for each in decision.inputs)
    rules = ", ".join(str(rule.index) for rule in decision.rules) or "none"
    return f"{decision.id}: {inputs} → rules {rules} → {bytes(decision.output).decode()}"
