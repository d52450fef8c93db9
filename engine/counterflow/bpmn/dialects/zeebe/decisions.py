"""Business rule tasks of the `zeebe:` dialect that are done in the engine: `zeebe:calledDecision`."""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.zeebe.bindings import binding_of
from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.graph import CalledDecision

RULE = "called-decision"


def called_decision(
    element: Element, xml: etree._Element, read: TextOrExpression, notes: Notes
) -> CalledDecision | None:
    """The decision called; None, and a finding, where the model does not say which.

    So too where it does not say what becomes of the result.
    """
    decision_id, variable = ((xml.get(name) or "").strip() for name in ("decisionId", "resultVariable"))
    if not decision_id or not variable:
        message = (
            f"expected zeebe:calledDecision of {element} with a decisionId and a resultVariable, found "
            f"'{decision_id}' and '{variable}'."
        )
        remedy = 'Write e.g. <zeebe:calledDecision decisionId="discount" resultVariable="discount" />.'
        notes.error(element, RULE, message, remedy, xml)
        return None
    bound = binding_of(element, xml, RULE, read, notes)
    decision = read(decision_id, "called decision", element, notes, xml)
    return None if decision is None or bound is None else CalledDecision(decision, variable, *bound)
