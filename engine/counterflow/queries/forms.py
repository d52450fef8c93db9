"""The forms of user tasks: deployed ones, and those that stand in the model itself."""

from __future__ import annotations

from typing import Final

from counterflow.bpmn.forms import embedded_form
from counterflow.kernel import rows
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries.shapes import FormSchema
from counterflow.store.port import Store

EMBEDDED: Final = "camunda-forms:bpmn:"
"""How a form key begins that means a form in the model."""


def form(store: Store, key: int) -> FormSchema:
    """A form by its own key, or by that of a user task. Raises `Rejection` where there is none."""
    row = store.get(rows.Form, (key,))
    if row is not None:
        return _deployed(store, row)
    task = store.get(rows.UserTask, (key,)) or store.get(rows.EndedUserTask, (key,))
    if task is None:
        raise Rejection(
            RejectionType.NOT_FOUND, f"Expected the key of a form or of a user task, but found '{key}'"
        )
    row = store.get(rows.Form, (task.form_key,)) if task.form_key else None
    answer = _deployed(store, row) if row is not None else _embedded(store, task)
    if answer is None:
        kept = f"; the model calls its form '{task.external_form}', which is kept elsewhere"
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected a form of user task '{key}', but it has none here{kept if task.external_form else ''}",
        )
    return answer


def _deployed(store: Store, row: rows.Form) -> FormSchema:
    resource = store.get(rows.Resource, (row.resource_key,))
    schema = resource.content.decode() if resource is not None else ""
    return FormSchema(row.form_id, schema, row.key, row.version, row.version_tag or "", row.resource_name)


def _embedded(store: Store, task: rows.UserTask | rows.EndedUserTask) -> FormSchema | None:
    instance = store.get(rows.ProcessInstance, (task.process_instance_key,))
    definition = (
        store.get(rows.ProcessDefinition, (instance.definition_key,)) if instance is not None else None
    )
    resource = store.get(rows.Resource, (definition.resource_key,)) if definition is not None else None
    if resource is None:
        return None
    form_id = task.external_form.removeprefix(EMBEDDED)
    schema = embedded_form(resource.content, task.element_id, form_id)
    return (
        None
        if schema is None
        else FormSchema(form_id or task.element_id, schema, resource_name=resource.name)
    )
