"""How processes and scopes begin, for the interpreter of `reference.py`."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from tests.simulation.branching import Branching
from tests.simulation.scopes import (
    Entry,
    Item,
    Live,
    Path,
    Scope,
    Then,
    name_of,
    nothing,
    starts_of,
)
from tests.simulation.shapes import (
    Activity,
    Catch,
    Course,
    End,
    EventScope,
    ProcessShape,
    Step,
    places,
)
from tests.simulation.shapes import name_of as name_of_step
from tests.simulation.undoing import Intervals


class Beginning(Branching):
    """What a process, an event sub-process and a scope begin with; what a token does is said by the reference."""

    def __init__(self, intervals: Intervals, values: Mapping[str, object]) -> None:
        super().__init__(intervals, values)
        self.by_path: dict[Path, Live] = {}

    def _steps(self, steps: tuple[Step, ...], end: End | None, scope: Scope, then: Then) -> None:
        raise NotImplementedError

    def _enter(
        self,
        shape: Activity,
        scope: Scope,
        then: Then,
        undoes: tuple[Entry, Live] | None = None,
        start_at: Sequence[str] = (),
    ) -> None:
        raise NotImplementedError

    def _begin_process(
        self, shape: ProcessShape, around: Path, caller: Live | None, then: Then, start_at: Sequence[str] = ()
    ) -> Live:
        live = Live(shape, (*around, (shape.id, 0, 0)), None, then)
        if caller is not None:
            caller.inner = Scope(caller, alive=[live])
            live.scope = caller.inner
        self.by_path[live.path] = live
        self._fill(live, shape.event_scopes, shape.course, start_at=start_at)
        return live

    def _begin_inside(self, course: Course, scope: Scope, start_at: Sequence[str]) -> None:
        """A token on each place directly inside, and one into each sub-process that leads to a place further
        in.
        """
        for target in start_at:
            for place, step in enumerate(course.steps):
                if name_of_step(step) == target:
                    self._steps(course.steps[place:], course.end, scope, nothing)
        for place, step in enumerate(course.steps):
            if isinstance(step, Activity) and step.inside is not None and step.many is None:
                further_in = {name_of_step(found) for found in places(step.inside)} & set(start_at)
                if further_in:
                    self._into(step, scope, Course(course.steps[place + 1 :], course.end), start_at)

    def _into(self, shape: Activity, scope: Scope, following: Course, start_at: Sequence[str]) -> None:
        self._enter(shape, scope, lambda: self._course(following, scope, nothing), start_at=start_at)

    def _enter_event_scope(
        self, shape: EventScope, scope: Scope, then: Then, undoes: tuple[Entry, Live] | None = None
    ) -> None:
        live = self._open(shape, name_of(shape, undoes), scope, then)
        live.undoes = undoes
        self._fill(live, (), shape.course, compensated=undoes[0].inside if undoes is not None else None)

    def _fill(
        self,
        live: Live,
        events: tuple[EventScope, ...],
        course: Course,
        compensated: list[Item] | None = None,
        start_at: Sequence[str] = (),
    ) -> None:
        live.inner = Scope(live, compensated=compensated)
        live.waits.update(starts_of(events))
        if isinstance(live.shape, ProcessShape) and start_at and start_at[0] in live.shape.begun_by:
            self._begin_by(start_at[0], live.shape, live.inner)
        elif start_at:
            self._begin_inside(course, live.inner, start_at)
        else:
            self._course(course, live.inner, nothing)

    def _begin_by(self, name: str, shape: ProcessShape, scope: Scope) -> None:
        """An event has begun the instance; of those that all have to come the others are waited for."""
        if shape.begins_at == "both":
            event = Catch(f"{shape.id}_begin0", shape.begins[0])
            then = functools.partial(self._course, shape.course, scope, nothing)
            others = [other for other in shape.begun_by if other != name]
            self._open(event, event.id, scope, then).waits.update(dict.fromkeys(others, event))
            return
        for other, course in shape.begun_by.items():
            if shape.begins_at == "all" and other != name:
                event = Catch(other, shape.begins[0])
                then = functools.partial(self._course, course, scope, nothing)
                self._open(event, other, scope, then).waits[other] = event
        self._course(shape.begun_by[name], scope, nothing)
