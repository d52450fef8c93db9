"""A join that waits for what can still come has to know from where, which takes too long of very many.

BPMN 2.0.2, 13.4.3: the paths to a join are looked for when the model is read: each flow of its scope once for
each flow into the join.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding

RULE = "join-reach"

MOST_STEPS = 500_000
"""A hundred joins of two flows among 2,500: less than a second."""


def check(outline: Outline) -> Iterator[Finding]:
    """The first join with which it becomes too much."""
    flows = Counter(id(flow.scope) for flow in outline.flows)
    steps = 0
    for element in outline.elements:
        if element.behaviour is not None and element.waits_for_what_can_come:
            before, steps = steps, steps + len(element.incoming) * flows[id(element.parent)]
            if before <= MOST_STEPS < steps:
                message = f"expected at most {MOST_STEPS} flows before joins, found more with {element}."
                remedy = "Split the process into called processes or sub-processes."
                yield element.error(RULE, message, remedy)
