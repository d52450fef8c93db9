"""Bytes to diagrams, whichever of the two standards they follow."""

from __future__ import annotations

from typing import Final

from counterflow.documents import xml
from counterflow.documents.limits import DEFAULT_LIMITS, DocumentLimits
from counterflow.documents.xml import Advice
from counterflow.drawing.bpmn import bpmn_diagrams, is_bpmn
from counterflow.drawing.diagram import Diagram
from counterflow.drawing.dmn import dmn_diagrams, is_dmn
from counterflow.drawing.errors import NotDrawn

_ADVICE: Final = Advice("a diagram", "Draw a part of it.", "Nest less deeply.")


def read_diagrams(
    content: bytes, resource_name: str, limits: DocumentLimits = DEFAULT_LIMITS
) -> tuple[Diagram, ...]:
    """The diagrams of a BPMN or DMN file, at least one, in its order.

    A model need not be executable, nor one that is not refused. A file without diagram interchange is laid
    out. Raises `XmlError` for what is no XML that we read, `NotDrawn` for what is neither BPMN nor DMN, has
    nothing to draw, or a place that is no place.
    """
    root = xml.parse(content, resource_name, _ADVICE, limits)
    if is_bpmn(root):
        return bpmn_diagrams(root)
    if is_dmn(root):
        return dmn_diagrams(root)
    raise NotDrawn(
        f"expected the definitions of BPMN 2.0 or DMN 1.1 to 1.5, found {str(root.tag)[:200]!r}; export the "
        "diagram as one of them."
    )
