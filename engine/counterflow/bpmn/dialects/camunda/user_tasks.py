"""User tasks of Camunda 7: tasks for people, as their attributes say.

Candidates are names between commas, any of them an expression that gives a name, several between commas, or a
list. A due date may be a duration, counted from when the task begins. A form of `camunda:formRef` need not be
deployed here: the task waits all the same, as there.
"""

from __future__ import annotations

import re
from typing import Final

from counterflow.bpmn.dialects import user_tasks
from counterflow.bpmn.dialects.camunda.bindings import attributes_of, bound_version
from counterflow.bpmn.dialects.camunda.expressions import is_juel, value_expression
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.dialects.user_tasks import RULE
from counterflow.bpmn.expressions import TextOrExpression, headers_json
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import LENIENT_PRIORITIES, FormReference, TaskListener, UserTaskDefinition

FORM_ATTRIBUTES: Final = frozenset({"formRef", *attributes_of("formRef")})
_PART = re.compile(r"(?:[$#]\{[^}]*\}|[^,])+")
"""What stands between commas, of which those inside an expression are not."""


def user_task(
    element: Element,
    headers: dict[str, str],
    listeners: tuple[TaskListener, ...],
    read: TextOrExpression,
    notes: Notes,
) -> UserTaskDefinition:
    """What its attributes say: who, until when, how urgent, and with which form; and its `listeners`."""
    return UserTaskDefinition(
        assignee=_value(element, "assignee", notes),
        candidate_groups=_names(element, "candidateGroups", notes),
        candidate_users=_names(element, "candidateUsers", notes),
        due_date=_date(element, "dueDate", read, notes),
        follow_up_date=_date(element, "followUpDate", read, notes),
        priority=user_tasks.priority(element, _text(element, "priority"), read, notes, LENIENT_PRIORITIES),
        form=_form(element, read, notes),
        form_key=_value(element, "formKey", notes),
        headers=headers_json(headers),
        listeners=listeners,
        listeners_are_code=True,
        is_lenient=True,
    )


def _text(element: Element, name: str) -> str:
    return (element.xml.get(f"{{{CAMUNDA}}}{name}") or "").strip()


def _value(element: Element, name: str, notes: Notes) -> str | Expression:
    return _read(element, _text(element, name), name, notes)


def _read(element: Element, text: str, name: str, notes: Notes) -> str | Expression:
    if "${" not in text and "#{" not in text:
        return text
    return value_expression(text, name, element, notes) or ""


def _names(element: Element, name: str, notes: Notes) -> tuple[str | Expression, ...]:
    text = _text(element, name)
    parts = [text] if is_juel(text) else [part.strip() for part in _PART.findall(text)]
    names = (_read(element, part, name, notes) for part in parts if part)
    return tuple(dict.fromkeys(value for value in names if value))


def _date(element: Element, name: str, read: TextOrExpression, notes: Notes) -> str | Expression:
    return user_tasks.date(element, name, _text(element, name), read, notes, may_be_duration=True)


def _form(element: Element, read: TextOrExpression, notes: Notes) -> FormReference | None:
    text = _text(element, "formRef")
    if not text:
        return None
    bound = bound_version(element, "formRef", RULE, read, notes)
    form = read(text, "form", element, notes)
    return None if form is None or bound is None else FormReference(form, *bound)
