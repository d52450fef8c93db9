"""The life of a deployed form: a file becomes a version of its form id, counted from 1.

A form that comes again with the same checksum and resource name keeps its version and key. Processes that are
bound to the forms they are deployed with mean these whatever comes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from counterflow.kernel.lives import deployed_together
from counterflow.kernel.lives.versions import listed, why_missing
from counterflow.kernel.resources import ReadForm, ReadResource
from counterflow.kernel.rows import BoundForm, Form
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import PartitionEvent
from counterflow.kernel.work.step import Step
from counterflow.model.graph import Binding, Process, UserTaskDefinition

VERSION_DIGITS = 10


class FormDefined(PartitionEvent, frozen=True):
    """A form has a new version."""

    key: int
    form_id: str
    version: int
    version_tag: str | None
    resource_key: int
    resource_name: str
    checksum: bytes
    deployment_key: int


class FormsBound(PartitionEvent, frozen=True):
    """Processes of this deployment mean these versions whatever comes later: form keys by form id."""

    deployment_key: int
    forms: dict[str, int]


class FormMissing(Exception):
    """There is no such form; says what was looked for, what there is, and what to do."""


def define(
    step: Step, deployment_key: int, resource_key: int, resource: ReadResource, form: ReadForm
) -> None:
    """A new version of a form, whose file is stored as `resource_key`."""
    latest = step.state.forms.latest.get(form.form_id)
    step.emit(
        FormDefined(
            step.new_key(),
            form.form_id,
            latest.version + 1 if latest is not None else 1,
            form.version_tag,
            resource_key,
            resource.name,
            resource.checksum,
            deployment_key,
        )
    )


def is_unchanged(state: State, resource: ReadResource, form: ReadForm) -> bool:
    """Whether the latest version of a form is this same file."""
    latest = state.forms.latest.get(form.form_id)
    return latest is not None and (latest.checksum, latest.resource_name) == (
        resource.checksum,
        resource.name,
    )


def find(state: State, form_id: str, binding: Binding, which: str, deployment_key: int) -> Form:
    """The version of a form that a binding means. Raises `FormMissing`."""
    form: Form | None = None
    if binding is Binding.LATEST:
        form = state.forms.latest.get(form_id)
    elif binding is Binding.VERSION_TAG:
        form = state.forms.tagged(form_id, which)
    elif binding is Binding.DEPLOYMENT:
        bound = state.shared[BoundForm].get((deployment_key, form_id))
        form = state.shared[Form].get(bound.form_key) if bound is not None else None
    elif which.isdecimal() and len(which) <= VERSION_DIGITS:
        form = state.forms.version_of(form_id, int(which))
    if form is None:
        raise FormMissing(_missing(state, form_id, binding, which))
    return form


def _missing(state: State, form_id: str, binding: Binding, which: str) -> str:
    versions = state.forms.versions(form_id)
    if not versions:
        there = listed(f"'{name}'" for name in sorted(state.forms.latest)) or "none"
        return f"no such form is deployed (deployed are: {there}); deploy it and resolve the incident"
    return why_missing(versions, binding, which, bound="the process", by="it")


# -- binding -------------------------------------------------------------------------------------------------


def bound_ids(process: Process) -> set[str | None]:
    """Ids of the forms that a process wants as deployed with it; None: only an expression tells."""
    tasks = (node.work for node in process.nodes.values() if isinstance(node.work, UserTaskDefinition))
    return deployed_together.ids_of(
        task.form.form_id
        for task in tasks
        if task.form is not None and task.form.binding is Binding.DEPLOYMENT
    )


def refuse_unbound(process: Process, resource_name: str, deployed: Mapping[str, Form]) -> None:
    """A process that is bound to what is not there could never go on. Raises `Rejection`."""
    deployed_together.refuse_unbound(
        bound_ids(process), process, resource_name, deployed, what="form", suffix=".form"
    )


def is_bound_alike(state: State, process: Process, deployment_key: int, deployed: Mapping[str, Form]) -> bool:
    """Whether an earlier deployment binds a process to the same versions as this one."""

    def bound(name: str) -> int | None:
        row: BoundForm | None = state.shared[BoundForm].get((deployment_key, name))
        return row.form_key if row is not None else None

    keys = {name: form.key for name, form in deployed.items()}
    return deployed_together.is_bound_alike(bound_ids(process), keys, bound)


def bind(step: Step, deployment_key: int, processes: Iterable[Process], deployed: Mapping[str, Form]) -> None:
    """Write down what the processes of a deployment are bound to, if any are."""
    if deployed and any(bound_ids(process) for process in processes):
        step.emit(FormsBound(deployment_key, {name: form.key for name, form in deployed.items()}))


# -- applying ------------------------------------------------------------------------------------------------


def _apply_defined(state: State, event: FormDefined) -> None:
    state.put(
        Form(
            event.key,
            event.form_id,
            event.version,
            event.version_tag,
            event.resource_key,
            event.resource_name,
            event.checksum,
            event.deployment_key,
            state.now_ms,
        )
    )


def _apply_bound(state: State, event: FormsBound) -> None:
    for form_id, key in event.forms.items():
        state.put(BoundForm(event.deployment_key, form_id, key))


OF_PARTITION = {FormDefined: _apply_defined, FormsBound: _apply_bound}
