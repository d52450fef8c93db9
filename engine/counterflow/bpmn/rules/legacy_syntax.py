"""Zeebe before 1.0 wrote expressions without `=`; read as today's texts they would mean something else.

A condition, the source of an output mapping and a script are FEEL behind `=`. The source of an input mapping
may be a constant text today, and was the name of a variable then: it is refused only in a model that shows
its age elsewhere, and remarked on where it looks like a name and no modeler vouches for the model's version.
The same goes for `${…}` in headers, which today is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from counterflow import feel
from counterflow.bpmn.dialects.zeebe.reader import NAMESPACE
from counterflow.bpmn.expressions import string_literal
from counterflow.bpmn.names import is_path
from counterflow.bpmn.outline import Drawn, Element, Outline, SequenceFlow
from counterflow.documents.findings import Finding
from counterflow.juel import translation as juel
from counterflow.model.graph import Dialect

RULE = "legacy-syntax"

_PLATFORM_VERSION = "{http://camunda.org/schema/modeler/1.0}executionPlatformVersion"
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class _Trace:
    """One piece of old syntax: what is written, what to write, and whether it is wrong at whatever age."""

    trait: str
    instead: str
    certain: bool
    doubtful: bool = True
    """Whether it deserves a remark in a model that shows no other sign of age."""


def check(outline: Outline) -> Iterator[Finding]:
    """One finding per element, with everything on it that is to be rewritten."""
    if outline.dialect is not Dialect.ZEEBE:
        return
    is_dated = outline.root.get(_PLATFORM_VERSION) is not None
    drawn: list[tuple[Drawn, list[_Trace]]] = [(flow, list(_in_flow(flow))) for flow in outline.flows]
    drawn += [(element, list(_in_element(element, is_dated))) for element in outline.elements]
    is_old = any(trace.certain for _, traces in drawn for trace in traces)
    for item, traces in drawn:
        yield from _findings(item, traces, is_old)


def _findings(item: Drawn, traces: list[_Trace], is_old: bool) -> Iterator[Finding]:
    traits = "; ".join(trace.trait for trace in traces)
    remedy = f"Write {'; '.join(trace.instead for trace in traces)}."
    if traces and is_old:
        expected = "is written as before Zeebe 1.0, expected FEEL behind '='"
        message = f"{item.tag} '{item.id}' {expected}, found {traits}."
        yield item.error(RULE, message, remedy)
    for trace in traces:
        if not is_old and trace.doubtful:
            message = f"{item.tag} '{item.id}' has {trace.trait}, which is taken as the text itself."
            yield item.warning(RULE, message, f"If a value is meant, write {trace.instead}.")


def _in_flow(flow: SequenceFlow) -> Iterator[_Trace]:
    xml = flow.condition_xml
    text = (xml.text or "").strip() if xml is not None else ""
    if text and not text.startswith("=") and not flow.is_default:
        yield _Trace(f"the condition `{text}`", f"`= {_as_feel(text)}`", certain=True)


def _in_element(element: Element, is_dated: bool) -> Iterator[_Trace]:
    for xml in element.xml.iterfind(f"{{*}}extensionElements/{{{NAMESPACE}}}*"):
        yield from _in_task_definition(xml)
        for item in xml:
            yield from _in_header(item)
            yield from _in_mapping(item, is_dated)


def _in_task_definition(xml: etree._Element) -> Iterator[_Trace]:
    retries = xml.get("retries")
    if xml.tag == f"{{{NAMESPACE}}}taskDefinition" and retries is not None and not retries.strip():
        yield _Trace('retries=""', 'retries="3", or leave it out', certain=True)


def _in_header(xml: etree._Element) -> Iterator[_Trace]:
    value = xml.get("value") or ""
    if xml.tag == f"{{{NAMESPACE}}}header" and _PLACEHOLDER.search(value):
        key = xml.get("key") or ""
        instead = (
            f"in header '{key}' a constant, or instead of the header an input mapping to '{key}' with source "
            f"`= {_concatenation(value)}`"
        )
        yield _Trace(f"`{value}` in header '{key}'", instead, certain=False)


def _in_mapping(xml: etree._Element, is_dated: bool) -> Iterator[_Trace]:
    source, target = (xml.get("source") or "").strip(), xml.get("target") or ""
    if not source or source.startswith("="):
        return
    if xml.tag == f"{{{NAMESPACE}}}output":
        instead = f"source `= {_as_feel(source)}` in the output mapping to '{target}'"
        yield _Trace(f"source `{source}` of the output mapping to '{target}'", instead, certain=True)
    elif xml.tag == f"{{{NAMESPACE}}}input":
        instead = (
            f"source `= {_as_feel(source)}` (or `= {string_literal(source)}` for the text itself) in the "
            f"input mapping to '{target}'"
        )
        doubtful = not is_dated and is_path(source)
        yield _Trace(
            f"source `{source}` of the input mapping to '{target}'", instead, certain=False, doubtful=doubtful
        )


def _as_feel(text: str) -> str:
    """The old expression in FEEL, as far as it can be told; its operators were those of JUEL."""
    inner = _PLACEHOLDER.fullmatch(text)
    try:
        return juel.translate(f"${{{inner.group(1) if inner else text}}}")
    except (juel.JuelUnsupported, feel.FeelSyntaxError):
        return text or "null"


def _concatenation(text: str) -> str:
    """`${base-url}/path` as `base_url + "/path"`."""
    pieces = _PLACEHOLDER.split(text)
    parts = (
        string_literal(piece) if index % 2 == 0 else re.sub(r"\W", "_", piece.strip())
        for index, piece in enumerate(pieces)
        if piece
    )
    return " + ".join(parts)
