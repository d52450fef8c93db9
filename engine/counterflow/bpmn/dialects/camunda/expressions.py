"""JUEL and input/output parameters of Camunda 7 in FEEL.

A value is a text, an expression (`${…}` or `#{…}`), a text with expressions inside, a list or a map; lists
and maps nest. Texts stay texts: Camunda 7 makes no number of `5` either. Scripts as values are refused.
"""

from __future__ import annotations

import re

from lxml import etree

from counterflow.bpmn.dialects.camunda import juel
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.expressions import compile_feel, quoted, string_literal
from counterflow.bpmn.outline import Drawn, Element
from counterflow.bpmn.xml import BPMN, children, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.model.data import VariableMapping

_INSIDE_TEXT = re.compile(r"([$#]\{[^{}]*\})")
_NEXT_EXPRESSION = re.compile(r"\}.*[$#]\{", re.DOTALL)
_EXTENSION_ELEMENTS = f"{{{BPMN}}}extensionElements"


def is_juel(text: str) -> bool:
    """Whether a text as a whole is one expression."""
    return (
        text.startswith(("${", "#{")) and text.endswith("}") and _NEXT_EXPRESSION.search(text[2:-1]) is None
    )


def value_expression(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> Expression | None:
    """The JUEL text as compiled FEEL; None, and a finding, where it has no counterpart."""
    translated = _translated(text, what, drawn, notes, at)
    return None if translated is None else compile_feel(translated, what, drawn, notes, at)


def condition_expression(drawn: Drawn, what: str, xml: etree._Element, notes: Notes) -> Expression | None:
    """What is asked as `${…}`, or in FEEL with `language="feel"`; other languages are scripts and refused."""
    text = text_of(xml)
    place = f"the {what} of {drawn.tag} '{drawn.id}'"
    language = (xml.get("language") or "").strip().lower()
    if language == "feel":
        return compile_feel(text.removeprefix("=").strip(), what, drawn, notes, xml)
    if language not in {"", "juel"} or xml.get(f"{{{CAMUNDA}}}resource"):
        message = f"{place} is a script in '{language or 'a resource'}', which is not executed."
        notes.error(drawn, "expression", message, 'Write it as `${…}`, or in FEEL with language="feel".', xml)
        return None
    if not is_juel(text):
        message = f"expected {place} to be an expression `${{…}}`, found `{text}`."
        notes.error(drawn, "expression", message, f"Write `${{{text}}}`.", xml)
        return None
    return value_expression(text, what, drawn, notes, xml)


def variable_expression(
    name: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element
) -> Expression | None:
    """The value of the variable of that name, whatever its name is made of."""
    return value_expression(f"${{{name}}}", what, drawn, notes, at)


def mappings(
    element: Element, camunda: str, notes: Notes
) -> tuple[tuple[VariableMapping, ...], tuple[VariableMapping, ...]]:
    """Input and output parameters of `camunda:inputOutput`."""
    extensions = element.xml.find(_EXTENSION_ELEMENTS)
    blocks = children(extensions, "inputOutput", camunda) if extensions is not None else []
    inputs, outputs = (
        tuple(
            mapping
            for block in blocks
            for parameter in children(block, tag, camunda)
            if (mapping := _mapping(element, parameter, notes)) is not None
        )
        for tag in ("inputParameter", "outputParameter")
    )
    return inputs, outputs


def _mapping(element: Element, parameter: etree._Element, notes: Notes) -> VariableMapping | None:
    name = (parameter.get("name") or "").strip()
    what = f"{local_name(parameter)} '{name}'"
    if not name:
        notes.error(
            element,
            "mapping",
            f"expected a name on every {local_name(parameter)} of {element}, found none.",
            "Name it.",
            parameter,
        )
        return None
    text = _parameter_text(element, parameter, what, notes)
    source = None if text is None else compile_feel(text, what, element, notes, parameter)
    return None if source is None else VariableMapping(source, (name,))


def _parameter_text(element: Element, holder: etree._Element, what: str, notes: Notes) -> str | None:
    """FEEL for what a parameter, a list item or a map entry holds."""
    if len(holder):
        return _structure_text(element, holder[0], what, notes)
    text = text_of(holder)
    return _translated(text, what, element, notes, holder) if text else "null"


def _structure_text(element: Element, xml: etree._Element, what: str, notes: Notes) -> str | None:
    match local_name(xml):
        case "list":
            items = [_item_text(element, item, what, notes) for item in xml]
            return None if None in items else f"[{', '.join(str(item) for item in items)}]"
        case "map":
            entries = [
                (entry.get("key") or "", _parameter_text(element, entry, what, notes)) for entry in xml
            ]
            written = (f"{string_literal(key)}: {value}" for key, value in entries)
            return None if any(value is None for _, value in entries) else f"{{{', '.join(written)}}}"
        case "value":
            return _item_text(element, xml, what, notes)
        case other:
            message = f"{what} of {element} holds camunda:{other}, which is not executed."
            remedy = "Compute the value in a worker, or write it as `${…}`, a list or a map."
            notes.error(element, "expression", message, remedy, xml)
            return None


def _item_text(element: Element, xml: etree._Element, what: str, notes: Notes) -> str | None:
    if local_name(xml) != "value":
        return _structure_text(element, xml, what, notes)
    return _parameter_text(element, xml, what, notes)


def _translated(text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None) -> str | None:
    if "${" not in text and "#{" not in text:
        return string_literal(text)
    try:
        return juel.translate(text) if is_juel(text) else _concatenation(text)
    except juel.JuelUnsupported as error:
        message = f"the {what} {quoted(text)} has no counterpart in FEEL: {error}."
        notes.error(
            drawn,
            "expression",
            message,
            "Write it with variables, literals and operators, or compute it in a worker.",
            at,
        )
        return None


def _concatenation(text: str) -> str:
    """A text with expressions inside: each is written into it, null as nothing (JSR 245, 1.2.2, composite
    expressions).
    """
    return " + ".join(_piece(piece) for piece in _INSIDE_TEXT.split(text) if piece)


def _piece(piece: str) -> str:
    if _INSIDE_TEXT.fullmatch(piece):
        return _as_string(juel.translate(piece))
    if "${" in piece or "#{" in piece:
        raise juel.JuelUnsupported(f"`{piece}` begins an expression whose end cannot be told")
    return string_literal(piece)


def _as_string(expression: str) -> str:
    return f'(if ({expression}) = null then "" else string({expression}))'
