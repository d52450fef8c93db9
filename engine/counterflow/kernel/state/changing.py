"""Code that leaves a state half changed where it is broken off in the middle.

Whoever breaks a command off from outside, between any two instructions, waits until none of it is being run;
and whoever finds that it was all the same does not trust that state any more. All else that a command runs
reads, or adds to what is the command's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import CodeType

from counterflow.kernel.state import (
    decisions,
    indexes,
    instance,
    journal,
    laid,
    queues,
    shelf,
    waiting,
    windows,
)
from counterflow.kernel.state.partition import State

_MODULES = (decisions, indexes, instance, journal, laid, queues, shelf, waiting, windows)
_FILES = frozenset(str(module.__file__) for module in _MODULES)
_CODE = frozenset(function.__code__ for function in (State.admit, State._admit))


def is_changing(running: Iterable[CodeType]) -> bool:
    """Whether any of the code that is being run changes a state."""
    return any(code in _CODE or code.co_filename in _FILES for code in running)
