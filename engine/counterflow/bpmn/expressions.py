"""Compiling the expressions of a model; each complaint (rule `expression`) names the place."""

from __future__ import annotations

import json
from typing import Protocol

from lxml import etree

from counterflow import feel
from counterflow.bpmn.outline import Drawn
from counterflow.documents.notes import Notes
from counterflow.feel import Expression
from counterflow.feel.names import spelling
from counterflow.feel.tokens import KEYWORDS

RULE = "expression"

_SHOWN = 200


class TextOrExpression(Protocol):
    """How a dialect tells a text that stands for itself from an expression.

    None, and a finding, where that does not compile.
    """

    def __call__(
        self, text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
    ) -> str | Expression | None:
        """`what` names the place for a person."""


def compile_feel(
    text: str,
    what: str,
    drawn: Drawn,
    notes: Notes,
    at: etree._Element | None = None,
    *,
    written: str | None = None,
) -> Expression | None:
    """The FEEL text compiled; None, and a finding with line and column, where it is none.

    `what` names the place for a person (`condition`, `input mapping to 'a.b'`); the column counts from the
    first character of the quoted text. `written` is what it was translated from, where it was.
    """
    try:
        return feel.compile(text, written=written)
    except feel.FeelSyntaxError as error:
        message = f"the {what} {quoted(text)} is not FEEL: {error.place_and_reason}."
        notes.error(drawn, RULE, message, error.hint or "Correct the expression there.", at)
        return None


def quoted(text: str) -> str:
    """The text as a message shows it: the beginning of a very long one."""
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"


def constant(text: str) -> Expression:
    """An expression whose value is the text itself."""
    return feel.compile(string_literal(text), written=text)


def string_literal(text: str) -> str:
    """The text as FEEL writes it (DMN 1.5, grammar rule 35): JSON's escapes are a subset of FEEL's."""
    return json.dumps(text, ensure_ascii=False)


def name_in_feel(name: str) -> str:
    """A variable in FEEL, whatever its name is made of; one that FEEL cannot spell stands in back-ticks."""
    return name if spelling(name) == (name,) and name not in KEYWORDS else f"`{name}`"


def headers_json(headers: dict[str, str]) -> bytes:
    """Job headers as the JSON object that workers receive."""
    return json.dumps(headers, ensure_ascii=False, separators=(",", ":")).encode()


def json_list(text: str) -> str:
    """Comma-separated names as the JSON list that task lists expect in a header."""
    return json.dumps([name.strip() for name in text.split(",")], ensure_ascii=False, separators=(",", ":"))
