"""What one command may use at most: entries into elements, and fuel of expressions; and what one process may
ask for.

Counted and never timed, so that the same command on the same state comes equally far.
"""

from __future__ import annotations

from typing import NamedTuple

from counterflow.kernel.rows import ElementInstance, ProcessInstance

MAXIMUM_STEPS = 1_000
"""Elements that one command may enter again before the course is held up: a loop without a wait would go on
for ever.
"""
BYTES_PER_FUEL = 64
"""Bytes of text or JSON that an expression reads or makes for one unit of its command's fuel."""


EVALUATION_FUEL = 8
"""What it takes to evaluate anything at all."""


class ProcessLimits(NamedTuple):
    """What one process may ask for at most; the defaults are those of the server's settings."""

    steps: int = MAXIMUM_STEPS
    variable_bytes: int = 2 * 1024 * 1024
    message_bytes: int = 4 * 1024 * 1024
    call_depth: int = 1_000
    loop_instances: int = 100_000
    elements: int = 500_000
    """Elements that one command may enter in all, however they come about: multi-instance activities inside
    each other.
    """
    fuel: int = 4_000_000
    """What all expressions and decisions of one command may take together, twenty of the costliest: each pays
    one unit, what its evaluation uses, and one for each `BYTES_PER_FUEL` of its text, of what it reads and of
    what it makes. What goes into called processes is paid for likewise.
    """


class CommandBudget:
    """What one command has left."""

    __slots__ = ("_again", "_elements_left", "_entered", "_lineage", "_steps_left", "fuel_left")

    def __init__(self, limits: ProcessLimits) -> None:
        self.fuel_left = limits.fuel
        self._steps_left = limits.steps
        self._elements_left = limits.elements
        self._entered: set[tuple[int, str, int, int]] = set()
        self._again: set[int] = set()
        self._lineage: dict[int, frozenset[int]] = {}

    def pay_for(self, size: int) -> None:
        """Take what reading or making so many bytes costs off the fuel."""
        self.fuel_left -= size // BYTES_PER_FUEL

    def count_entry(self, element: ElementInstance, called: ProcessInstance | None) -> bool:
        """Count that the course goes on into an element. False where it has come back too often without a
        wait.

        An element counts that this command has entered before in the same scope, and everything inside one
        that counts; so does a called process that is among those it was called by. What is entered for the
        first time costs nothing, so that many instances of a multi-instance activity, or a long course, are
        no loop; but a loop around them is, in its second round. Of a process, `called` is its instance.
        """
        if called is not None:
            is_again = self._is_called_again(called)
        else:
            place = (element.scope_key, element.element_id, element.loop_counter, element.undo_key)
            is_again = place in self._entered or element.scope_key in self._again
            self._entered.add(place)
        self._elements_left -= 1
        if is_again:
            self._again.add(element.key)
            self._steps_left -= 1
        return self._steps_left >= 0 and self._elements_left >= 0

    def count_again(self) -> bool:
        """Count that the course has come back to where it was, by whatever way. False where that was too
        often.
        """
        self._steps_left -= 1
        return self._steps_left >= 0

    def may_begin_inside(self, key: int, count: int) -> bool:
        """Whether so many instances may be begun at once inside an element instance that has been entered."""
        return count <= (self._steps_left if key in self._again else self._elements_left)

    def _is_called_again(self, header: ProcessInstance) -> bool:
        lineage = self._lineage.get(header.parent_instance_key, frozenset())
        self._lineage[header.key] = lineage | {header.definition_key}
        return header.parent_element_key in self._again or header.definition_key in lineage
