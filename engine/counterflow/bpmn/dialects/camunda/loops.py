"""Multi-instance activities of Camunda 7: a collection or a cardinality, and the variable for one item.

`camunda:collection` is the name of a variable or an expression; `loopDataInputRef` and `inputDataItem`, the
standard's own spelling, are read where it is missing. Nothing is gathered: Camunda 7 has no output
collection. `loopCounter` begins at 0.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import (
    condition_expression,
    is_juel,
    value_expression,
    variable_expression,
)
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import compile_feel, quoted
from counterflow.bpmn.loops import RULE, is_sequential, judge_parts, one_name, part, part_text
from counterflow.bpmn.numbers import MOST, whole_number
from counterflow.bpmn.outline import Drawn, Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import MultiInstance

ConditionReader = Callable[[Drawn, str, etree._Element, Notes], Expression | None]

STANDARD_PARTS = frozenset({"loopCardinality", "loopDataInputRef", "inputDataItem", "completionCondition"})
"""What the standard says of a repetition that is read in `camunda:` models as well."""


def loop(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """None, and a finding, where the model does not say how often."""
    remedy = "Say it with camunda:collection and camunda:elementVariable."
    judge_parts(element, xml, STANDARD_PARTS, notes, remedy)
    items = (xml.get(f"{{{CAMUNDA}}}collection") or "").strip() or part_text(xml, "loopDataInputRef")
    return counted_loop(element, xml, items, condition_expression, notes)


def counted_loop(
    element: Element, xml: etree._Element, items: str, read: ConditionReader, notes: Notes
) -> MultiInstance | None:
    """The repetition for each of `items` (a name, or an expression), or so often as the cardinality says.

    `read` reads its completion condition.
    """
    collection = _collection(element, xml, items, notes)
    variable = one_name(_element_variable(xml), "element variable", element, xml, notes)
    condition = part(xml, "completionCondition")
    until = read(element, "completion condition", condition, notes) if condition is not None else None
    if collection is None:
        return None
    is_counted = bool(part_text(xml, "loopCardinality"))
    return MultiInstance(
        is_sequential(xml),
        collection,
        variable,
        completion_condition=until,
        first_loop_counter=0,
        is_counted=is_counted,
        is_undone_as_a_whole=False,
        outputs_stay_inside=False,
    )


def _collection(element: Element, xml: etree._Element, items: str, notes: Notes) -> Expression | None:
    cardinality = part_text(xml, "loopCardinality")
    if bool(items) == bool(cardinality):
        given = f"the collection `{items}` and the cardinality `{cardinality}`" if items else "neither"
        message = f"expected {element} to give a collection or a loop cardinality, found {given}."
        remedy = 'Set camunda:collection="${orders}", or write <loopCardinality>3</loopCardinality>.'
        notes.error(element, RULE, message, remedy, xml)
        return None
    if cardinality:
        return _cardinality(cardinality, element, xml, notes)
    read = value_expression if is_juel(items) else variable_expression
    return read(items, "collection", element, notes, xml)


def _cardinality(text: str, element: Element, xml: etree._Element, notes: Notes) -> Expression | None:
    if is_juel(text):
        return value_expression(text, "loop cardinality", element, notes, xml)
    if whole_number(text) is not None:
        return compile_feel(text, "loop cardinality", element, notes, xml)
    message = (
        f"expected the loop cardinality of {element} to be a whole number up to {MOST} or an expression, "
        f"found {quoted(text)}."
    )
    remedy = "Write a number." if text.lstrip("+-").isdecimal() else f"Write a number, or `${{{text}}}`."
    notes.error(element, RULE, message, remedy, xml)
    return None


def _element_variable(xml: etree._Element) -> str:
    item = part(xml, "inputDataItem")
    named = (item.get("name") or "").strip() if item is not None else ""
    return (xml.get(f"{{{CAMUNDA}}}elementVariable") or "").strip() or named
