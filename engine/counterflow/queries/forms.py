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
    schema = form_of_task(store, key, f"Expected the key of a form or of a user task, but found '{key}'")
    if schema is None:
        task = _task(store, key)
        external = task.external_form if task is not None else ""
        kept = f"; the model calls its form '{external}', which is kept elsewhere"
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected a form of user task '{key}', but it has none here{kept if external else ''}",
        )
    return schema


def form_of_task(store: Store, key: int, unknown: str = "") -> FormSchema | None:
    """The form of a user task, None where it has none here. Raises `Rejection` for an unknown key."""
    task = _task(store, key)
    if task is None:
        raise Rejection(
            RejectionType.NOT_FOUND, unknown or f"Expected the key of a user task, but found '{key}'"
        )
    row = store.get(rows.Form, (task.form_key,)) if task.form_key else None
    return _deployed(store, row) if row is not None else _embedded(store, task)


def _task(store: Store, key: int) -> rows.UserTask | rows.EndedUserTask | None:
    return store.get(rows.UserTask, (key,)) or store.get(rows.EndedUserTask, (key,))


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
