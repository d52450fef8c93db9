"""A later version of a process: what somebody has drawn over it, with ids kept, gone, new, other and elsewhere.

Most of it stays as it was. Steps go and come, what undoes an activity and what waits on its border as well; an
activity goes into a sub-process, or comes out of one; branches are more or fewer; a task becomes one of another
type. What must hold of every grown process holds of it too: a course begins as it did, and what follows an
escalation waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol

from tests.simulation.shapes import (
    Activity,
    Again,
    Border,
    Choice,
    Course,
    End,
    Escalate,
    EventScope,
    Fork,
    ProcessShape,
    Race,
    Step,
    Throw,
    Trigger,
)


class Growing(Protocol):
    """What new elements are made by, with ids that nothing else has."""

    def is_so(self, probability: float) -> bool:
        """What chance says."""
        ...

    def new_id(self, letter: str) -> str:
        """An id that nothing has."""
        ...

    def new_task(self) -> Activity:
        """A task that nothing undoes."""
        ...

    def new_handler(self) -> Activity:
        """What undoes an activity."""
        ...


class Reviser:
    """Draws one process again. `renamed` is what has another id since, by the one before."""

    def __init__(self, grower: Growing) -> None:
        self._grower = grower
        self._so: Callable[[float], bool] = grower.is_so
        self.renamed: dict[str, str] = {}

    def process(self, shape: ProcessShape) -> ProcessShape:
        """The process as it is drawn now."""
        course, scopes = self._course(shape.course), self._event_scopes(shape.event_scopes)
        return replace(shape, course=course, event_scopes=scopes)

    # -- courses ---------------------------------------------------------------------------------------------

    def _course(self, course: Course) -> Course:
        end = course.end
        if end is not None and end.kind == "undo":
            end = replace(end, text="")
        return Course(tuple(self._steps(course.steps)), end)

    def _steps(self, steps: tuple[Step, ...]) -> Iterator[Step]:
        for place, step in enumerate(steps):
            follows_escalation = place > 0 and isinstance(steps[place - 1], Escalate)
            if place == 0 or follows_escalation or not self._so(0.06):
                yield from self._step(step)
            if not isinstance(step, Escalate) and self._so(0.08):
                yield self._grower.new_task()

    def _step(self, step: Step) -> Iterator[Step]:
        if isinstance(step, Activity):
            yield from self._elsewhere(self._activity(step))
        elif isinstance(step, Again):
            yield Again(self._activity(step.activity))
        elif isinstance(step, Throw):
            yield replace(step, activity="")
        elif isinstance(step, Fork):
            yield self._fork(step)
        elif isinstance(step, Choice):
            yield replace(step, branches=tuple(self._course(branch) for branch in step.branches))
        elif isinstance(step, Race):
            yield replace(
                step, branches=tuple((event, self._course(branch)) for event, branch in step.branches)
            )
        else:
            yield step

    def _fork(self, fork: Fork) -> Fork:
        """Of one whose branches all come together there may be more, or fewer."""
        if fork.some or fork.enough:
            return fork
        branches = [self._course(branch) for branch in fork.branches]
        if all(branch.end is None for branch in branches) and self._so(0.15):
            more = Course((self._grower.new_task(),))
            branches = [*branches, more] if self._so(0.6) or len(branches) < 3 else branches[:-1]
        return replace(fork, branches=tuple(branches))

    # -- activities ------------------------------------------------------------------------------------------

    def _activity(self, activity: Activity) -> Activity:
        if activity.inside is not None:
            inside, scopes = self._course(activity.inside), self._event_scopes(activity.event_scopes)
            activity = replace(activity, inside=inside, event_scopes=scopes)
        if activity.kind == "task" and self._so(0.05):
            activity = replace(activity, tag=self._grower.new_task().tag)
        if activity.kind in {"task", "sub"} and self._so(0.06):
            activity = self._called_otherwise(activity)
        activity = replace(activity, borders=tuple(self._borders(activity)))
        return replace(activity, undo=self._undo(activity.undo))

    def _undo(self, undo: Activity | None) -> Activity | None:
        if undo is None:
            return self._grower.new_handler() if self._so(0.15) else None
        if self._so(0.08):
            return None
        return self._grower.new_handler() if self._so(0.08) else undo

    def _called_otherwise(self, activity: Activity) -> Activity:
        """The number of an id says what type its job has."""
        after = self._grower.new_id(activity.id[0])
        while int(after[1:]) % 2 != int(activity.id[1:]) % 2:
            after = self._grower.new_id(activity.id[0])
        self.renamed[activity.id] = after
        if activity.inside is not None:
            self.renamed[f"{activity.id}_start"] = f"{after}_start"
        return replace(activity, id=after)

    def _borders(self, activity: Activity) -> Iterator[Border]:
        """A transaction keeps the way out of it; of one escalation there may be one catch."""
        for border in activity.borders:
            if border.trigger.kind == "cancel" or not self._so(0.08):
                yield replace(border, course=self._course(border.course), trigger=self._later(border.trigger))
        if self._so(0.06):
            yield Border(self._grower.new_id("b"), Trigger("timer", "PT11S"), self._so(0.5), self._short())

    def _event_scopes(self, scopes: tuple[EventScope, ...]) -> tuple[EventScope, ...]:
        kept = [replace(scope, course=self._course(scope.course)) for scope in scopes if not self._so(0.08)]
        if self._so(0.05):
            timer = Trigger("timer", "PT12S")
            kept.append(EventScope(self._grower.new_id("v"), timer, self._so(0.4), self._short()))
        return tuple(kept)

    def _short(self) -> Course:
        return Course((self._grower.new_task(),), End(self._grower.new_id("n"), "none"))

    def _later(self, trigger: Trigger) -> Trigger:
        """What waits already keeps its moment."""
        is_timer = trigger.kind == "timer" and trigger.text.startswith("PT") and not trigger.others
        return replace(trigger, text="PT13S") if is_timer and self._so(0.2) else trigger

    def _elsewhere(self, activity: Activity) -> Iterator[Step]:
        """Into a sub-process of its own, or its content out of it."""
        if self._so(0.04):
            inside = Course((activity,), End(self._grower.new_id("n"), "none"))
            yield Activity(self._grower.new_id("s"), "sub", inside, tag="subProcess")
        elif _is_bare(activity) and self._so(0.15):
            yield from activity.inside.steps if activity.inside is not None else ()
        else:
            yield activity


def _is_bare(activity: Activity) -> bool:
    """Whether its content can stand in its place."""
    inside = activity.inside
    if activity.kind != "sub" or activity.tag != "subProcess" or inside is None or activity.many is not None:
        return False
    return inside.end is not None and inside.end.kind == "none" and not activity.event_scopes
