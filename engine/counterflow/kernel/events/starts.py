"""The start events of the latest version of a process begin instances. Those of an earlier one begin nothing
any more.

BPMN 2.0.2, 13.5.1; Zeebe's rule for versions.
"""

from __future__ import annotations

from counterflow.feel import Expression
from counterflow.kernel.data import evaluation
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.step import Step
from counterflow.model.graph import Node, Process


def open_all(step: Step, definition_key: int, process: Process) -> None:
    """A definition is the latest of its process: its events begin instances from here. Raises `Rejection`."""
    for element_id in process.root.event_starts:
        node = process.nodes[element_id]
        step.house.kinds[type(node.event)].open_start(step, definition_key, process, node)


def close_all(step: Step, definition_key: int) -> None:
    """A later version has come: the events of this one begin nothing any more."""
    for key, table in sorted(step.state.starts.get(definition_key, {}).items(), key=lambda start: start[0]):
        step.house.kinds[table].close_start(step, key)


def name_for(step: Step, node: Node, source: str | Expression, what: str) -> str:
    """The name of what begins instances, where need be computed without variables. Raises `Rejection`."""
    if isinstance(source, str):
        return source
    given = evaluation.evaluate_in(step, {}, source)
    if isinstance(given.value, str) and given.value:
        return given.value
    raise Rejection(
        RejectionType.INVALID_ARGUMENT,
        f"Expected the {what} '{evaluation.written(source)}' of start event '{node.id}' to be text without "
        f"variables, but {evaluation.shown(given)}",
    )
