"""The start events of the latest version of a process begin instances; those of an earlier one begin nothing
any more.

BPMN 2.0.2, 13.5.1; Zeebe's rule for versions.
"""

from __future__ import annotations

from counterflow.kernel.work.step import Step
from counterflow.model.graph import Process


def open_all(step: Step, definition_key: int, process: Process) -> None:
    """A definition is the latest of its process: its events begin instances from here. Raises `Rejection`."""
    for element_id in process.root.event_starts:
        node = process.nodes[element_id]
        step.house.kinds[type(node.event)].open_start(step, definition_key, process, node)


def close_all(step: Step, definition_key: int) -> None:
    """A later version has come: the events of this one begin nothing any more."""
    for key, table in sorted(step.state.starts.get(definition_key, {}).items(), key=lambda start: start[0]):
        step.house.kinds[table].close_start(step, key)
