"""What one command may use at most: entries into elements, and fuel; and what one process may ask for. Fuel
is that of its expressions.

Counted and never timed, so that the same command on the same state comes equally far.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import msgspec

from counterflow.kernel.rows import ElementInstance, ProcessInstance
from counterflow.kernel.work.errands import Causes

MAXIMUM_STEPS = 1_000
"""Elements that one command may enter again before the course is held up.

A loop without a wait would go on for ever.
"""
BYTES_PER_FUEL = 64
"""Bytes of text or JSON that an expression reads or makes for one unit of its command's fuel."""


EVALUATION_FUEL = 8
"""What it takes to evaluate anything at all."""
PAGES_PER_FUEL = 64
"""A page takes one part in so many of its command's fuel at most, and its last evaluation more. A unit takes
a microsecond at most, so both take a quarter of a second at worst.
"""
REMEMBERED_PLACES = 64
"""Of the places that a command has entered, so many are known to its next page. They are the first ones,
which a way back leads to from far, and the last.
"""

_Entry = TypeVar("_Entry")


class ProcessLimits(NamedTuple):
    """What one process may ask for at most; the defaults are those of the server's settings."""

    steps: int = MAXIMUM_STEPS
    variable_bytes: int = 2 * 1024 * 1024
    message_bytes: int = 4 * 1024 * 1024
    call_depth: int = 1_000
    loop_instances: int = 100_000
    page_events: int = 400
    """What one command does before others have their turn, counted in events. When it has brought about so
    many, the rest of its work goes on in the next page.
    """
    instance_elements: int = 150_000
    """Element instances that one process instance may have at once."""
    elements: int = 500_000
    """Elements that one command may enter in all, however they come about. Multi-instance activities inside
    each other are one such way.
    """
    fuel: int = 4_000_000
    """What all expressions and decisions of one command may take together, twenty of the costliest.

    Each pays `EVALUATION_FUEL`, what its evaluation uses, with reading variables, and one for each
    `BYTES_PER_FUEL` of its text and of what it makes. What goes into called processes is paid for likewise.
    """


class _Carried(msgspec.Struct, array_like=True, frozen=True):
    """What a budget hands on from page to page."""

    fuel_left: int
    steps_left: int
    elements_left: int
    entered: list[tuple[int, str, int, int]]
    again: list[int]
    lineage: dict[int, list[int]]
    causes: list[tuple[int, str]]


class CommandBudget:
    """What one command has left."""

    __slots__ = (
        "_again",
        "_elements_left",
        "_entered",
        "_lineage",
        "_steps_left",
        "fuel_left",
        "page_fuel",
    )

    def __init__(self, limits: ProcessLimits) -> None:
        self.fuel_left = limits.fuel
        self.page_fuel = limits.fuel - limits.fuel // PAGES_PER_FUEL
        """The page is full when less fuel than this is left."""
        self._steps_left = limits.steps
        self._elements_left = limits.elements
        self._entered: dict[tuple[int, str, int, int], None] = {}
        self._again: dict[int, None] = {}
        self._lineage: dict[int, frozenset[int]] = {}

    def carry(self, causes: Causes, fuel: int | None = None) -> bytes:
        """What the next page goes on with, in msgpack; `fuel` is given where it is not what is left. `causes`
        are those of the work at present.

        Of what was entered it knows a part: a loop around more than that is stopped by the number of
        elements, and any other by that of its steps, as in one page.
        """
        lineage = _remembered(list(self._lineage.items()))
        return _encode(
            _Carried(
                self.fuel_left if fuel is None else fuel,
                self._steps_left,
                self._elements_left,
                _remembered(list(self._entered)),
                _remembered(list(self._again)),
                {key: sorted(callers) for key, callers in lineage},
                sorted(causes),
            )
        )

    @classmethod
    def carried(cls, limits: ProcessLimits, document: bytes) -> tuple[CommandBudget, Causes]:
        """The budget and the causes of a page that goes on with what the one before has handed on."""
        decoded = _decode(document)
        budget = cls(limits)
        budget.fuel_left = decoded.fuel_left
        budget.page_fuel = decoded.fuel_left - limits.fuel // PAGES_PER_FUEL
        budget._steps_left, budget._elements_left = decoded.steps_left, decoded.elements_left
        budget._entered, budget._again = dict.fromkeys(decoded.entered), dict.fromkeys(decoded.again)
        budget._lineage = {key: frozenset(callers) for key, callers in decoded.lineage.items()}
        return budget, frozenset(decoded.causes)

    def pay_for(self, size: int) -> None:
        """Take what reading or making so many bytes costs off the fuel."""
        self.fuel_left -= size // BYTES_PER_FUEL

    def count_entry(self, element: ElementInstance, called: ProcessInstance | None) -> bool:
        """Count that the course goes on into an element.

        False where it has come back too often without a wait.

        An element counts that this command has entered before in the same scope, and everything inside one
        that counts; so does a called process that is among those it was called by. What is entered for the
        first time costs nothing, so that many instances of a multi-instance activity, or a long course, are
        no loop; but a loop around them is, in its second round. Of a process, `called` is its instance.
        """
        if called is not None:
            is_again = self._is_called_again(called)
        else:
            entry = (element.scope_key, element.element_id, element.loop_counter, element.undo_key)
            is_again = entry in self._entered or element.scope_key in self._again
            self._entered[entry] = None
        self._elements_left -= 1
        if is_again:
            self._again[element.key] = None
            self._steps_left -= 1
        return self._steps_left >= 0 and self._elements_left >= 0

    def count_again(self) -> bool:
        """Count that the course has come back to where it was, by whatever way.

        False where that was too often.
        """
        self._steps_left -= 1
        return self._steps_left >= 0

    def count_round(self, key: int) -> None:
        """Count everything inside an element instance as entered again: it is one more round of a loop."""
        self._again[key] = None

    def may_begin_inside(self, key: int, count: int) -> bool:
        """Whether so many instances may be begun at once inside an element instance that has been entered."""
        return count <= (self._steps_left if key in self._again else self._elements_left)

    def _is_called_again(self, header: ProcessInstance) -> bool:
        lineage = self._lineage.get(header.parent_instance_key, frozenset())
        self._lineage[header.key] = lineage | {header.definition_key}
        return header.parent_element_key in self._again or header.definition_key in lineage


def _remembered(entries: list[_Entry]) -> list[_Entry]:
    if len(entries) <= REMEMBERED_PLACES:
        return entries
    return entries[: REMEMBERED_PLACES // 2] + entries[-REMEMBERED_PLACES // 2 :]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Carried).decode
