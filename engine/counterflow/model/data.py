"""How variables move between scopes, as a diagram says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from counterflow.feel import Expression


class GoesIn(Enum):
    """Which variables a called process begins with."""

    EVERYTHING = "all that is visible where it is called"
    ITS_OWN = "what the call has of its own, where it has input mappings"
    WHAT_IS_NAMED = "what the input mappings of the call make"


@dataclass(frozen=True, slots=True)
class VariableMapping:
    """One input or output mapping: the value of `source` goes to `target`, a path of names (`a.b` → a, b)."""

    source: Expression
    target: tuple[str, ...]
    yields: bool = False
    """Whether it gives nothing where the element has a variable of that name already."""
