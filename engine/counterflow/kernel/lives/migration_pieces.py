"""What a migration is made of: each thing of an instance, where it goes, and why it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from counterflow.kernel.row import Row
from counterflow.kernel.rows import UndoRecord
from counterflow.model.graph import Node


class MoveOutcome(StrEnum):
    """What becomes of one thing of an instance that is migrated."""

    MOVED = "moved"
    CLOSED = "closed"
    OPENED = "opened"
    LOST = "lost"


class Piece(NamedTuple):
    """One thing, where it is and where it goes.

    `target_id` is empty where it goes nowhere, `key` 0 where it is still to come.
    """

    what: str
    key: int
    element_id: str
    target_id: str
    outcome: MoveOutcome


class ElementMove(NamedTuple):
    """An element instance and where it goes.

    `headers` are what its job keeps, None where the target's are the same.
    """

    key: int
    target_id: str
    headers: bytes | None


class WaitMove(NamedTuple):
    """A wait and the event that it goes to; `asks_anew` where the condition itself is another one."""

    key: int
    element_instance_key: int
    catch_id: str
    condition: str
    variable_names: str
    asks_anew: bool


class UndoMove(NamedTuple):
    """An undo record, and what it is of and is undone by from then on."""

    key: int
    element_id: str
    handler: str


class FlowMove(NamedTuple):
    """Tokens that wait at a join, and where from then on."""

    flow_id: str
    target_gateway_id: str
    target_flow_id: str


@dataclass
class PlannedMigration:
    """Everything that is to be done, in the order of keys, and why it cannot be."""

    pieces: list[Piece] = field(default_factory=list)
    counterparts: dict[str, Node | None] = field(default_factory=dict)
    """What is at work goes to these elements of the target, by id; None where it cannot."""
    problems: dict[str, None] = field(default_factory=dict)
    """Each said once, in the order in which they were found."""
    elements: list[ElementMove] = field(default_factory=list)
    waits: list[WaitMove] = field(default_factory=list)
    closed: list[tuple[int, type[Row]]] = field(default_factory=list)
    opened: list[tuple[int, str]] = field(default_factory=list)
    """Who waits, and for which event of the target."""
    undo: list[UndoMove] = field(default_factory=list)
    undo_lost: dict[int, UndoRecord] = field(default_factory=dict)
    described: list[tuple[int, bytes]] = field(default_factory=list)
    """What may be activated in an ad-hoc sub-process from then on."""
    tokens: dict[int, list[FlowMove]] = field(default_factory=dict)
    """By scope."""

    def ending_as(self, *outcomes: MoveOutcome) -> list[Piece]:
        """What ends in one of these ways."""
        return [piece for piece in self.pieces if piece.outcome in outcomes]
