"""An id holds no control characters: it stands in logs, on command lines, and in lists of ids, one a line.

BPMN 2.0.2, table 8.5, has ids of the type xsd:ID, which begin with a letter and hold no blanks. Others are
read as they are written, and the schema warns of them: they name what they name wherever an id is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.outline import Drawn, Outline
from counterflow.documents.findings import Finding

RULE = "id-characters"


def check(outline: Outline) -> Iterator[Finding]:
    """Processes, elements and flows."""
    drawn: list[Drawn] = [*(one for one in outline.elements if one.part_of is None), *outline.flows]
    for item in drawn:
        if not item.id.isprintable():
            given = quoted(ascii(item.id))
            message = f"expected no control characters in the id of this {item.tag}, found {given}."
            yield item.error(RULE, message, "Give it an id of letters, digits, '-', '_' and '.'.")
