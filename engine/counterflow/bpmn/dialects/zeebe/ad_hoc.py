"""Ad-hoc sub-processes of the `zeebe:` dialect: `zeebe:adHoc`, a completion condition; FEEL behind `=`.

With a `zeebe:taskDefinition` a worker decides what is activated and when it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from lxml import etree

from counterflow.bpmn.ad_hoc import completion_condition, plain
from counterflow.bpmn.dialects.zeebe.loops import marked_expression, output
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import text_of
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.model.graph import AdHoc

RULE: Final = "ad-hoc-sub-process"


def ad_hoc(element: Element, extensions: Mapping[str, etree._Element], notes: Notes) -> AdHoc:
    """What the sub-process activates by itself, what it gathers, and when it is done."""
    written = extensions.get("adHoc")
    gathered, gives = output(element, written, RULE, notes) if written is not None else (None, None)
    definition = replace(plain(element), output_collection=gathered, output_element=gives)
    condition = completion_condition(element)
    if "taskDefinition" in extensions:
        _warn_of_empty(element, written, condition, notes)
        return definition
    return replace(
        definition,
        active_elements=_active_elements(element, written, notes),
        completion_condition=(
            marked_expression(text_of(condition), "completion condition", element, condition, notes, RULE)
            if condition is not None
            else None
        ),
    )


def _active_elements(element: Element, written: etree._Element | None, notes: Notes) -> Expression | None:
    text = (written.get("activeElementsCollection") or "").strip() if written is not None else ""
    if written is None or not text:
        return None
    return marked_expression(text, "active elements collection", element, written, notes, RULE)


def _warn_of_empty(
    element: Element, written: etree._Element | None, condition: etree._Element | None, notes: Notes
) -> None:
    has_collection = written is not None and bool((written.get("activeElementsCollection") or "").strip())
    unasked = ["activeElementsCollection"] * has_collection + ["completionCondition"] * (
        condition is not None
    )
    if unasked:
        message = f"{element} has a job type, and so {' and '.join(unasked)} of it is not asked."
        remedy = "Remove what is not asked, or the zeebe:taskDefinition: its worker decides."
        notes.warning(element, RULE, message, remedy)
