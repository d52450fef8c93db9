"""Ids are unique in a file (BPMN 2.0.2, table 8.5; type xsd:ID).

One that occurs twice makes every reference to it a guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Drawn, Outline
from counterflow.documents.findings import Finding

RULE = "duplicate-id"


def check(outline: Outline) -> Iterator[Finding]:
    """Every later bearer of an id is refused; processes, elements and flows count together."""
    first: dict[str, Drawn] = {}
    drawn: list[Drawn] = [*(one for one in outline.elements if one.part_of is None), *outline.flows]
    for item in sorted(drawn, key=lambda one: one.line):
        earlier = first.setdefault(item.id, item)
        if earlier is not item:
            message = (
                f"the id of this {item.tag} is already that of the {earlier.tag} in line {earlier.line}."
            )
            yield item.error(RULE, message, "Give one of them another id.")
