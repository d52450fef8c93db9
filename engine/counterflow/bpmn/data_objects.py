"""Data objects that begin with a value, as Activiti and Flowable have them: variables of their scope.

BPMN 2.0.2, 10.4.1: a data object is typed by an item definition, and says nothing of its value; where it has
one, these engines add it to the `dataObject`. Types are those of XML Schema, named by `itemSubjectRef` itself
or by the `structureRef` of the item definition that it names; what is of no type known here is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import compile_feel, string_literal
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import children, text_of
from counterflow.documents.notes import Notes
from counterflow.model.data import VariableMapping

RULE: Final = "data"
VALUE: Final = "value"
"""The extension element that holds it."""

_WHOLE: Final = frozenset({"int", "integer", "long", "short", "byte"})
_NUMBER: Final = frozenset({"double", "float", "decimal"})
_BOOLEAN: Final = "boolean"
_TYPED: Final = _WHOLE | _NUMBER | {_BOOLEAN}
_WHOLE_TEXT: Final = re.compile(r"[-+]?[0-9]{1,34}")
_NUMBER_TEXT: Final = re.compile(
    r"(?P<sign>[-+]?)(?P<whole>[0-9]{0,34})(\.(?P<part>[0-9]{0,34}))?(?P<power>[eE][-+]?[0-9]{1,3})?"
)


def initial_values(scope: Element, notes: Notes) -> tuple[VariableMapping, ...]:
    """What the data objects directly inside a scope begin with; an error for what is not of their type."""
    return tuple(_initial_values(scope, notes)) if scope.kind.is_scope else ()


def _initial_values(scope: Element, notes: Notes) -> Iterator[VariableMapping]:
    names: set[str] = set()
    for xml in children(scope.xml, "dataObject"):
        value = _value(xml)
        of = _type(xml, scope.structures) if value is not None else ""
        name = (xml.get("name") or xml.get("id") or "").strip()
        if value is None or not name or (not value and of in _TYPED):
            continue
        text = _as_feel(value, of)
        if text is None:
            message = (
                f"expected the data object '{name}' of {scope} to begin with a value of its type {of}, "
                f"found '{value}'."
            )
            notes.error(scope, RULE, message, "Write one, or make it a string.", xml)
            continue
        source = compile_feel(text, f"value of data object '{name}'", scope, notes, xml)
        if name in names:
            message = (
                f"{scope} has several data objects '{name}' that begin with a value: the last one's is taken."
            )
            notes.warning(scope, RULE, message, "Give each its own name, or a value to one of them.", xml)
        names.add(name)
        if source is not None:
            yield VariableMapping(source, (name,), yields=True)


def _value(xml: etree._Element) -> str | None:
    for block in children(xml, "extensionElements"):
        for holder in children(block, VALUE, CAMUNDA):
            return text_of(holder)
    return None


def _type(xml: etree._Element, structures: Mapping[str, str]) -> str:
    """Without a prefix."""
    named = xml.get("itemSubjectRef", "").strip()
    return structures.get(named, named).strip().rpartition(":")[2]


def _as_feel(value: str, of: str) -> str | None:
    """As FEEL writes it; None where it is not of its type."""
    if of in _WHOLE:
        return value.removeprefix("+") if _WHOLE_TEXT.fullmatch(value) else None
    if of in _NUMBER:
        return _number(value)
    if of == _BOOLEAN:
        return value.lower() if value.lower() in {"true", "false"} else None
    return string_literal(value)


def _number(value: str) -> str | None:
    """XML Schema leaves out what FEEL wants before or behind the point, and may write a plus."""
    match = _NUMBER_TEXT.fullmatch(value)
    if match is None or not (match["whole"] or match["part"]):
        return None
    sign, power = match["sign"].removeprefix("+"), match["power"] or ""
    return f"{sign}{match['whole'] or 0}{'.' if match['part'] else ''}{match['part'] or ''}{power}"
