"""Data as the standard draws it: what is taken and given, where it comes from and where it goes.

BPMN 2.0.2, 10.4.1 and 10.4.2. Data objects, properties, data inputs and data outputs are variables of their
names (of their ids, where they have none). An association that ends at a data input or output is executed: an
assignment, a transformation, or its one source. Any other says only that a task has to do with a data object,
which is how editors draw it, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from counterflow.bpmn.expressions import TextOrExpression, compile_feel, constant, name_in_feel
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import children, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.data import VariableMapping

RULE = "data"

Mappings = tuple[VariableMapping, ...]


def data_mappings(element: Element, read: TextOrExpression, notes: Notes) -> tuple[Mappings, Mappings]:
    """What is set before the element does its work, and what is taken out after it."""
    inputs, outputs = (
        tuple(
            mapping
            for xml in children(element.xml, f"data{way}Association")
            for mapping in _Association(element, xml, read, notes).mappings(_own(element, f"data{way}"))
        )
        for way in ("Input", "Output")
    )
    return inputs, outputs


def _own(element: Element, tag: str) -> frozenset[str]:
    """The ids of its data inputs or outputs: an activity has an `ioSpecification` for them, an event none."""
    holders = [element.xml, *children(element.xml, "ioSpecification")]
    return frozenset(xml.get("id", "") for holder in holders for xml in children(holder, tag))


class _Association:
    """One data association, from `sources` to `target`, by their ids."""

    def __init__(self, element: Element, xml: etree._Element, read: TextOrExpression, notes: Notes) -> None:
        self.element, self.xml, self.read, self.notes = element, xml, read, notes
        self.sources = [text for ref in children(xml, "sourceRef") if (text := text_of(ref))]
        self.target = next((text_of(ref) for ref in children(xml, "targetRef")), "")

    def mappings(self, own: frozenset[str]) -> Iterator[VariableMapping]:
        """Nothing where neither end is one of the element's own, and where what is written says nothing."""
        if own.isdisjoint((self.target, *self.sources)):
            return
        assignments = children(self.xml, "assignment")
        values = [self._assigned(assignment) for assignment in assignments] or [(self.target, self._value())]
        for target, value in values:
            if value is not None:
                yield VariableMapping(value, (self.element.names.get(target, target),))

    def _assigned(self, assignment: etree._Element) -> tuple[str, Expression | None]:
        texts = {local_name(part): (text_of(part), part) for part in assignment}
        text, part = texts.get("from", ("", assignment))
        target = texts.get("to", ("", assignment))[0] or self.target
        return target, self._expression(text, f"data assignment to '{target}'", part)

    def _value(self) -> Expression | None:
        transformations = children(self.xml, "transformation")
        if transformations:
            return self._expression(text_of(transformations[0]), "transformation of data", transformations[0])
        if len(self.sources) == 1:
            name = self.element.names.get(self.sources[0], self.sources[0])
            return compile_feel(name_in_feel(name), "source of data", self.element, self.notes, self.xml)
        sources = ", ".join(self.sources) or "none"
        message = f"expected one source of the {local_name(self.xml)} of {self.element}, found {sources}."
        self.notes.error(
            self.element, RULE, message, "Name one sourceRef, or write a transformation.", self.xml
        )
        return None

    def _expression(self, text: str, what: str, at: etree._Element) -> Expression | None:
        value = self.read(text, what, self.element, self.notes, at)
        return constant(value) if isinstance(value, str) else value
