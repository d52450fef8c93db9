"""A process instance as a tree for people: every run of an element, and below it what it holds. A run says
its state and how long it took.

Compensation is drawn as pairs: `✓ Book car … ↶ undone by Cancel car (2nd)` stands at the activity, and its
handler says what it undoes; the number is the order in which handlers began. What an element waits for stands
below it (`⏱ due in 3.0 s`, `✉ paid / o-1`, `△ prices-changed`, `≟ amount > 100`), and so do the messages and
signals that have come (`✉ paid 2251799813685260 received …`), the signals it has thrown (`▲ prices-changed
2251799813685262 thrown …`), the instance that a call activity has called and the decision that a business
rule task has evaluated (`▦ discount version 1 → 10`, and below it the decisions on the way with their inputs
and the rules that matched). Where a token waits for others, its join says for which (`⋈ join  waits for a
token from …`).

Why is told where it happened: what has terminated an element stands behind it, the tries that came to nothing
below their job, and an incident that is over where it was.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeAlias

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from counterflow.cli.drawing_user_tasks import add_user_tasks
from counterflow.cli.output import count, duration, json_data, json_text, moment, ordinal, shortened
from counterflow.cli.remedies import commands_for
from counterflow.cli.timeline import timeline
from counterflow_wire import counterflow_v1 as wire

MARKS: Mapping[int, tuple[str, str]] = {
    wire.ELEMENT_INSTANCE_STATE_ACTIVATING: ("○", "yellow"),
    wire.ELEMENT_INSTANCE_STATE_ACTIVE: ("●", "cyan"),
    wire.ELEMENT_INSTANCE_STATE_COMPLETING: ("◑", "yellow"),
    wire.ELEMENT_INSTANCE_STATE_COMPLETED: ("✓", "green"),
    wire.ELEMENT_INSTANCE_STATE_TERMINATING: ("◌", "yellow"),
    wire.ELEMENT_INSTANCE_STATE_TERMINATED: ("✗", "red"),
}
"""A sign and a colour for each state; whoever sees no colours still sees the sign."""

TABLE = "DECISION_TABLE"

UNDO_WORDS: Mapping[int, str] = {
    wire.UNDO_STATE_AVAILABLE: "can be undone",
    wire.UNDO_STATE_TAKEN: "waits to be undone",
    wire.UNDO_STATE_STARTED: "being undone",
    wire.UNDO_STATE_COMPLETED: "undone",
    wire.UNDO_STATE_DROPPED: "can no longer be undone",
    wire.UNDO_STATE_USED_UP: "its undo was broken off",
}
UNDO_BEGUN = {wire.UNDO_STATE_STARTED, wire.UNDO_STATE_COMPLETED}
"""Where the handler is named, with its place in the order."""


TRY_WORDS: Mapping[int, str] = {
    wire.JobTry.OUTCOME_FAILED: "failed",
    wire.JobTry.OUTCOME_TIMED_OUT: "timed out",
    wire.JobTry.OUTCOME_ERROR_THROWN: "threw an error",
}
DRAWN_TRIES = 5
"""The latest of a job; the others are counted."""


DrawnEvent: TypeAlias = (
    wire.CorrelatedMessage | wire.ReceivedSignal | wire.ThrownSignal | wire.ThrownEscalation
)
"""What an element instance has to do with events: what has come to it, what it has thrown."""


class Picture:
    """What the parts of a drawing need to know of the whole."""

    def __init__(self, answer: wire.GetProcessInstanceResponse, now_ms: int, program: str) -> None:
        self.now_ms = now_ms
        self.program = program
        self.events: dict[int, list[DrawnEvent]] = {}
        kinds: tuple[Iterable[DrawnEvent], ...] = (
            answer.correlated_messages,
            answer.received_signals,
            answer.thrown_signals,
            answer.thrown_escalations,
        )
        for event in chain.from_iterable(kinds):
            self.events.setdefault(event.element_instance_key, []).append(event)
        names = {element.key: _name(element) for element in _all(answer.root)}
        self.undo_of = {record.element_instance_key: record for record in answer.undo_records}
        self.undone_by = {
            record.key: names.get(record.element_instance_key, record.element_id)
            for record in answer.undo_records
        }

    def lasted(self, element: wire.ElementInstance) -> str:
        """How long an element instance took, or has taken so far."""
        end_ms = element.ended_at_ms if element.HasField("ended_at_ms") else self.now_ms
        return duration(max(end_ms - element.activated_at_ms, 0))

    def due(self, at_ms: int) -> str:
        """How far a moment is away, in words: `due in 3.0 s`, `overdue for 3 m 20 s`."""
        left_ms = at_ms - self.now_ms
        return f"due in {duration(left_ms)}" if left_ms >= 0 else f"overdue for {duration(-left_ms)}"


def draw(answer: wire.GetProcessInstanceResponse, now_ms: int, program: str = "counterflow") -> Tree:
    """The tree of a process instance; how long running elements have run is measured against `now_ms`.
    Commands to paste begin with `program`.
    """
    picture = Picture(answer, now_ms, program)
    tree = Tree(_heading(answer, picture), guide_style="dim")
    _add_contents(tree, answer.root, picture)
    if answer.elements_left_out:
        tree.add(Text(f"… and {answer.elements_left_out} element instances that are left out", style="dim"))
    return tree


def draw_timeline(
    answer: wire.GetProcessInstanceResponse, now_ms: int, program: str = "counterflow"
) -> Group:
    """A process instance as bars along time, as wide as the terminal; below them what is waited for."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    picture = Picture(answer, now_ms, program)
    return Group(
        _heading(answer, picture),
        timeline(answer, now_ms, columns),
        *(Padding.indent(text, 2) for text in _open(answer.root, picture)),
    )


def _open(element: wire.ElementInstance, picture: Picture) -> Iterator[Text]:
    """What a bar does not tell: events that are waited for, joins that lack a token, incidents."""
    for wait in element.waits:
        yield Text.assemble(f"{_name(element)}  ", _wait(wait, element, picture))
    for incident in element.incidents:
        yield Text.assemble(f"{_name(element)}  ", _incident(incident, picture))
    for child in element.children:
        yield from _open(child, picture)
    for join in element.joins:
        yield _join(join)


def _heading(answer: wire.GetProcessInstanceResponse, picture: Picture) -> Text:
    instance = answer.process_instance
    mark, colour = MARKS.get(answer.root.state, ("?", ""))
    state = wire.ProcessInstanceState.Name(instance.state).removeprefix("PROCESS_INSTANCE_STATE_").lower()
    heading = Text.assemble(
        (f"{mark} ", colour), (_name(answer.root), "bold"), f" version {instance.version}  {instance.key}  "
    )
    heading.append(f"{state}, {picture.lasted(answer.root)}", style=colour)
    heading.append(f"  started {moment(instance.started_at_ms)}", style="dim")
    if why := _termination(answer.root):
        heading.append(f"\n{why.strip()}", style=colour)
    if instance.parent_process_instance_key:
        heading.append(f"\ncalled by process instance {instance.parent_process_instance_key}", style="dim")
    if instance.HasField("suspended_at_ms"):
        heading.append(
            f"\nsuspended since {moment(instance.suspended_at_ms)}\n→ counterflow resume {instance.key}",
            style="yellow",
        )
    if instance.quarantined:
        heading.append(
            f"\nquarantined: {answer.quarantine_reason}\n→ counterflow quarantine release {instance.key}",
            style="red",
        )
    return heading


def _add(tree: Tree, element: wire.ElementInstance, picture: Picture) -> None:
    _add_contents(tree.add(_label(element, picture)), element, picture)


def _label(element: wire.ElementInstance, picture: Picture) -> Text:
    mark, colour = MARKS.get(element.state, ("?", ""))
    label = Text.assemble((f"{mark} ", colour), _name(element))
    if element.loop_counter > 0:
        label.append(f" #{element.loop_counter}")
    label.append(f"  {picture.lasted(element)}", style="dim")
    if element.state != wire.ELEMENT_INSTANCE_STATE_COMPLETED:
        state = wire.ElementInstanceState.Name(element.state).removeprefix("ELEMENT_INSTANCE_STATE_").lower()
        label.append(f"  {state}", style=colour)
        label.append(_termination(element), style=colour)
    if element.HasField("loop"):
        of = f" of {element.loop.total}" if element.loop.total >= 0 else ""  # else its condition knows
        label.append(f"  {element.loop.completed}{of} done", style="dim")
    if element.element_name:
        label.append(f"  {element.element_id}", style="dim")
    if element.key in picture.undo_of:
        label.append(f"  ↶ {_undo_words(picture.undo_of[element.key])}", style="magenta")
    if element.undo_record_key:
        label.append(
            f"  ↶ undoes {picture.undone_by.get(element.undo_record_key, element.undo_record_key)}",
            style="magenta",
        )
    return label


def _termination(element: wire.ElementInstance) -> str:
    """What has swept an element away; empty where that is plain from what stands around it."""
    termination = element.termination
    by = termination.element_name or termination.element_id
    error = f", error {termination.error_code}" if termination.error_code else ""
    if termination.escalation_code:
        error = f", escalation {termination.escalation_code}"
    message = f": {shortened(termination.error_message)}" if termination.error_message else ""
    causes = {
        wire.Termination.CAUSE_COMMAND: f" cancelled by a caller ({termination.command})",
        wire.Termination.CAUSE_EVENT: f" by {by}{error}{message}",
        wire.Termination.CAUSE_TERMINATE_END_EVENT: f" by the end event {by}",
        wire.Termination.CAUSE_CALLER: " with the call of its caller",
        wire.Termination.CAUSE_COMPLETION_CONDITION: " by the completion condition",
    }
    return causes.get(termination.cause, "")


def _undo_words(record: wire.UndoRecord) -> str:
    words = UNDO_WORDS.get(record.state, "")
    if record.state not in UNDO_BEGUN:
        return words
    return f"{words} by {record.handler_name or record.handler_element_id} ({ordinal(record.undo_order)})"


def _add_contents(tree: Tree, element: wire.ElementInstance, picture: Picture) -> None:
    for variable in element.variables:
        tree.add(Text.assemble((variable.name, "blue"), " = ", shortened(variable.value_json)))
    for job in (*element.ended_jobs, *element.jobs):
        _add_job(tree, job, picture)
    add_user_tasks(tree, element)
    for event in picture.events.get(element.key, ()):
        tree.add(_event(event, element))
    if element.HasField("triggered_at_ms"):
        tree.add(Text(f"✉ triggered {moment(element.triggered_at_ms)}, without a message", style="cyan"))
    for wait in element.waits:
        tree.add(_wait(wait, element, picture))
    if element.called_process_instance_key:
        tree.add(Text(f"called process instance {element.called_process_instance_key}", style="cyan"))
    for decision in element.decisions:
        _add_decision(tree, decision)
    for incident in element.ended_incidents:
        tree.add(_ended_incident(incident))
    for incident in element.incidents:
        tree.add(_incident(incident, picture))
    for child in element.children:
        _add(tree, child, picture)
    for join in element.joins:
        tree.add(_join(join))


def _join(join: wire.Join) -> Text:
    """Where a token waits for others: from where it has come, and from where another still has to."""
    text = Text.assemble(
        ("⋈ ", "cyan"), join.element_name or join.element_id, ("  waits for a token from ", "cyan")
    )
    text.append(", ".join(_source(flow) for flow in join.flows if flow.is_awaited))
    text.append(
        f"; has one from {', '.join(_source(flow) for flow in join.flows if flow.tokens)}", style="dim"
    )
    return text


def _source(flow: wire.JoinFlow) -> str:
    many = f", {flow.tokens} of them" if flow.tokens > 1 else ""
    return f"{flow.source_element_name or flow.source_element_id} ({flow.flow_id}{many})"


def _add_job(tree: Tree, job: wire.Job, picture: Picture) -> None:
    """Add a job, and below it the tries that came to nothing; none that was done at the first try. That one
    is told by its task.
    """
    if job.HasField("ended_at_ms") and not job.tries:
        return
    tries = list(job.tries)
    if tries and _is_said_already(job, tries[-1]):
        del tries[-1]
    drawn = tree.add(_job(job, picture))
    left_out = job.tries_left_out + max(len(tries) - DRAWN_TRIES, 0)
    if left_out:
        drawn.add(Text(f"… {count(left_out, 'earlier try')}", style="dim"))
    for one in tries[-DRAWN_TRIES:]:
        drawn.add(_try(one))


def _is_said_already(job: wire.Job, last: wire.JobTry) -> bool:
    """Whether the job's own line says what its last try has come to."""
    is_the_error = (job.error_code, job.error_message) == (last.error_code, last.error_message)
    return is_the_error and job.state not in {wire.JOB_STATE_COMPLETED, wire.JOB_STATE_CANCELED}


def _try(one: wire.JobTry) -> Text:
    lasted = f" after {duration(one.ended_at_ms - one.began_at_ms)}" if one.began_at_ms else ""
    worker = f", worker {one.worker}" if one.worker else ""
    text = Text(
        f"✗ {TRY_WORDS.get(one.outcome, '?')}{lasted}, {moment(one.ended_at_ms)}{worker}", style="dim"
    )
    error = ": ".join(part for part in (one.error_code, shortened(one.error_message)) if part)
    return text.append(f"  {error}", style="red") if error else text


def _job(job: wire.Job, picture: Picture) -> Text:
    state = wire.JobState.Name(job.state).removeprefix("JOB_STATE_").lower().replace("_", " ")
    left = "" if job.HasField("ended_at_ms") else f", {count(job.retries, 'retry')}"
    listener = f"  {job.listener_event_type} listener" if job.listener_event_type else ""
    text = Text.assemble(("job ", "bold"), f"{job.key} {job.type}{listener}  {state}{left}")
    if job.worker:
        text.append(f", worker {job.worker}")
    if job.HasField("due_at_ms"):
        text.append(f", {picture.due(job.due_at_ms)}")
    error = ": ".join(part for part in (job.error_code, shortened(job.error_message)) if part)
    if error and job.state != wire.JOB_STATE_COMPLETED:
        text.append(f"  {error}", style="red")
    return text


def _wait(wait: wire.Wait, element: wire.ElementInstance, picture: Picture) -> Text:
    """What is waited for, and by which event where that is not the element itself."""
    if wait.kind == wire.Wait.KIND_TIMER:
        text = Text(f"⏱ {picture.due(wait.due_at_ms)}", style="cyan")
        if wait.repetitions:
            text.append(
                ", then every "
                f"{wait.interval}{f' ({wait.repetitions} times)' if wait.repetitions > 0 else ''}"
            )
    elif wait.kind == wire.Wait.KIND_SIGNAL:
        text = Text(f"△ {wait.name}", style="cyan")
    elif wait.kind == wire.Wait.KIND_CONDITION:
        text = Text(f"≟ {shortened(wait.name)}", style="cyan")
        if wait.failure:
            text.append(f"  {shortened(wait.failure)}", style="yellow")
    else:
        text = Text(f"✉ {wait.name} / {shortened(wait.correlation_key)}", style="cyan")
    if wait.element_id != element.element_id:
        text.append(f"  {wait.element_name or wait.element_id}", style="dim")
    return text


def _event(event: DrawnEvent, element: wire.ElementInstance) -> Text:
    """A message, signal or escalation that has come or gone out, with its event if that is another one."""
    if isinstance(event, wire.ThrownSignal):
        text = f"▲ {event.name} {event.signal_key} thrown {moment(event.thrown_at_ms)}"
    elif isinstance(event, wire.ThrownEscalation):
        text = f"▲ {event.escalation_code or 'escalation'} thrown {moment(event.thrown_at_ms)}"
        text = f"{text}, caught by {event.caught_by or 'nothing'}"
    elif isinstance(event, wire.ReceivedSignal):
        text = f"△ {event.name or 'signal'} {event.signal_key} received {moment(event.received_at_ms)}"
    else:
        text = f"✉ {event.name or 'message'} {event.message_key} received {moment(event.correlated_at_ms)}"
    line = Text(text, style="cyan")
    if event.element_id != element.element_id:
        line.append(f"  {event.element_name or event.element_id}", style="dim")
    return line


def _add_decision(tree: Tree, decision: wire.DecisionEvaluation) -> None:
    text = Text.assemble((f"▦ {decision.decision_id} version {decision.version}", "cyan"), " → ")
    text.append(
        *(
            (f"failed: {decision.failure}", "red")
            if decision.failure
            else (shortened(decision.output_json), "")
        )
    )
    steps = tree.add(text)
    for warning in decision.warnings.splitlines():
        steps.add(Text(f"⚠ {warning}", style="yellow"))
    for step in json_data(decision.evaluated_json):
        steps.add(Text(" → ".join(_step(step))))


def _step(step: Mapping[str, Any]) -> Iterator[str]:
    """A decision on the way: what it was given, which rules matched, what it gave."""
    inputs = (f"{column['name']} = {json_text(column['value'])}" for column in step["inputs"])
    yield f"{step['id']} {shortened(', '.join(inputs))}".rstrip()
    rules = ", ".join(str(rule["index"]) for rule in step["rules"])
    if step["type"] == TABLE:
        yield f"rule{'s' if len(step['rules']) > 1 else ''} {rules}" if rules else "no rule"
    yield shortened(json_text(step["output"]))


def _incident(incident: wire.Incident, picture: Picture) -> Text:
    text = Text.assemble(
        (f"incident {incident.key} {incident.error_type}", "bold red"), f"  {incident.message}\n"
    )
    return text.append(
        "\n".join([f"→ {incident.remedy}", *commands_for(incident, picture.program)]), style="yellow"
    )


def _ended_incident(incident: wire.Incident) -> Text:
    how = "resolved" if incident.state == wire.INCIDENT_STATE_RESOLVED else "dropped with what it was about,"
    lasted = duration(incident.ended_at_ms - incident.created_at_ms)
    return Text(
        f"incident {incident.key} {incident.error_type}  {how} after {lasted}  {shortened(incident.message)}",
        style="dim",
    )


def _name(element: wire.ElementInstance) -> str:
    return element.element_name or element.element_id


def _all(element: wire.ElementInstance) -> list[wire.ElementInstance]:
    return [element, *(inner for child in element.children for inner in _all(child))]
