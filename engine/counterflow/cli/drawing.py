"""A process instance as a tree for people: every run of an element with its state and how long it took, and below it what it holds.

Compensation is drawn as pairs: `✓ Book car … ↶ undone by Cancel car (2nd)` stands at the activity, and its handler says what it
undoes. The order is that in which handlers began, which their keys tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich.text import Text
from rich.tree import Tree

from counterflow.cli.output import duration, moment, ordinal, shortened
from counterflow.queries.remedies import remedy_for
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

UNDO_WORDS: Mapping[int, str] = {
    wire.UNDO_STATE_AVAILABLE: "can be undone",
    wire.UNDO_STATE_TAKEN: "waits to be undone",
    wire.UNDO_STATE_STARTED: "being undone",
    wire.UNDO_STATE_COMPLETED: "undone",
}
BEYOND_UNDO = "can no longer be undone"


class Undo(NamedTuple):
    """What is said about an activity that has, or had, a way back."""

    record: wire.UndoRecord
    handler: str
    order: int


class Picture:
    """What the parts of a drawing need to know of the whole."""

    def __init__(self, answer: wire.GetProcessInstanceResponse, now_ms: int) -> None:
        self.now_ms = now_ms
        names = {element.key: _name(element) for element in _all(answer.root)}
        handlers = sorted(record.handler_element_instance_key for record in answer.undo_records if record.handler_element_instance_key)
        self.undo_of: dict[int, Undo] = {}
        self.undone_by: dict[int, str] = {}
        for record in answer.undo_records:
            handler = record.handler_element_instance_key
            order = handlers.index(handler) + 1 if handler else 0
            self.undo_of[record.element_instance_key] = Undo(record, names.get(handler, ""), order)
            self.undone_by[record.key] = names.get(record.element_instance_key, record.element_id)

    def lasted(self, element: wire.ElementInstance) -> str:
        """How long an element instance took, or has taken so far."""
        end_ms = element.ended_at_ms if element.HasField("ended_at_ms") else self.now_ms
        return duration(max(end_ms - element.activated_at_ms, 0))


def draw(answer: wire.GetProcessInstanceResponse, now_ms: int) -> Tree:
    """The tree of a process instance; `now_ms` is what running elements are measured against."""
    picture = Picture(answer, now_ms)
    tree = Tree(_heading(answer, picture), guide_style="dim")
    _add_contents(tree, answer.root, picture)
    if answer.elements_left_out:
        tree.add(Text(f"… and {answer.elements_left_out} element instances that are left out", style="dim"))
    return tree


def _heading(answer: wire.GetProcessInstanceResponse, picture: Picture) -> Text:
    instance = answer.process_instance
    mark, colour = MARKS.get(answer.root.state, ("?", ""))
    state = wire.ProcessInstanceState.Name(instance.state).removeprefix("PROCESS_INSTANCE_STATE_").lower()
    heading = Text.assemble((f"{mark} ", colour), (_name(answer.root), "bold"), f" version {instance.version}  {instance.key}  ")
    heading.append(f"{state}, {picture.lasted(answer.root)}", style=colour)
    heading.append(f"  started {moment(instance.started_at_ms)}", style="dim")
    if instance.quarantined:
        heading.append(f"\nquarantined: {answer.quarantine_reason}\n→ counterflow quarantine release {instance.key}", style="red")
    return heading


def _add(tree: Tree, element: wire.ElementInstance, picture: Picture) -> None:
    _add_contents(tree.add(_label(element, picture)), element, picture)


def _label(element: wire.ElementInstance, picture: Picture) -> Text:
    mark, colour = MARKS.get(element.state, ("?", ""))
    label = Text.assemble((f"{mark} ", colour), _name(element))
    label.append(f"  {picture.lasted(element)}", style="dim")
    if element.state != wire.ELEMENT_INSTANCE_STATE_COMPLETED:
        label.append(f"  {wire.ElementInstanceState.Name(element.state).removeprefix('ELEMENT_INSTANCE_STATE_').lower()}", style=colour)
    if element.element_name:
        label.append(f"  {element.element_id}", style="dim")
    if element.key in picture.undo_of:
        label.append(f"  ↶ {_undo_words(picture.undo_of[element.key])}", style="magenta")
    if element.undo_record_key:
        label.append(f"  ↶ undoes {picture.undone_by.get(element.undo_record_key, element.undo_record_key)}", style="magenta")
    return label


def _undo_words(undo: Undo) -> str:
    words = UNDO_WORDS.get(undo.record.state, BEYOND_UNDO)
    if words != BEYOND_UNDO and undo.handler:
        words = f"{words} by {undo.handler}"
    return f"{words} ({ordinal(undo.order)})" if undo.order else words


def _add_contents(tree: Tree, element: wire.ElementInstance, picture: Picture) -> None:
    for variable in element.variables:
        tree.add(Text.assemble((variable.name, "blue"), " = ", shortened(variable.value_json)))
    for job in element.jobs:
        tree.add(_job(job, picture))
    for incident in element.incidents:
        tree.add(_incident(incident))
    for child in element.children:
        _add(tree, child, picture)


def _job(job: wire.Job, picture: Picture) -> Text:
    state = wire.JobState.Name(job.state).removeprefix("JOB_STATE_").lower().replace("_", " ")
    text = Text.assemble(("job ", "bold"), f"{job.key} {job.type}  {state}, {job.retries} {'retry' if job.retries == 1 else 'retries'}")
    if job.worker:
        text.append(f", worker {job.worker}")
    if job.HasField("due_at_ms"):
        left_ms = job.due_at_ms - picture.now_ms
        text.append(f", due in {duration(left_ms)}" if left_ms >= 0 else f", overdue for {duration(-left_ms)}")
    error = ": ".join(part for part in (job.error_code, shortened(job.error_message)) if part)
    if error:
        text.append(f"  {error}", style="red")
    return text


def _incident(incident: wire.Incident) -> Text:
    text = Text.assemble((f"incident {incident.key} {incident.error_type}", "bold red"), f"  {incident.message}\n")
    text.append(f"→ {remedy_for(incident.error_type)} (counterflow resolve {incident.key})", style="yellow")
    return text


def _name(element: wire.ElementInstance) -> str:
    return element.element_name or element.element_id


def _all(element: wire.ElementInstance) -> list[wire.ElementInstance]:
    return [element, *(inner for child in element.children for inner in _all(child))]
