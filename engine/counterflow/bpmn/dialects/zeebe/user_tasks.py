"""User tasks of the `zeebe:` dialect that are tasks for people, by the mark `zeebe:userTask`."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from counterflow.bpmn.dialects import user_tasks
from counterflow.bpmn.dialects.user_tasks import RULE
from counterflow.bpmn.dialects.zeebe.bindings import binding_of
from counterflow.bpmn.dialects.zeebe.listeners import task_listeners
from counterflow.bpmn.expressions import TextOrExpression, headers_json
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import PRIORITIES, FormReference, UserTaskDefinition

Extensions = Mapping[str, etree._Element]


def user_task(
    element: Element,
    extensions: Extensions,
    headers: dict[str, str],
    read: TextOrExpression,
    notes: Notes,
) -> UserTaskDefinition:
    """What its extension elements say: who, until when, how urgent, and with which form."""
    reading = _TaskAttributes(element, extensions, read, notes)
    priority, at = reading.attribute("priorityDefinition", "priority")
    return UserTaskDefinition(
        assignee=reading.text("assignmentDefinition", "assignee"),
        candidate_groups=reading.names("assignmentDefinition", "candidateGroups"),
        candidate_users=reading.names("assignmentDefinition", "candidateUsers"),
        due_date=reading.date("taskSchedule", "dueDate"),
        follow_up_date=reading.date("taskSchedule", "followUpDate"),
        priority=user_tasks.priority(element, priority, read, notes, PRIORITIES, at),
        form=_form(element, extensions, read, notes),
        form_key=reading.text("formDefinition", "externalReference")
        or reading.text("formDefinition", "formKey"),
        headers=headers_json(headers),
        listeners=task_listeners(element, extensions.get("taskListeners"), headers, read, notes),
    )


class _TaskAttributes:
    """The attributes of the extension elements of one user task."""

    def __init__(
        self, element: Element, extensions: Extensions, read: TextOrExpression, notes: Notes
    ) -> None:
        self._element = element
        self._extensions = extensions
        self._read = read
        self._notes = notes

    def attribute(self, tag: str, name: str) -> tuple[str, etree._Element | None]:
        """The text of an attribute, empty where there is none, and where it stands."""
        xml = self._extensions.get(tag)
        return ((xml.get(name) or "").strip() if xml is not None else ""), xml

    def text(self, tag: str, name: str) -> str | Expression:
        """A text, or an expression that gives one."""
        text, at = self.attribute(tag, name)
        return self._read(text, name, self._element, self._notes, at) or "" if text else ""

    def names(self, tag: str, name: str) -> tuple[str | Expression, ...]:
        """Names between commas, or one expression that gives a list of them."""
        value = self.text(tag, name)
        return user_tasks.names(value) if isinstance(value, str) else (value,)

    def date(self, tag: str, name: str) -> str | Expression:
        """A date and time, or an expression that gives one."""
        text, at = self.attribute(tag, name)
        return user_tasks.date(self._element, name, text, self._read, self._notes, at)


def _form(
    element: Element, extensions: Extensions, read: TextOrExpression, notes: Notes
) -> FormReference | None:
    xml = extensions.get("formDefinition")
    form_id = (xml.get("formId") or "").strip() if xml is not None else ""
    if xml is None or not form_id:
        return None
    bound = binding_of(element, xml, RULE, read, notes)
    form = read(form_id, "form id", element, notes, xml)
    return None if form is None or bound is None else FormReference(form, *bound)
