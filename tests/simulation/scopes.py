"""What the reference thinks in: tokens, scopes, and what is done in them and can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.simulation.shapes import (
    Activation,
    Activity,
    Border,
    Catch,
    Course,
    End,
    Escalate,
    EventScope,
    ProcessShape,
    Race,
    Send,
    Shout,
    Throw,
    Trigger,
)

Name = tuple[str, int, int]
Path = tuple[Name, ...]
"""Where something is: from the process instance inwards (element id, place in a multi-instance activity, how
manieth).
"""
Then = Callable[[], None]
Shape = (
    Activity | Activation | EventScope | ProcessShape | Catch | Race | Throw | Send | Shout | Escalate | End
)


def nothing() -> None:
    """Nothing follows."""


@dataclass(eq=False)
class Entry:
    """Something completed that can be undone by `handler`; `inside` is what else there is in a sub-process
    undone as a whole.
    """

    shape: str
    path: Path
    handler: Activity | EventScope
    is_moment: bool
    inside: list[Item] | None = None
    state: str = "available"


@dataclass(eq=False)
class Container:
    """A completed scope that leads to what can be undone inside it."""

    shape: str
    inside: list[Item]


Item = Entry | Container


@dataclass(eq=False)
class Scope:
    """What is alive in a process, a sub-process, an event sub-process or a multi-instance body, and what is
    done there.
    """

    owner: Live
    alive: list[Live] = field(default_factory=list)
    waiting: Counter[tuple[str, int]] = field(default_factory=Counter)
    done: list[Item] = field(default_factory=list)
    names: Counter[tuple[str, int]] = field(default_factory=Counter)
    interrupted: bool = False
    compensated: list[Item] | None = None


@dataclass(eq=False)
class Live:
    """A token at an element. `waits` are the events it waits for, by the id of the catching event."""

    shape: Shape
    path: Path
    scope: Scope | None
    then: Then
    place: int = 0
    inner: Scope | None = None
    waits: dict[str, Border | EventScope | Catch | Course | Activity] = field(default_factory=dict)
    job: bool = False
    in_vain: bool = False
    """A call of a process that is not there."""
    undoes: tuple[Entry, Live] | None = None
    taken: list[Entry] = field(default_factory=list)
    completed: int = 0
    arrived: dict[str, set[str]] = field(default_factory=dict)
    """By the event, which of the several have come that all have to."""
    listening: Then | None = None
    """What comes when the job of a listener is done that it waits for."""
    is_fulfilled: bool = False
    """An ad-hoc sub-process whose worker has said that it is done."""


LOOKED_FOR = ("error", "escalation", "cancel")
"""What is looked for when it happens, and not waited for."""


class Disagreement(AssertionError):
    """The kernel did what the reference cannot follow."""


def undoing(handler: str, path: Path) -> str:
    """What a handler is called: several that begin together are told apart by what they undo, not by who came
    first.
    """
    return f"{handler} undoing {path}"


def name_of(shape: Activity | EventScope, undoes: tuple[Entry, Live] | None) -> str:
    return shape.id if undoes is None else undoing(shape.id, undoes[0].path)


def scope_of(live: Live) -> Scope:
    if live.scope is None:
        raise Disagreement(f"{live.path} is in no scope")
    return live.scope


def undoable(live: Live) -> Iterator[Item]:
    """What a completed element leaves behind to be undone."""
    shape = live.shape
    inside = live.inner.done if live.inner is not None and not calls(shape) else []
    replacing = [event for event in events_of(live) if event.trigger is None] if live.place >= 0 else []
    if replacing and isinstance(shape, Activity):
        yield Entry(shape.id, live.path, replacing[0], False, inside)
    elif inside and isinstance(shape, Activity | EventScope):
        yield Container(shape.id, inside)
    elif inside and isinstance(shape, Activation):
        yield Container("", inside)
    if isinstance(shape, Activity) and shape.undo is not None and is_undone_by_itself(shape, live.place):
        yield Entry(shape.id, live.path, shape.undo, shape.kind in {"sub", "ad_hoc"})


def is_undone_by_itself(shape: Activity, place: int) -> bool:
    """Of a multi-instance activity the whole, or each instance."""
    each = shape.many is not None and shape.many.each_undone
    return place == 0 or (place > 0) == each


def calls(shape: Shape) -> bool:
    """A called process is never reached; but the body of many calls is a scope of this process."""
    return isinstance(shape, Activity) and shape.kind == "call" and shape.many is None


def is_open(live: Live) -> bool:
    """Whether an ad-hoc sub-process does not end by itself when nothing in it is alive."""
    if not is_active_ad_hoc(live):
        return False
    shape = live.shape
    return isinstance(shape, Activity) and (shape.decided or shape.enough > 0 or live.completed == 0)


def is_active_ad_hoc(live: Live) -> bool:
    """Whether activities may begin in it."""
    is_ad_hoc = isinstance(live.shape, Activity) and live.shape.kind == "ad_hoc"
    return is_ad_hoc and live.inner is not None and not live.inner.interrupted and not live.is_fulfilled


def events_of(live: Live) -> tuple[EventScope, ...]:
    return live.shape.event_scopes if isinstance(live.shape, Activity | ProcessShape) else ()


def reached(scope: Scope) -> Iterator[list[Item]]:
    """The throw's own scope; from inside an event sub-process also that to which it belongs."""
    yield scope.done
    if scope.compensated is not None:
        yield scope.compensated
    elif isinstance(scope.owner.shape, EventScope):
        yield from reached(scope_of(scope.owner))


def available(items: list[Item], activity: str = "") -> Iterator[Entry]:
    for item in items:
        if activity not in {"", item.shape}:
            continue
        if isinstance(item, Container):
            yield from available(item.inside)
        elif item.state == "available":
            yield item


def process_of(live: Live) -> Live:
    """The process instance that something belongs to."""
    while not isinstance(live.shape, ProcessShape):
        live = scope_of(live).owner
    return live


def borders_of(shape: Activity) -> dict[str, Border | EventScope | Catch | Course | Activity]:
    """The events on the border that are waited for, by id."""
    return {
        name: border
        for border in shape.borders
        for name, trigger in border.trigger.parts(border.id).items()
        if trigger.kind not in LOOKED_FOR
    }


def starts_of(events: Sequence[EventScope]) -> dict[str, EventScope]:
    """The events that begin event sub-processes and are waited for, by id."""
    return {
        name: event
        for event in events
        if event.trigger is not None
        for name, trigger in event.trigger.parts(f"{event.id}_start").items()
        if trigger.kind not in LOOKED_FOR
    }


def trigger_of(catch: Border | EventScope | Catch | Course | Activity) -> Trigger | None:
    """What it waits for, where that may be several events."""
    return catch.trigger if isinstance(catch, Border | EventScope | Catch) else None
