"""One command in, its events out.

A step is the work-list of one command. Deciding functions read the state and `emit` events; emitting applies
at once, so the next decision sees it. What follows from an event is put on the work-list (`later`) rather
than called, so that a long course through the diagram costs no stack and parallel branches advance side by
side, in the order they were begun.

Work is remembered by element instance key: when its turn comes and the element is gone (interrupted,
terminated), there is nothing to do.

What comes from outside (a message, to each of those who wait for it) is not part of the course: it comes
`at_rest`, one after another, each when all that the one before has brought about is done. So nothing reaches
an element that is being swept away, and what is not received is there for others. After Zeebe, where each
correlation is a command of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from counterflow.kernel.instance_state import InstanceState
from counterflow.kernel.records import BrokenInvariant, Event, InstanceEnded, Rejection, RejectionType
from counterflow.kernel.rows import ElementInstance, Incident
from counterflow.kernel.state import State
from counterflow.model.graph import Behaviour, Node, Process

if TYPE_CHECKING:
    from counterflow.kernel.elements.room import Room

Applier = Callable[[State, InstanceState | None, Any], None]
Continuation = Callable[["Step", ElementInstance, Node], None]
Arrival = Callable[["Step"], None]

MAXIMUM_STEPS = 1_000
"""Elements that one command may enter again before the course is held up: a loop without a wait would go on
for ever.
"""


BYTES_PER_FUEL = 64
"""Bytes of text or JSON that an expression reads or makes for one unit of its command's fuel."""


class Limits(NamedTuple):
    """What one process may ask for at most; see design.md, "Words and defaults"."""

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


class Step:
    """The work-list of one command, and what it has brought about so far."""

    __slots__ = (
        "_again",
        "_appliers",
        "_arrivals",
        "_correlate",
        "_entered",
        "_evaluations",
        "_lineage",
        "_rooms",
        "_work",
        "elements_left",
        "ended",
        "events",
        "fuel_left",
        "instance",
        "limits",
        "resolved",
        "state",
        "steps_left",
    )

    def __init__(
        self,
        state: State,
        appliers: Mapping[type[Event], Applier],
        rooms: Mapping[Behaviour, Room],
        correlate: Continuation,
        limits: Limits,
    ) -> None:
        self.state = state
        self.limits = limits
        self.events: list[tuple[int, Event]] = []
        self.ended: list[InstanceEnded] = []
        self.steps_left = limits.steps
        self.elements_left = limits.elements
        self.fuel_left = limits.fuel
        self._entered: set[tuple[int, str, int, int]] = set()
        self._again: set[int] = set()
        self._lineage: dict[int, frozenset[int]] = {}
        self.instance: InstanceState | None = None
        self.resolved: Incident | None = None
        """The incident that this command has resolved, for the element that takes up its course."""
        self._appliers = appliers
        self._rooms = rooms
        self._correlate = correlate
        self._work: deque[tuple[InstanceState, Continuation, int]] = deque()
        self._arrivals: deque[Arrival] = deque()
        self._evaluations = 0

    @property
    def now_ms(self) -> int:
        """The time of the command, epoch milliseconds."""
        return self.state.now_ms

    def current(self) -> InstanceState:
        """The process instance that is being worked on."""
        if self.instance is None:
            raise BrokenInvariant("no process instance is being worked on")
        return self.instance

    def process(self) -> Process:
        """The graph of the process instance that is being worked on."""
        return self.state.process(self.current())

    def node(self, element: ElementInstance) -> Node:
        """Where in the diagram an element instance stands."""
        return self.process().nodes[element.element_id]

    def element(self, key: int) -> ElementInstance:
        """An element instance that must be there, as it is now."""
        element = self.current().elements.get(key)
        if element is None:
            raise BrokenInvariant(f"element instance {key} of process instance {self.current().key} is gone")
        return element

    def room(self, node: Node) -> Room:
        """The room that runs a node."""
        return self._rooms[node.behaviour]

    def room_of(self, element: ElementInstance, node: Node) -> Room:
        """The room that runs an element instance: the node's, but for the body of a multi-instance
        activity.
        """
        return self._rooms[Behaviour.MULTI_INSTANCE if element.loop_counter < 0 else node.behaviour]

    def new_key(self) -> int:
        """The next key of the partition."""
        self.state.last_key += 1
        return self.state.last_key

    def new_seed(self) -> str:
        """What uuid() and random number() of one evaluation begin with: the same for the same command on the
        same state.
        """
        self._evaluations += 1
        return f"{self.state.last_key}.{self.state.last_position}.{self._evaluations}"

    def pay_for(self, size: int) -> None:
        """Take what reading or making so many bytes costs off the fuel of the command."""
        self.fuel_left -= size // BYTES_PER_FUEL

    def emit(self, event: Event) -> None:
        """Record that something happened to the current instance, and apply it."""
        state, instance = self.state, self.instance
        state.last_position += 1
        self._appliers[type(event)](state, instance, event)
        self.events.append((instance.key if instance is not None else 0, event))

    def later(self, continuation: Continuation, key: int) -> None:
        """Put work for an element instance at the end of the work-list."""
        self._work.append((self.current(), continuation, key))

    def may_enter(self, element: ElementInstance) -> bool:
        """Whether the course may go on into an element, or has come back too often without a wait.

        An element counts that this command has entered before in the same scope, and everything inside one
        that counts; so does a called process that is among those it was called by. What is entered for the
        first time costs nothing, so that many instances of a multi-instance activity, or a long course, are
        no loop; but a loop around them is, in its second round.
        """
        place = (element.scope_key, element.element_id, element.loop_counter, element.undo_key)
        is_again = place in self._entered or element.scope_key in self._again
        if element.scope_key:
            self._entered.add(place)
        else:
            is_again = self._is_called_again()
        self.elements_left -= 1
        if is_again:
            self._again.add(element.key)
            self.steps_left -= 1
        return self.steps_left >= 0 and self.elements_left >= 0

    def may_begin_inside(self, element: ElementInstance, count: int) -> bool:
        """Whether so many instances may be begun at once inside an element that has been entered."""
        return count <= (self.steps_left if element.key in self._again else self.elements_left)

    def _is_called_again(self) -> bool:
        header = self.current().header
        if header is None:
            return False
        lineage = self._lineage.get(header.parent_instance_key, frozenset())
        self._lineage[header.key] = lineage | {header.definition_key}
        return header.parent_element_key in self._again or header.definition_key in lineage

    def at_rest(self, arrival: Arrival) -> None:
        """Something comes from outside, when the course is at rest and all that has been put here before has
        come.
        """
        self._arrivals.append(arrival)

    def expect_buffered(self, key: int) -> None:
        """An element has begun to wait: a message that came before it did is to reach it, when the course is
        at rest.
        """
        work = (self.current(), self._correlate, key)
        self.at_rest(lambda step: step._work.append(work))

    def enter_instance(self, instance: InstanceState) -> None:
        """Work on this process instance from here. Refuses one that is set aside."""
        if instance.quarantine is not None:
            raise Rejection(
                RejectionType.INVALID_STATE,
                f"Expected to work on process instance '{instance.key}', but it is quarantined since an "
                f"internal fault ({instance.quarantine.reason}); release or cancel it first",
            )
        self.instance = instance

    def run(self) -> None:
        """Work until the list is empty and the course is at rest."""
        work = self._work
        while work:
            instance, continuation, key = work.popleft()
            element = instance.elements.get(key)
            if element is None:
                continue
            self.instance = instance
            continuation(self, element, self.state.process(instance).nodes[element.element_id])

    def next_arrival(self) -> bool:
        """What comes next from outside comes. False where nothing does."""
        if not self._arrivals:
            return False
        self._arrivals.popleft()(self)
        return True
