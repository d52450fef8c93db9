"""Multi-instance activities of the `zeebe:` dialect: `zeebe:loopCharacteristics`, a completion condition.

All of it is FEEL behind `=`.
"""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.namespaces import ZEEBE
from counterflow.bpmn.expressions import compile_feel
from counterflow.bpmn.loops import RULE, is_sequential, judge_parts, one_name, part
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN, text_of
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import MultiInstance

_PARTS = frozenset({"completionCondition"})


def loop(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """None, and a finding, where the model names no collection."""
    judge_parts(element, xml, _PARTS, notes, "Say it with zeebe:loopCharacteristics.")
    written = xml.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}loopCharacteristics")
    items = (written.get("inputCollection") or "").strip() if written is not None else ""
    if written is None or not items:
        message = f"expected {element}, marked as multi-instance, to name its collection, found none."
        remedy = (
            'Add <zeebe:loopCharacteristics inputCollection="= orders" inputElement="order" /> to the '
            "extension elements of the mark."
        )
        notes.error(element, RULE, message, remedy, xml)
        return None
    collection = marked_expression(items, "input collection", element, written, notes)
    gathered, gives = output(element, written, RULE, notes)
    variable = one_name((written.get("inputElement") or "").strip(), "input element", element, written, notes)
    condition = part(xml, "completionCondition")
    until = (
        marked_expression(text_of(condition), "completion condition", element, condition, notes)
        if condition is not None
        else None
    )
    return (
        None
        if collection is None
        else MultiInstance(is_sequential(xml), collection, variable, gathered, gives, until)
    )


def output(
    element: Element, xml: etree._Element, rule: str, notes: Notes
) -> tuple[str | None, Expression | None]:
    """Where results are gathered, and what each instance adds: both or neither."""
    collection, gives = ((xml.get(name) or "").strip() for name in ("outputCollection", "outputElement"))
    if bool(collection) != bool(gives):
        message = (
            f"expected outputCollection and outputElement of {element} together, found '{collection}' and "
            f"'{gives}'."
        )
        notes.error(
            element, rule, message, 'Write e.g. outputCollection="results" outputElement="= result".', xml
        )
    if not collection or not gives:
        return None, None
    return one_name(collection, "output collection", element, xml, notes), marked_expression(
        gives, "output element", element, xml, notes, rule
    )


def marked_expression(
    text: str, what: str, element: Element, xml: etree._Element, notes: Notes, rule: str = RULE
) -> Expression | None:
    """What is behind `=`; a finding of this rule where there is none."""
    if text.startswith("="):
        return compile_feel(text[1:].strip(), what, element, notes, xml)
    message = f"expected the {what} of {element} to be FEEL behind '=', found `{text}`."
    notes.error(element, rule, message, f"Write `= {text}`.", xml)
    return None
