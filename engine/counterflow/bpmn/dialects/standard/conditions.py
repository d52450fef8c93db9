"""Conditions of models of no vendor: JUEL, or FEEL where they say so (BPMN 2.0.2, 8.3.6 and table 8.1)."""

from __future__ import annotations

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import condition_expression
from counterflow.bpmn.dialects.scripts import language_of
from counterflow.bpmn.expressions import compile_feel
from counterflow.bpmn.outline import Drawn
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.feel import Expression


def standard_condition(drawn: Drawn, what: str, xml: etree._Element, notes: Notes) -> Expression | None:
    """FEEL behind `=`, or by `language`, or by the `expressionLanguage` of the file where it is no `${…}`."""
    text = text_of(xml)
    if text.startswith("=") or ("{" not in text and _speaks_feel(xml)):
        return compile_feel(text.removeprefix("=").strip(), what, drawn, notes, xml)
    return condition_expression(drawn, what, xml, notes)


def _speaks_feel(xml: etree._Element) -> bool:
    root = xml.getroottree().getroot()
    return language_of(xml.get("language") or root.get("expressionLanguage") or "") == "feel"
