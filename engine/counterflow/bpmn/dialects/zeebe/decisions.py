"""Business rule tasks of the `zeebe:` dialect that are done in the engine: `zeebe:calledDecision`."""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.expressions import TextOrExpression
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.graph import Binding, CalledDecision

RULE = "called-decision"

_BINDINGS = (Binding.LATEST, Binding.DEPLOYMENT, Binding.VERSION_TAG)


def called_decision(
    element: Element, xml: etree._Element, read: TextOrExpression, notes: Notes
) -> CalledDecision | None:
    """The decision called; None, and a finding, where the model does not say which, or what becomes of its
    result.
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
    binding = (xml.get("bindingType") or Binding.LATEST).strip()
    tag = (xml.get("versionTag") or "").strip()
    if binding not in _BINDINGS:
        message = f"expected bindingType of {element} to be one of {', '.join(_BINDINGS)}, found '{binding}'."
        notes.error(element, RULE, message, "Write one of them.", xml)
        return None
    if (binding == Binding.VERSION_TAG) is not bool(tag):
        message = (
            f"expected a versionTag on zeebe:calledDecision of {element} with bindingType 'versionTag' and "
            f"only there, found '{tag}'."
        )
        notes.error(element, RULE, message, 'Write e.g. bindingType="versionTag" versionTag="spring".', xml)
        return None
    decision = read(decision_id, "called decision", element, notes, xml)
    which = read(tag, "version tag", element, notes, xml) if tag else None
    return None if decision is None else CalledDecision(decision, variable, Binding(binding), which)
