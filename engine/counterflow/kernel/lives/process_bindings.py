"""Which version of a process a call means, and what is deployed together because calls are bound to it.

A call that is bound to its own deployment runs the version that came with the one of its process. So what is
bound together becomes new together: where one of several processes of a deployment has changed, those that it
calls in this way, and those that call it, get a new version as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from counterflow.kernel.lives import deployed_together
from counterflow.kernel.lives.versions import listed, why_missing
from counterflow.kernel.rows import ProcessDefinition
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Binding, CalledProcess, Process

VERSION_DIGITS = 18
"""More than any version has; a text that an expression gives may have thousands."""


class ProcessNotFound(Exception):
    """There is no such process; says what was looked for, what there is, and what to do."""


def find(
    state: State, process_id: str, binding: Binding, which: str, deployment_key: int
) -> ProcessDefinition:
    """The version of a process that a binding means. Raises `ProcessNotFound`."""
    deployed = state.deployed
    definition: ProcessDefinition | None = None
    if binding is Binding.LATEST:
        definition = deployed.latest.get(process_id)
    elif binding is Binding.DEPLOYMENT:
        definition = deployed.deployed_with(deployment_key, process_id)
    elif binding is Binding.VERSION_TAG:
        definition = deployed.tagged(process_id, which)
    elif which.isdecimal() and len(which) <= VERSION_DIGITS:
        definition = deployed.version_of(process_id, int(which))
    if definition is None:
        raise ProcessNotFound(_missing(state, process_id, binding, which))
    return definition


def refuse_unbound(processes: Iterable[tuple[str, Process]], names: Iterable[str]) -> None:
    """A process, of the resource named before it, that calls what is not deployed with it could never go on.

    Raises `Rejection`.
    """
    there = dict.fromkeys(names)
    for resource_name, process in processes:
        missing = next((name for name in _bound_ids(process) if name is not None and name not in there), None)
        if missing is not None:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected process '{process.id}' in '{resource_name}' to be deployed together with process "
                f"'{missing}', which it calls with the binding 'deployment', but the deployment has "
                f"{listed(there)}; add the file, or bind the call to the latest version",
            )


def new_together(state: State, processes: Mapping[str, Process], changed: set[str]) -> set[str]:
    """The ids of those that become new versions, given those that have changed by themselves."""
    bound = {name: _bound_within(process, processes) for name, process in processes.items()}
    callers: dict[str, set[str]] = {name: set() for name in processes}
    for name, called in bound.items():
        for other in called:
            callers[other].add(name)
    apart = {name for name, called in bound.items() if _were_apart(state, name, called)}
    new = changed | apart
    waiting = list(new)
    while waiting:
        name = waiting.pop()
        nearby = (bound[name] | callers[name]) - new
        new |= nearby
        waiting += nearby
    return new


def _were_apart(state: State, name: str, called: set[str]) -> bool:
    """Whether the latest versions of a process and of what it calls came with different deployments."""
    latest = state.deployed.latest
    keys = {latest[one].deployment_key if one in latest else 0 for one in (name, *called)}
    return len(keys) > 1


def _bound_within(process: Process, processes: Mapping[str, Process]) -> set[str]:
    named = _bound_ids(process)
    if None in named:
        return set(processes)
    return {name for name in named if name is not None and name in processes}


def _bound_ids(process: Process) -> set[str | None]:
    """Ids of the processes that it wants as they were deployed with it; None: which, an expression tells."""
    calls = (node.work for node in process.nodes.values() if isinstance(node.work, CalledProcess))
    return deployed_together.ids_of(call.process_id for call in calls if call.binding is Binding.DEPLOYMENT)


def _missing(state: State, process_id: str, binding: Binding, which: str) -> str:
    rows = state.deployed.versions(process_id)
    if not rows:
        return "no such process is deployed; deploy it and resolve the incident"
    return why_missing(rows, binding, which, bound="the calling process", by="the call")
