"""Names of variables as mappings write them."""

from __future__ import annotations

import re

from lxml import etree

from counterflow.bpmn.outline import Drawn
from counterflow.documents.notes import Notes

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def target_path(
    text: str, what: str, drawn: Drawn, notes: Notes, at: etree._Element | None = None
) -> tuple[str, ...] | None:
    """`a.b` as (a, b); None, and a finding, where it is not a path of names."""
    path = text.strip()
    if _PATH.fullmatch(path):
        return tuple(path.split("."))
    message = f"expected the target of the {what} to be a variable or a path of names, found '{path}'."
    notes.error(
        drawn, "mapping", message, "Write letters, digits and '_', joined by '.', e.g. `order.total`.", at
    )
    return None


def is_path(text: str) -> bool:
    """Whether a text could be the name of a variable, or a path into one."""
    return _PATH.fullmatch(text.strip()) is not None


def is_name(text: str) -> bool:
    """Whether a text could be the name of a variable."""
    return is_path(text) and "." not in text
