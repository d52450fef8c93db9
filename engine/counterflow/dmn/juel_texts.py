"""Expressions in JUEL, in the decisions that people drew for Camunda 7, written as FEEL before they are read.

JUEL is what says so: an `expressionLanguage`, of the element or of the whole file, or in a file of Camunda's
`${…}` where FEEL is not the default of Camunda 7, which is everywhere but in the cells of inputs. A cell of
an input in JUEL is a condition: it passes where that is true, and nothing is compared with the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from counterflow.dmn.camunda import is_camundas
from counterflow.dmn.xml import Element, child, text_of
from counterflow.documents.findings import Finding
from counterflow.documents.xml import line_of, local_name
from counterflow.juel import translation as juel

RULE: Final = "expression"
LANGUAGE: Final = "expressionLanguage"
_JUEL: Final = "juel"
_CELL: Final = "inputEntry"
_TAGS: Final = frozenset({"inputExpression", _CELL, "outputEntry", "defaultOutputEntry", "literalExpression"})
_OPENINGS: Final = ("${", "#{")
_ANYTHING: Final = "-"


def translate_juel(root: Element, resource_name: str) -> Iterator[Finding]:
    """Write JUEL as FEEL, in place; an error for each expression that has no counterpart."""
    default = _language(root)
    camundas = cache(lambda: is_camundas(root))
    for element in root.iter():
        text = text_of(element) if local_name(element) in _TAGS else ""
        if text and _is_juel(element, text, default, camundas):
            try:
                _write(element, _as_feel(element, text))
            except juel.JuelUnsupported as error:
                _write(element, _ANYTHING if local_name(element) == _CELL else "null")
                message = f"the expression `{text}` has no counterpart in FEEL: {error}."
                yield Finding(
                    line_of(element),
                    element.get("id", "") or resource_name,
                    RULE,
                    message,
                    "Write it in FEEL.",
                )
    if default == _JUEL:
        del root.attrib[LANGUAGE]


def _is_juel(element: Element, text: str, default: str, camundas: Callable[[], bool]) -> bool:
    language = _language(element) or default
    if language:
        return language == _JUEL
    return local_name(element) != _CELL and text.startswith(_OPENINGS) and camundas()


def _language(element: Element) -> str:
    return element.get(LANGUAGE, "").strip().lower()


def _write(element: Element, feel: str) -> None:
    if LANGUAGE in element.attrib:
        del element.attrib[LANGUAGE]
    holder = child(element, "text")
    if holder is not None:
        holder.text = feel


def _as_feel(element: Element, text: str) -> str:
    """One without braces is an expression as well, as Camunda 7 reads it. Raises JuelUnsupported."""
    is_cell = local_name(element) == _CELL
    if is_cell and text == _ANYTHING:
        return text
    feel = juel.translate(text if text.startswith(_OPENINGS) else f"${{{text}}}")
    # naming `?` makes it a condition, whatever comes of it
    return f"(({feel}) = true) and (? = null or true)" if is_cell else feel
