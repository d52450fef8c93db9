"""A task is done in one way: by a worker or by a decision (BPMN 2.0.2, 10.3.3).

With both, one of them would be drawn in vain.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding

RULE = "called-decision"


def check(outline: Outline) -> Iterator[Finding]:
    """Tasks with a job type and a decision. What else may be wrong with either is told where it is read."""
    for element in outline.elements:
        if element.details.job is not None and element.details.decision is not None:
            yield element.error(
                RULE, f"{element} is both a job and a decision.", "Remove the job type, or the decision."
            )
