"""Expressions in other languages than FEEL (DMN 1.5, 7.3.1).

They are read as FEEL, which simple ones survive, and their author is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.dmn.xml import Element, is_feel, text_of
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.xml import line_of


def foreign_languages(root: Element, resource_name: str) -> Iterator[Finding]:
    """A warning for each language that is not FEEL, at the first place that names it."""
    elements_of: dict[str, list[Element]] = {}
    for element in root.iter():
        language = element.get("expressionLanguage", "").strip()
        if language and not _is_feel(language) and (element is root or text_of(element)):
            elements_of.setdefault(language, []).append(element)
    for language, elements in elements_of.items():
        where = "here" if len(elements) == 1 else f"here first, {len(elements)} times in all"
        message = f"expected FEEL, found the expression language '{language}' {where}; it is read as FEEL."
        remedy = "Write these expressions in FEEL, and remove the language."
        yield Finding(
            line_of(elements[0]),
            _id(elements[0]) or resource_name,
            "expression-language",
            message,
            remedy,
            Severity.WARNING,
        )


def _is_feel(language: str) -> bool:
    return language.lower() == "feel" or is_feel(language)


def _id(element: Element) -> str:
    """That of the element, or of the nearest around it that has one."""
    identified = (around.get("id", "") for around in (element, *element.iterancestors()))
    return next(filter(None, identified), "")
