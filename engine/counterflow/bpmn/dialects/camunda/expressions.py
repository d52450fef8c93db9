"""JUEL and input/output parameters of Camunda 7 in FEEL.

A value is a text, an expression (`${…}` or `#{…}`), a text with expressions inside, a list or a map; lists
and maps nest. Texts stay texts: Camunda 7 makes no number of `5` either. Scripts as values are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from counterflow import feel
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.dialects.scripts import IN_THE_ENGINE, language_of
from counterflow.bpmn.expressions import compile_feel, quoted, string_literal
from counterflow.bpmn.outline import Drawn, Element
from counterflow.bpmn.xml import BPMN, children, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.feel import Expression
from counterflow.juel import translation as juel
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
    return None if translated is None else compile_feel(translated, what, drawn, notes, at, written=text)


def name_expression(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> Expression | None:
    """What something is called, as compiled FEEL; null where an expression in it is. A name with a gap would
    be another's. None, and a finding, where it has no counterpart.
    """
    translated = _translated(text, what, drawn, notes, at, is_name=True)
    return None if translated is None else compile_feel(translated, what, drawn, notes, at, written=text)


def value_if_translated(text: str) -> Expression | None:
    """The JUEL text as compiled FEEL; None where it has no counterpart, which is nobody's fault."""
    try:
        return feel.compile(_as_feel(text, _as_string), written=text)
    except (juel.JuelUnsupported, feel.FeelSyntaxError):
        return None


def condition_expression(drawn: Drawn, what: str, xml: etree._Element, notes: Notes) -> Expression | None:
    """What is asked as `${…}`, or in FEEL with `language="feel"`; other languages are scripts and refused."""
    text = text_of(xml)
    where = f"the {what} of {drawn.tag} '{drawn.id}'"
    language = language_of(xml.get("language") or "")
    if language == "feel":
        return compile_feel(text.removeprefix("=").strip(), what, drawn, notes, xml)
    if language not in {"", "juel"} or xml.get(f"{{{CAMUNDA}}}resource"):
        message = f"{where} is a script in '{language or 'a resource'}', which is not executed."
        notes.error(drawn, "expression", message, 'Write it as `${…}`, or in FEEL with language="feel".', xml)
        return None
    if not is_juel(text):
        message = f"expected {where} to be an expression `${{…}}`, found `{text}`."
        notes.error(drawn, "expression", message, f"Write `${{{text}}}`.", xml)
        return None
    return value_expression(text, what, drawn, notes, xml)


def variable_expression(
    name: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element
) -> Expression | None:
    """The value of the variable of that name, whatever its name is made of."""
    translated = _translated(f"${{{name}}}", what, drawn, notes, at)
    return None if translated is None else compile_feel(translated, what, drawn, notes, at, written=name)


def mappings(
    element: Element, notes: Notes
) -> tuple[tuple[VariableMapping, ...], tuple[VariableMapping, ...]]:
    """Input and output parameters of an element."""
    holder = element.xml.find(_EXTENSION_ELEMENTS)
    if holder is None:
        return (), ()
    inputs, outputs = (
        parameters(element, holder, tag, notes) for tag in ("inputParameter", "outputParameter")
    )
    return inputs, outputs


def parameters(
    element: Element, holder: etree._Element, tag: str, notes: Notes
) -> tuple[VariableMapping, ...]:
    """The parameters with that tag in the `camunda:inputOutput` of an element, or of a part of it."""
    return tuple(
        mapping
        for block in children(holder, "inputOutput", CAMUNDA)
        for one in children(block, tag, CAMUNDA)
        if (mapping := parameter(element, one, notes)) is not None
    )


def constant_text(holder: etree._Element) -> str | None:
    """What a parameter holds, where that is a text without expressions."""
    text = text_of(holder)
    return None if len(holder) or "${" in text or "#{" in text else text


def parameter(element: Element, xml: etree._Element, notes: Notes) -> VariableMapping | None:
    """One parameter: what it holds goes to the variable of its name, dots included."""
    name = (xml.get("name") or "").strip()
    what = f"{local_name(xml)} '{name}'"
    if not name:
        notes.error(
            element,
            "mapping",
            f"expected a name on every {local_name(xml)} of {element}, found none.",
            "Name it.",
            xml,
        )
        return None
    text = _parameter_text(element, xml, what, notes)
    written = _as_written(xml)
    source = None if text is None else compile_feel(text, what, element, notes, xml, written=written)
    return None if source is None else VariableMapping(source, (name,))


def _as_written(holder: etree._Element) -> str | None:
    """What a person reads of a parameter; None for a list, a map and a script in FEEL."""
    if not len(holder):
        return text_of(holder) or None
    inside = holder[0]
    is_translated = local_name(inside) == "script" and language_of(inside.get("scriptFormat") or "") != "feel"
    return text_of(inside) if is_translated else None


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
        case "script" if language_of(xml.get("scriptFormat") or "") in IN_THE_ENGINE:
            return _script_text(element, xml, what, notes)
        case other:
            message = f"{what} of {element} holds camunda:{other}, which is not executed."
            remedy = "Compute the value in a worker, or write it as `${…}`, a list or a map."
            notes.error(element, "expression", message, remedy, xml)
            return None


def _script_text(element: Element, xml: etree._Element, what: str, notes: Notes) -> str | None:
    text = text_of(xml)
    is_feel = language_of(xml.get("scriptFormat") or "") == "feel"
    return text.removeprefix("=").strip() if is_feel else _translated(text, what, element, notes, xml)


def _item_text(element: Element, xml: etree._Element, what: str, notes: Notes) -> str | None:
    if local_name(xml) != "value":
        return _structure_text(element, xml, what, notes)
    return _parameter_text(element, xml, what, notes)


def _translated(
    text: str,
    what: str,
    drawn: Drawn,
    notes: Notes,
    at: etree._Element | None,
    *,
    is_name: bool = False,
) -> str | None:
    try:
        return _as_feel(text, _string if is_name else _as_string)
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


def _as_feel(text: str, written: Callable[[str], str]) -> str:
    """An expression, a text with expressions inside, each `written` as a text, or a text, in FEEL. Raises
    JuelUnsupported.
    """
    if "${" not in text and "#{" not in text:
        return string_literal(text)
    if is_juel(text):
        return juel.translate(text)
    return " + ".join(_piece(piece, written) for piece in _INSIDE_TEXT.split(text) if piece)


def _piece(piece: str, written: Callable[[str], str]) -> str:
    if _INSIDE_TEXT.fullmatch(piece):
        return written(juel.translate(piece))
    if "${" in piece or "#{" in piece:
        raise juel.JuelUnsupported(f"`{piece}` begins an expression whose end cannot be told")
    return string_literal(piece)


def _as_string(expression: str) -> str:
    """Null as nothing (JSR 245, 1.2.2, composite expressions)."""
    return f'(if ({expression}) = null then "" else string({expression}))'


def _string(expression: str) -> str:
    return f"string({expression})"
