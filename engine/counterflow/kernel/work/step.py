"""One command in, its events out.

A step is the work-list of one command. Deciding functions read the state and `emit` events; emitting applies
at once, so the next decision sees it. What follows from an event is put on the work-list (`later`) rather
than called, so that a long course through the diagram costs no stack and parallel branches advance side by
side, in the order they were begun.

What a decision is about is a handle: the step itself for what concerns no instance, a `Course` for a process
instance, a `Token` for an element instance. A token asks for its row whenever it is read, so it never tells
of yesterday; when its turn comes and it is gone (interrupted, terminated), there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Never, TypeVarTuple

from counterflow.kernel.row import Row
from counterflow.kernel.rows import ElementInstance, ProcessInstance
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.unfinished import Sweep
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    Command,
    Event,
    InstanceEnded,
    InstanceEvent,
    PartitionEvent,
    Rejection,
    RejectionType,
    Settled,
)
from counterflow.kernel.work.agenda import Agenda, ToAsk
from counterflow.kernel.work.budget import CommandBudget, ProcessLimits
from counterflow.kernel.work.errands import Arrival
from counterflow.kernel.work.held import Held, IncidentRaised
from counterflow.kernel.work.origin import BODY
from counterflow.model.graph import Behaviour, Flow, Node, Process

InstanceApplier = Callable[[State, InstanceState, Any], None]
PartitionApplier = Callable[[State, Any], None]
Continuation = Callable[["Token"], None]
Come = Callable[["Step", Arrival], Arrival | None]
Given = TypeVarTuple("Given")
Nothing = Iterator[Never]
PARTS_OF_A_PAGE = 4
"""What is too long for one page is gone through in so many parts a page."""


class House(NamedTuple):
    """What stands above a step: how events are applied, and the rooms of elements and of kinds of event."""

    of_instance: Mapping[type[Event], InstanceApplier]
    of_partition: Mapping[type[Event], PartitionApplier]
    rooms: Mapping[Behaviour, Room]
    kinds: Mapping[type, EventRoom]
    """By the definition of an event, and by the row that waits for one."""
    look: Come
    """The oldest message that came before an element waited for it reaches it."""
    ask: Callable[[Token, int], None]
    """An element asks the condition that it waits for under this key."""
    asking: Collection[Callable[..., ToAsk]]
    """Which continuations give conditions to be asked, of an element, what they are told, and a document."""
    resume: Continuation
    """An incident of an element was resolved. Raises `Held`."""
    continuations: Mapping[str, Callable[..., Any]]
    """What may be put off, by the name under which it is kept."""
    arrivals: Mapping[str, Come]
    """What may come later, likewise."""
    names: Mapping[Callable[..., object], str]
    """The name of each of both."""
    sweeping: Mapping[Continuation, bool]
    """What goes on at elements that are being swept away, and whether in a set-aside instance as well."""


class Step(Agenda["Token"]):
    """The work-list of one command, and what it has brought about so far."""

    __slots__ = (
        "_appliers",
        "_evaluations",
        "_sweeps",
        "at_work",
        "budget",
        "ended",
        "events",
        "house",
        "limits",
        "now_ms",
        "settled",
        "state",
    )

    def __init__(self, state: State, house: House, limits: ProcessLimits) -> None:
        super().__init__(limits.page_events)
        self.state = state
        self.now_ms = state.now_ms
        """The time of the command, epoch milliseconds."""
        self.house = house
        self._appliers = house.of_instance
        self.limits = limits
        self.budget = CommandBudget(limits)
        self.events: list[tuple[int, Event]] = []
        self.ended: list[InstanceEnded] = []
        self.settled: list[Settled] = []
        self.at_work: InstanceState | None = None
        """Whom a fault is put down to. Nothing is decided by it."""
        self._evaluations = 0
        self._sweeps = state.indexed[Sweep]

    def at(self, instance: InstanceState) -> Course:
        """A process instance to work on, whatever its condition."""
        self.at_work = instance
        return Course(self, instance)

    def admitted_to(self, instance: InstanceState) -> Course:
        """A process instance to work on. Raises `Rejection` for one that is set aside or suspended."""
        if instance.suspension is not None:
            raise Rejection(
                RejectionType.INVALID_STATE,
                f"Expected to work on process instance '{instance.key}', but it is suspended; resume it "
                "first",
            )
        return self.admitted_though_suspended(instance)

    def admitted_though_suspended(self, instance: InstanceState) -> Course:
        """A process instance to change at rest. Raises `Rejection` for one that is set aside."""
        if instance.quarantine is not None:
            raise Rejection(
                RejectionType.INVALID_STATE,
                f"Expected to work on process instance '{instance.key}', but it is quarantined since an "
                f"internal fault ({instance.quarantine.reason}); release or cancel it first",
            )
        return self.at(instance)

    def new_key(self) -> int:
        """The next key of the partition."""
        self.state.last_key += 1
        return self.state.last_key

    def new_seed(self) -> str:
        """What uuid() and random number() of one evaluation begin with. It is the same for the same command
        on the same state.
        """
        self._evaluations += 1
        return f"{self.state.last_key}.{self.state.last_position}.{self._evaluations}"

    def emit(self, event: PartitionEvent) -> None:
        """Record that something happened to no instance, and apply it."""
        self.at_work = None
        self.state.last_position += 1
        self.house.of_partition[type(event)](self.state, event)
        self.events.append((0, event))

    def look_for_buffered(self, token: Token) -> None:
        """Let a message that came before an element began to wait reach it, when the course is at rest."""
        self.at_rest(Arrival(self.house.look, token.key, token.instance.key))

    @property
    def a_part(self) -> int:
        """How much of something long is done in one go."""
        return max(self.limits.page_events // PARTS_OF_A_PAGE, 1)

    def part_done(self) -> Nothing:
        """A part of something long is done: it counts, however few the events that tell of it."""
        self.page_end -= self.a_part
        return iter(())

    @property
    def is_page_full(self) -> bool:
        """Whether others are to have their turn before anything else is done."""
        return len(self.events) >= self.page_end or self.budget.fuel_left < self.budget.page_fuel

    def run(self) -> None:
        """Work until the list is empty and the course is at rest, or the page is full.

        Whoever is gone, or is being swept away, has nothing to do any more.
        """
        work, events, budget, sweeps = self.work, self.events, self.budget, self._sweeps
        agenda = self.to_ask
        if agenda:
            self.ask_all()
        while work and len(events) < self.page_end and budget.fuel_left >= budget.page_fuel:
            continuation, token = work.popleft()
            instance = token.instance
            if token.key in instance.elements and not (sweeps and self._is_swept(continuation, token)):
                self.at_work = instance
                try:
                    continuation(token)
                except Held as held:
                    token.hold(held)
                if agenda:
                    self.ask_all()

    def ask_all(self) -> None:
        """Ask the conditions that are to be asked, as far as the page goes. So what one of them interrupts
        does not go on from there.
        """
        while self.to_ask and not self.is_page_full:
            key, questions = self.next_asked()
            self.budget.fuel_left -= 1
            conditions = next((question for question in questions if question.has(key)), None)
            if conditions is not None:
                waiting = conditions.waiting(key)
                if not self.is_asked_later(key, waiting):
                    self._ask(key, waiting)

    def ask_those_of(self, token: Token) -> None:
        """Ask what one element has just begun to wait for, of that which is to be asked."""
        own = self.take_asked(
            lambda key, question: bool(question.only) and question.waiting(key).key == token.key
        )
        for key, _ in own:
            self._ask(key, token)

    def put_off_asked(self) -> list[tuple[Continuation, Token]]:
        """What is to be asked has no room in this page: it comes first in the next one, in this order."""
        return [conditions.put_off(key) for key, conditions in self.take_asked()]

    def _ask(self, key: int, token: Token) -> None:
        """Whoever is gone, or is being swept away, asks nothing any more."""
        if not token.is_there or is_swept(self.state, token.instance, token.key):
            return
        self.at_work = token.instance
        try:
            self.house.ask(token, key)
        except Held as held:
            token.hold(held)

    def _is_swept(self, continuation: Continuation, token: Token) -> bool:
        return continuation not in self.house.sweeping and is_swept(self.state, token.instance, token.key)

    def next_arrival(self) -> bool:
        """What comes next from outside comes. False where nothing does, or not yet."""
        if not self.coming or self.work or self.first or self.is_page_full:
            return False
        arrival = self.coming[0]
        self.causes = arrival.causes
        following = arrival.reach(self, arrival)
        if following is not None:
            self.coming[0], self.is_in_parts = following, True
        else:
            self.coming.popleft()
            self.came += 1
            self.is_in_parts = False
        return True


class Course:
    """A process instance as one step works on it."""

    __slots__ = ("instance", "step")

    def __init__(self, step: Step, instance: InstanceState) -> None:
        self.step = step
        self.instance = instance

    @property
    def header(self) -> ProcessInstance:
        """The process instance's own row."""
        header = self.instance.header
        if header is None:
            raise BrokenInvariant(f"process instance {self.instance.key} has no header row")
        return header

    @property
    def process(self) -> Process:
        """The graph that the instance runs on."""
        return self.instance.process or self.step.state.process(self.instance)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every element of the graph, by id."""
        return self.process.nodes

    def emit(self, event: InstanceEvent) -> None:
        """Record that something happened to the instance, and apply it."""
        step, instance = self.step, self.instance
        state = step.state
        step.at_work = instance
        state.last_position += 1
        step._appliers[type(event)](state, instance, event)
        step.events.append((instance.key, event))

    def token(self, key: int) -> Token:
        """The element instance with this key, which must be there."""
        row = self.instance.elements.get(key)
        if row is None:
            raise _gone(self.instance, key)
        return self.token_of(row)

    def token_of(self, row: ElementInstance) -> Token:
        """The handle of an element instance that is there."""
        node = self.process.nodes[row.element_id]
        return Token(self.step, self.instance, node, row.key, row.scope_key, row.loop_counter, None)

    def kind_of(self, event: Node) -> EventRoom:
        """The room of what an event is defined by."""
        return self.step.house.kinds[type(event.event)]


class Token(Course):
    """An element instance as one step works on it: where it stands, and its row as it is now."""

    __slots__ = ("_scope", "key", "loop_counter", "node", "room", "scope_key")

    def __init__(
        self,
        step: Step,
        instance: InstanceState,
        node: Node,
        key: int,
        scope_key: int,
        loop_counter: int,
        scope: Token | None,
    ) -> None:
        self.step = step
        self.instance = instance
        self.node = node
        self.key = key
        self.scope_key = scope_key
        self.loop_counter = loop_counter
        self.room = step.house.rooms[node.behaviour if loop_counter != BODY else node.body or node.behaviour]
        """The room that runs it: its node's, but for the body of an activity that is done several times."""
        self._scope = scope

    @property
    def row(self) -> ElementInstance:
        """The element instance as it is now. It must be there."""
        try:
            return self.instance.elements[self.key]
        except KeyError:
            raise _gone(self.instance, self.key) from None

    @property
    def is_there(self) -> bool:
        """Whether it is neither left nor swept away."""
        return self.key in self.instance.elements

    @property
    def scope(self) -> Token:
        """The scope around it; a process has none."""
        scope = self._scope
        if scope is None:
            scope = self._scope = self.token(self.scope_key)
        return scope

    @property
    def is_body(self) -> bool:
        """Whether it is the body of an activity that is done several times."""
        return self.loop_counter == BODY

    @property
    def has_happened(self) -> bool:
        """Whether it is an event that came before it was entered."""
        return self.row.triggered and not self.node.children

    @property
    def variables(self) -> Mapping[str, bytes]:
        """The variables of its own scope, JSON text by name."""
        return self.instance.variables.get(self.key, {})

    def later(self, continuation: Continuation) -> None:
        """Put work for it at the end of the work-list."""
        self.step.work.append((continuation, self))

    def hold(self, held: Held) -> None:
        """It is held up until a person has looked."""
        key = self.step.new_key()
        phase = str(held.phase or self.row.phase)
        self.emit(IncidentRaised(key, self.key, held.job_key, held.type.value, held.message, phase))


def _gone(instance: InstanceState, key: int) -> BrokenInvariant:
    return BrokenInvariant(f"element instance {key} of process instance {instance.key} is gone")


def attempt(token: Token, moment: Callable[[Token, *Given], None], *given: *Given) -> None:
    """Go through a moment of an element; what holds it becomes an incident."""
    try:
        moment(token, *given)
    except Held as held:
        token.hold(held)


@dataclass(frozen=True, slots=True)
class Room:
    """The behaviour of one kind of element: the moments in which it can have something of its own to say."""

    preparing: Continuation
    """Before its start listeners are told: what `beginning` does first, make what is the element's own."""
    beginning: Continuation
    """A token is there: map the inputs, find what is needed to begin, `entering.activate`, and do it.

    `Held` where something is missing holds the element as it was, so that nothing is waited for on behalf of
    what has not begun. What is here is called again when that incident is resolved.
    """
    activated: Continuation
    """The element is at work: do it, wait for something, or `leaving.finish`."""
    arrive: Callable[[Token, Node, Flow], None]
    """A token comes to a node along a flow of this scope."""
    others_moved: Callable[[Token, Node], None]
    """Of joins: while tokens wait at this node of the scope, another one has moved on, or ended elsewhere."""
    leaving: Callable[[Token], Sequence[Flow]]
    """The flows a completed element is left by."""
    resume: Continuation
    """An incident of the element was resolved, or what it had started has ended."""
    terminating: Callable[[Token], Iterable[Any] | None]
    """The element is being swept away, its children are gone: end what else it has under way.

    It gives what has to be swept for that (`ending.Sweeping`). Begun anew where a page has broken it off.
    """
    child_leaving: Callable[[Token], bool]
    """Of scopes: a child is about to complete. Whether nothing is to be done after it."""
    child_left: Callable[[Token, bool], None]
    """Of scopes: a child has been left, and `child_leaving` had given this answer."""
    answered: Callable[[Token, Mapping[str, bytes], Any], None]
    """Of what a worker decides about: with these variables it has given this answer. Raises `Rejection`."""
    interrupted: Continuation
    """Of scopes: an event sub-process takes it over; what is inside is about to be swept away."""


def _nothing(*_: Any) -> None:
    """Events of this kind are not waited for, or begin no instances."""


@dataclass(frozen=True, slots=True)
class EventRoom:
    """What one kind of event is: how it is waited for, wherever it stands, and what throwing it does."""

    waits_in: type[Row] | None = None
    """The row of an element that waits for it; None of what is looked for when it happens (errors)."""
    starts_in: type[Row] | None = None
    """The row of a definition that it begins instances of."""
    open: Callable[[Token, Node], None] = _nothing
    """An element begins to wait on behalf of a catching event. Raises `Held`."""
    close: Callable[[Course, int], None] = _nothing
    """What waits under this key waits no longer."""
    open_start: Callable[[Step, int, Process, Node], None] = _nothing
    """The start event of a definition (by its key) begins instances from here. Raises `Rejection`."""
    close_start: Callable[[Step, int], None] = _nothing
    """The start under this key begins nothing any more."""
    thrown: Room | None = None
    """How an event that throws it lives: `beginning`, `activated`, `resume` and `terminating` of its room."""
    of_instance: Mapping[type[Event], InstanceApplier] = field(default_factory=dict)
    """How its log events of an instance are applied."""
    of_partition: Mapping[type[Event], PartitionApplier] = field(default_factory=dict)
    """How its log events of the partition are applied."""
    commands: Mapping[type[Command], Callable[[Step, Any], Any]] = field(default_factory=dict)
    """What may be asked of it from outside."""
