"""What has happened in a process instance so far."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Set
from typing import Any

from counterflow.kernel.course import beginning
from counterflow.queries.definitions import UNNAMED, Names
from counterflow.queries.shapes import (
    CaughtError,
    CorrelatedMessage,
    ElementInstance,
    FlowTaken,
    Incident,
    Job,
    ReceivedSignal,
    Termination,
    ThrownEscalation,
    ThrownSignal,
    UndoRecord,
    UserTask,
    Variable,
    Wait,
)


class Story:
    """Everything that the log has said by now, by the keys of what it is about.

    `position` and `now_ms` are those of the event that is being added.

    `waiting` has the tokens at joins: by scope and flow, the gateway and when each of them has come.
    `taken` has the flows that have given a token in the round of a complex gateway, by scope and gateway.
    `command` is the name and the time of the command that is being added.
    """

    def __init__(self, created: beginning.ProcessInstanceCreated, names_of: Callable[[int], Names]) -> None:
        self.created = created
        self.names_of = names_of
        """What the elements of a definition are called, by its key."""
        self.definition_key, self.version = created.definition_key, created.version
        """Of which it is by now."""
        self.bpmn_process_id = created.bpmn_process_id
        self.names = names_of(created.definition_key)
        self.position = 0
        self.now_ms = 0
        self.started_at_ms = 0
        self.elements: dict[int, ElementInstance] = {}
        self.variables: dict[int, dict[str, bytes]] = {}
        self.jobs: dict[int, Job] = {}
        self.user_tasks: dict[int, UserTask] = {}
        self.incidents: dict[int, Incident] = {}
        self.undo_records: dict[int, UndoRecord] = {}
        self.undo_started = 0
        self.flows_taken: list[FlowTaken] = []
        self.waiting: dict[tuple[int, str], tuple[str, deque[int]]] = {}
        self.taken: dict[tuple[int, str], Set[str]] = {}
        self.caught_errors: list[CaughtError] = []
        self.waits: dict[int, Wait] = {}
        self.correlated_messages: list[CorrelatedMessage] = []
        self.received_signals: list[ReceivedSignal] = []
        self.thrown_signals: list[ThrownSignal] = []
        self.thrown_escalations: list[ThrownEscalation] = []
        self.quarantine_reason = ""
        self.suspended_at_ms: int | None = None
        self.command = ("", 0)
        self.cause = Termination("command")
        """What would have terminated an element, if one were terminated now."""
        self.ended_by_hand: Set[int] = frozenset()
        """The element instances that the last modification has ended."""

    @property
    def root(self) -> ElementInstance:
        """The process itself."""
        return self.elements[self.created.key]

    def name_of(self, element_id: str) -> str:
        """What the diagram calls an element; empty where it says nothing."""
        return self.names.get(element_id, UNNAMED).name

    def drawn(self, element_id: str) -> str:
        """The id under which an element, or what is a part of one, is drawn."""
        return self.names.get(element_id, UNNAMED).part_of or element_id

    def variables_of(self, scope_key: int) -> list[Variable]:
        """The variables of a scope alone, by name, with their last values."""
        return [
            Variable(name, value.decode())
            for name, value in sorted(self.variables.get(scope_key, {}).items())
        ]


Addition = Callable[[Story, Any], None]
"""Adds what an event of one kind says to a story."""
