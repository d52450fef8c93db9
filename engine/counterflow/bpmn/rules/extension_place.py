"""Extensions of the model's own dialect where nobody reads them are not carried out, and said so (warning).

On tasks, events and scopes they are judged where they are read; a listener on a sequence flow, or parameters
inside an event definition, would be missed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.readers import READERS
from counterflow.bpmn.elements import MESSAGE
from counterflow.bpmn.foreign import extensions_by_namespace
from counterflow.bpmn.outline import Drawn, Element, Outline
from counterflow.documents.findings import Finding
from counterflow.model.graph import Dialect

RULE = "extension-place"

_READ_ON_FLOWS: Final = frozenset({"resource"})
_NOTHING: Final[frozenset[str]] = frozenset()


def check(outline: Outline) -> Iterator[Finding]:
    """Sequence flows, and the definitions of events that nobody has to carry out."""
    for flow in outline.flows:
        yield from _check(outline.dialect, flow, flow.xml, _READ_ON_FLOWS)
    for element in outline.elements:
        if element.behaviour is not None and not element.parts and not element.throws(MESSAGE):
            read = element.event_kind.extensions if element.event_kind is not None else _NOTHING
            for definition in element.definitions:
                yield from _check(outline.dialect, element, definition, read)


def _check(dialect: Dialect, drawn: Drawn, xml: etree._Element, read: Set[str]) -> Iterator[Finding]:
    for used in extensions_by_namespace([xml], READERS[dialect].NAMESPACE.__eq__).values():
        names = [name for name in (*used.elements, *used.attributes) if name not in read]
        if names:
            listed = ", ".join(f"{dialect.value}:{name}" for name in names)
            where = f"the event of {drawn}" if isinstance(drawn, Element) else f"{drawn.tag} '{drawn.id}'"
            yield drawn.warning(
                RULE,
                f"{where} has {listed}, which nobody reads there.",
                "Remove it, or draw a task that does it.",
                xml,
            )
