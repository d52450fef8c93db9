"""Work of which the model does not say who does it: it becomes a job whose type is the id of its element."""

from __future__ import annotations

from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.graph import JobDefinition

RULE = "job-type"


def unnamed_job(element: Element, notes: Notes) -> JobDefinition:
    """The job, with a warning: the token waits there for a worker that asks for that type."""
    message = f"{element} does not say who does it; it becomes a job of type '{element.id}', its id."
    remedy = 'Do jobs of that type, or name another, e.g. camunda:type="external" camunda:topic="…".'
    notes.warning(element, RULE, message, remedy)
    return JobDefinition(type=element.id)
