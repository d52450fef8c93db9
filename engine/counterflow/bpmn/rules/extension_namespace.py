"""What other engines and tools have added to a model is not carried out here, and said so.

It is said once a namespace (warning).

BPMN 2.0.2, 8.2.3: an extension that is not understood may be left aside, unless it must be understood. An
assignee or a listener that another engine would heed must not be missed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterflow.bpmn import extensions
from counterflow.bpmn.dialects.namespaces import CAMUNDA, ZEEBE
from counterflow.bpmn.foreign import extensions_by_namespace
from counterflow.bpmn.outline import Outline
from counterflow.bpmn.xml import BPMN, children, nearest_id
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of

RULE = "extension-namespace"

_TOLD_ELSEWHERE: Final = frozenset({
    # judged where they are read
    BPMN, ZEEBE, CAMUNDA, extensions.NAMESPACE,
    # how a diagram looks, and what it was drawn with
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/XML/1998/namespace",
    "http://camunda.org/schema/modeler/1.0",
    "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
})  # fmt: skip
_HEEDED: Final = ("message", "error", "signal", "escalation")
"""What executable processes refer to."""


def check(outline: Outline) -> Iterator[Finding]:
    """One warning for each namespace that is ignored, on what belongs to the executable processes."""
    inside = [process.xml for process in outline.processes]
    inside += [xml for tag in _HEEDED for xml in children(outline.root, tag)]
    for uri, used in extensions_by_namespace(inside, lambda where: where not in _TOLD_ELSEWHERE).items():
        whose = f"the namespace '{uri}'" if uri else "no namespace"
        yield Finding(
            line=line_of(used.first),
            element_id=nearest_id(used.first) or outline.resource_name,
            rule=RULE,
            message=f"found extensions of {whose}, which are not carried out: {used}.",
            remedy="Say with zeebe: or camunda: extensions what they say, where it matters.",
            severity=Severity.WARNING,
        )
