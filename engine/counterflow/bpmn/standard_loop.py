"""Standard loops, which all dialects write alike but for the language of the condition.

BPMN 2.0.2, 13.3.6 and table 10.28. The loop may be underspecified there: then it is no more than a remark,
and cannot be run.
"""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.expressions import quoted
from counterflow.bpmn.loops import part
from counterflow.bpmn.numbers import MOST, whole_number
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import TRUE
from counterflow.documents.notes import Notes
from counterflow.model.graph import StandardLoop

RULE = "standard-loop"


def standard_loop(
    element: Element, xml: etree._Element, reader: DialectReader, notes: Notes
) -> StandardLoop | None:
    """How long an activity goes on; None, and a finding, where the mark does not say it."""
    condition_xml = part(xml, "loopCondition")
    condition = reader.loop_condition(element, condition_xml, notes) if condition_xml is not None else None
    written = (xml.get("loopMaximum") or "").strip()
    maximum = _maximum(written, element, xml, notes) if written else None
    if condition_xml is None and not written:
        _judge_no_end(element, xml, reader, notes)
    if condition is None and maximum is None:
        return None
    return StandardLoop(condition, maximum, xml.get("testBefore") == TRUE, reader.FIRST_LOOP_COUNTER)


def _maximum(text: str, element: Element, xml: etree._Element, notes: Notes) -> int | None:
    number = whole_number(text)
    if number:
        return number
    message = (
        f"expected loopMaximum of {element} to be a whole number from 1 to {MOST}, found {quoted(text)}."
    )
    remedy = "Write how many rounds there are at most; how many a variable says is asked by loopCondition."
    notes.error(element, RULE, message, remedy, xml)
    return None


def _judge_no_end(element: Element, xml: etree._Element, reader: DialectReader, notes: Notes) -> None:
    message = f"{element} is marked as a loop, but neither loopCondition nor loopMaximum says how long it is"
    if reader.VAGUE_LOOPS_ARE_DONE_ONCE:
        remedy = "Write <loopCondition>, or remove the mark."
        notes.warning(element, RULE, f"{message}: it is done once.", remedy, xml)
    else:
        notes.error(element, RULE, f"{message}.", 'Write <loopCondition>, or loopMaximum="3".', xml)
