"""A compensation event sub-process directly in a process never starts (warning).

BPMN 2.0.2, 10.7.2: it undoes the scope it is in, once that has completed, when the scope around throws; around a process
there is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour
from counterflow.model.outline import Outline
from counterflow.model.undo import undoes_as_a_whole

RULE = "idle-compensation"


def check(outline: Outline) -> Iterator[Finding]:
    """Compensation event sub-processes whose scope nobody can undo."""
    for element in outline.elements:
        in_process = element.parent is not None and element.parent.behaviour is Behaviour.PROCESS
        if in_process and element.is_event_sub_process and undoes_as_a_whole(element):
            message = f"compensation event sub-process '{element.id}' is directly in {element.parent}, which nothing undoes as a whole."
            yield element.warning(RULE, message, "Put it into the sub-process that it is to undo, or remove it.")
