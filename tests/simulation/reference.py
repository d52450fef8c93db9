"""A naive interpreter of structured processes, written from the standard: what must be open after each
stimulus.

It walks the tree with one call per token, keeps every scope as a list of what is alive in it, and knows
nothing of the kernel. It is told what came from outside (a job done, a timer, a message, an error, a
cancellation), in the order of the log, and says which jobs and events must then be waited for. Undo is by
definition: of two activities, if the first had ended before the second began, the second is undone before the
undo of the first begins; every pair is compared.

BPMN 2.0.2, chapter 13; for compensation 10.7 and 13.5.5, with what `docs/ARCHITECTURE.md` decides where it is
silent.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from tests.simulation.answers import Answer
from tests.simulation.beginning import Beginning
from tests.simulation.scopes import (
    Disagreement,
    Entry,
    Live,
    Path,
    Scope,
    Shape,
    Then,
    borders_of,
    is_open,
    name_of,
    nothing,
    process_of,
    scope_of,
    trigger_of,
    undoable,
)
from tests.simulation.shapes import (
    Activation,
    Activity,
    Again,
    Border,
    Catch,
    Choice,
    Course,
    End,
    Escalate,
    EventScope,
    Pass,
    ProcessShape,
    Race,
    Send,
    Shout,
    Step,
    Throw,
)
from tests.simulation.shapes import name_of as name_of_step
from tests.simulation.travel import find_catch
from tests.simulation.undoing import Intervals

Catching = Border | EventScope | Catch | Course | Activity
Called = Callable[[str], "ProcessShape | None"]
"""The latest version of a process, None as long as there is none."""
BODY = -1
"""The place of what is around the instances of a loop."""


class Reference(Beginning):
    """One process instance, with everything that it calls."""

    def __init__(
        self,
        shape: ProcessShape,
        called: Called,
        values: Mapping[str, object],
        intervals: Intervals,
        start_at: Sequence[str] = (),
    ) -> None:
        super().__init__(intervals, values)
        self._called = called
        self._repeats = False
        self.aside: set[Path] = set()
        """Process instances that are set aside: those that they have called do not end, and their errors are
        not caught there.
        """
        self.suspended: set[Path] = set()
        """Process instances that a person holds back, likewise."""
        self.root: Live | None = None
        begun = self._begin_process(shape, (), None, nothing, start_at)
        self.root = begun if begun.path in self.by_path else None

    # -- what comes from outside -----------------------------------------------------------------------------

    def learn(self, values: Mapping[str, object]) -> None:
        """A message that has begun it as well, after another one, brings the ways that choices take anew."""
        self._values = {**self._values, **values} if values else self._values

    def job_done(self, path: Path, *, repeats: bool) -> None:
        """The job of a task is done; `repeats`: its worker wants it once more."""
        live = self._at(path)
        if live.listening is not None:
            live.job, then, live.listening = False, live.listening, None
            then()
            return
        self._repeats = repeats
        self._complete(live)

    def answered(self, path: Path, answer: Answer) -> None:
        """The worker of an ad-hoc sub-process has decided."""
        live = self._at(path)
        live.job = False
        if not answer.is_over:
            self.activated(path, answer.activities, instead=answer.instead)
            return
        live.is_fulfilled = True
        if live.inner is None:
            raise Disagreement(f"{path} has no inside")
        if answer.instead:
            self._sweep(live.inner)
        self._may_end(live.inner)

    def activated(self, path: Path, activities: Sequence[str], *, instead: bool) -> None:
        """Activities of an ad-hoc sub-process begin; `instead` of what is under way there."""
        live = self._at(path)
        if live.inner is None or not isinstance(live.shape, Activity):
            raise Disagreement(f"{path} has no activities")
        if instead:
            self._sweep(live.inner)
        by_name = {name_of_step(course.steps[0]): course for course in live.shape.activations}
        self._begin_activations(live.inner, live.shape, [by_name[name] for name in activities])

    def job_threw(self, path: Path, code: str, *, caught: bool) -> None:
        """A worker has thrown an error.

        Raises `Disagreement` where the two do not agree whether it is caught.
        """
        live = self._at(path)
        if self._throw(live, "error", code) != caught:
            raise Disagreement(f"the error {code} of {path} was {'caught' if caught else 'not caught'}")

    def came(self, path: Path, catch_id: str, *, again: bool) -> None:
        """An event that is waited for has come; `again`: it may come once more."""
        live = self._at(path)
        catch = live.waits.get(catch_id)
        if catch is None:
            raise Disagreement(f"{path} does not wait for {catch_id}")
        if not again:
            del live.waits[catch_id]
        if self._has_come(live, catch_id, catch):
            self._come(live, catch)

    def _has_come(self, live: Live, catch_id: str, catch: Catching) -> bool:
        """Whether an event has come with one of its parts: at once, or with the last of all that have to come."""
        trigger, event_id = trigger_of(catch), catch_id.partition("/")[0]
        if trigger is None or not trigger.together:
            return True
        arrived = live.arrived.setdefault(event_id, set())
        arrived.add(catch_id)
        if len(arrived) < len(trigger.each):
            return False
        del live.arrived[event_id]
        return True

    def heard(self, path: Path) -> None:
        """Everybody has received the signal that an event has thrown."""
        live = self._at(path)
        if not isinstance(live.shape, Shout | End):
            raise Disagreement(f"{path} throws no signal")
        self._complete(live)

    def resolved(self, path: Path) -> None:
        """An incident was resolved: what was called in vain is called again, an error that nothing caught is
        thrown again.
        """
        live = self._at(path)
        if live.in_vain:
            self._call(live)
        elif isinstance(live.shape, End) and live.shape.kind == "error":
            self._throw(live, "error", live.shape.text)
        elif isinstance(live.shape, Escalate) or (
            isinstance(live.shape, End) and live.shape.kind == "escalation"
        ):
            self._escalate(live)

    def released(self, path: Path) -> None:
        """A process instance is no longer set aside: what has stood at its end ends now."""
        self.aside.discard(path)
        self._take_up()

    def resumed(self, path: Path) -> None:
        """A process instance is no longer suspended."""
        self.suspended.discard(path)
        self._take_up()

    def _take_up(self) -> None:
        for live in list(self.by_path.values()):
            if isinstance(live.shape, ProcessShape) and live.inner is not None:
                self._may_end(live.inner)

    def cancelled(self) -> None:
        """The process instance was cancelled."""
        if self.root is None:
            raise Disagreement("what was cancelled had ended")
        self._kill(self.root)
        self.root = None

    def open_jobs(self) -> set[Path]:
        """Tasks whose job must be open."""
        return {path for path, live in self.by_path.items() if live.job}

    def open_waits(self) -> set[tuple[Path, str]]:
        """Events that must be waited for."""
        return {(path, catch_id) for path, live in self.by_path.items() for catch_id in live.waits}

    def _at(self, path: Path) -> Live:
        live = self.by_path.get(path)
        if live is None:
            raise Disagreement(f"something happened to {path}, which is not alive")
        return live

    def _come(self, live: Live, catch: Catching) -> None:
        if isinstance(catch, Border):
            scope = scope_of(live)
            if catch.interrupting:
                self._kill(live)
            self._course(catch.course, scope, nothing)
        elif isinstance(catch, EventScope):
            self._take_over(live, catch)
        elif isinstance(catch, Course):
            scope, then = scope_of(live), live.then
            self._leave(live)
            self._course(catch, scope, then)
        else:
            self._complete(live)

    def _take_over(self, live: Live, event: EventScope) -> None:
        """An event sub-process begins; an interrupting one ends everything else in its scope."""
        scope = live.inner
        if scope is None:
            raise Disagreement(f"{live.path} has no inside")
        if event.interrupting:
            self._interrupt(scope)
        self._enter_event_scope(event, scope, nothing)

    def _interrupt(self, scope: Scope, spared: Live | None = None) -> None:
        """Nothing begins any more in a scope by an event, and what is alive in it ends, but for one."""
        scope.interrupted = True
        scope.owner.job = False
        waits = scope.owner.waits
        scope.owner.waits = {
            name: catch for name, catch in waits.items() if not isinstance(catch, EventScope)
        }
        self._sweep(scope, spared)

    # -- courses ---------------------------------------------------------------------------------------------

    def _course(self, course: Course, scope: Scope, then: Then) -> None:
        self._steps(course.steps, course.end, scope, then)

    def _steps(self, steps: tuple[Step, ...], end: End | None, scope: Scope, then: Then) -> None:
        if steps:
            self._step(steps[0], scope, lambda: self._steps(steps[1:], end, scope, then))
        elif end is not None:
            self._end(end, scope)
        else:
            then()
            self._may_end(scope)

    def _step(self, step: Step, scope: Scope, then: Then) -> None:
        if isinstance(step, Activity):
            self._enter(step, scope, then)
        elif isinstance(step, Again):
            self._enter(step.activity, scope, lambda: self._again(step, scope, then))
        elif isinstance(step, Catch):
            self._open(step, step.id, scope, then).waits.update(
                dict.fromkeys(step.trigger.parts(step.id), step)
            )
        elif isinstance(step, Send) and step.signal:
            self._step(Send(step.id), scope, lambda: self._step(step.second, scope, then))
        elif isinstance(step, Send | Shout):
            self._open(step, step.id, scope, then).job = isinstance(step, Send)
        elif isinstance(step, Escalate):
            self._escalate(self._open(step, step.id, scope, then))
        elif isinstance(step, Pass):
            then()
        elif isinstance(step, Throw):
            self._undo(self._open(step, step.id, scope, then), step.activity)
        elif isinstance(step, Race):
            self._open(step, step.id, scope, then).waits.update(
                {event.id: course for event, course in step.branches}
            )
        elif isinstance(step, Choice):
            value = self._values.get(f"c_{step.id}")
            last = len(step.branches) - 1
            self._course(
                step.branches[value if isinstance(value, int) and value < last else last], scope, then
            )
        else:
            for place in self._taken(step):
                arrived = functools.partial(self._join, step, place, scope, then)
                self._course(step.branches[place], scope, arrived)

    def _again(self, step: Again, scope: Scope, then: Then) -> None:
        if self._repeats:
            self._step(step, scope, then)
        else:
            then()

    def _end(self, end: End, scope: Scope) -> None:
        if end.kind == "terminate":
            self._sweep(scope)
        elif end.kind == "error":
            live = self._open(end, end.id, scope, nothing)
            self._throw(live, "error", end.text)
            return
        elif end.kind == "escalation":
            self._escalate(self._open(end, end.id, scope, nothing))
            return
        elif end.kind == "undo":
            self._undo(self._open(end, end.id, scope, nothing), end.text)
            return
        elif end.kind == "cancel":
            live = self._open(end, end.id, scope, nothing)
            self._interrupt(scope, live)
            self._undo(live, "")
            return
        elif end.kind in {"message", "signal"}:
            second = end.second
            then = nothing if second is None else lambda: self._end(second, scope)
            self._open(end, end.id, scope, then).job = end.kind == "message"
            return
        self._may_end(scope)

    # -- elements --------------------------------------------------------------------------------------------

    def _open(self, shape: Shape, name: str, scope: Scope, then: Then, place: int = 0) -> Live:
        manieth = scope.names[name, place]
        scope.names[name, place] += 1
        live = Live(shape, (*scope.owner.path, (name, place, manieth)), scope, then, place)
        scope.alive.append(live)
        self.by_path[live.path] = live
        return live

    def _enter(
        self,
        shape: Activity,
        scope: Scope,
        then: Then,
        undoes: tuple[Entry, Live] | None = None,
        start_at: Sequence[str] = (),
    ) -> None:
        live = self._open(shape, name_of(shape, undoes), scope, then, 0 if shape.many is None else BODY)
        live.undoes = undoes
        if shape.many is None:
            self._listen_and_work(live, shape, start_at)
            return
        live.waits.update(borders_of(shape))
        live.inner = Scope(live)
        for place in range(1, 2 if shape.many.sequential else shape.many.count + 1):
            self._listen_and_work(self._open(shape, shape.id, live.inner, nothing, place), shape)

    def _listen_and_work(self, live: Live, shape: Activity, start_at: Sequence[str] = ()) -> None:
        """Before its start listener is done nothing on its border is waited for."""
        if "start" in shape.listens:
            live.job, live.listening = True, lambda: self._work(live, shape, start_at)
        else:
            self._work(live, shape, start_at)

    def _work(self, live: Live, shape: Activity, start_at: Sequence[str] = ()) -> None:
        if live.place == 0:
            live.waits.update(borders_of(shape))
        if shape.kind == "task":
            live.job = True
        elif shape.kind == "receive":
            live.waits[shape.id] = shape
        elif shape.kind == "call":
            self._call(live)
        elif shape.kind == "ad_hoc":
            self._activate(live, shape)
        else:
            self._fill(live, shape.event_scopes, shape.inside or Course(()), start_at=start_at)

    def _call(self, live: Live) -> None:
        """What was called in vain has not begun: nothing on its border is waited for, until the process is
        there.
        """
        if not isinstance(live.shape, Activity):
            raise Disagreement(f"{live.path} calls nothing")
        shape = self._called(live.shape.called)
        live.in_vain = shape is None
        live.waits = borders_of(live.shape) if shape is not None and live.place == 0 else {}
        if shape is not None:
            self._begin_process(shape, live.path, live, lambda: self._complete(live))

    def _may_end(self, scope: Scope) -> None:
        owner = scope.owner
        is_held = (
            owner.place == BODY or owner.listening is not None or self._is_aside(owner) or is_open(owner)
        )
        if not is_held and not scope.alive and not +scope.waiting and scope.owner.path in self.by_path:
            self._complete(scope.owner)

    def _is_aside(self, live: Live) -> bool:
        """Whether this is a process instance that is set aside, or was called by one that is."""
        if not isinstance(live.shape, ProcessShape):
            return False
        still = self.aside | self.suspended
        return live.path in still or (live.scope is not None and process_of(live.scope.owner).path in still)

    def _complete(self, live: Live) -> None:
        """Its work is done: it is left when its end listener is."""
        is_told = isinstance(live.shape, Activity) and "end" in live.shape.listens and live.place >= 0
        if is_told:
            live.waits.clear()
            live.job, live.listening = True, lambda: self._left(live)
        else:
            self._left(live)

    def _left(self, live: Live) -> None:
        self._leave(live)
        if isinstance(live.shape, ProcessShape):
            if live is self.root or live.scope is None:
                self.root = None
            live.then()
            return
        if live.undoes is None:
            scope_of(live).done += undoable(live)
        if live.place > 0:
            self._one_of_many(live)
            return
        if isinstance(live.shape, Activation):
            self._activation_ended(live, scope_of(live))
            return
        live.then()
        if live.undoes is not None:
            self._undone(*live.undoes)
        self._ask(scope_of(live).owner)
        self._may_end(scope_of(live))

    def _one_of_many(self, live: Live) -> None:
        body = scope_of(live).owner
        shape = live.shape
        if not isinstance(shape, Activity) or shape.many is None:
            raise Disagreement(f"{live.path} is in no loop")
        body.completed += 1
        if body.completed == shape.many.count or (shape.many.enough and body.completed >= shape.many.enough):
            self._sweep(scope_of(live))
            self._complete(body)
        elif shape.many.sequential:
            next_one = self._open(shape, shape.id, scope_of(live), nothing, live.place + 1)
            self._listen_and_work(next_one, shape)

    # -- ends ------------------------------------------------------------------------------------------------

    def _leave(self, live: Live) -> None:
        del self.by_path[live.path]
        if live.scope is not None:
            live.scope.alive.remove(live)

    def _kill(self, live: Live) -> None:
        self._leave(live)
        if live.inner is not None:
            self._sweep(live.inner)
        for entry in live.taken:
            if entry.state in {"taken", "started"}:
                entry.state = "available" if entry.state == "taken" else "used up"

    def _sweep(self, scope: Scope, spared: Live | None = None) -> None:
        scope.waiting.clear()
        for live in list(scope.alive):
            if live is not spared:
                self._kill(live)

    def _escalate(self, thrower: Live) -> None:
        """What throws an escalation goes on, unless what catches it sweeps it away, or is set aside."""
        code = thrower.shape.text if isinstance(thrower.shape, End) else getattr(thrower.shape, "code", "")
        found = find_catch(thrower, "escalation", code)
        is_held = found is not None and not self._caught(*found)
        if not is_held and thrower.path in self.by_path:
            self._complete(thrower)

    def _throw(self, thrower: Live, kind: str, code: str) -> bool:
        """An error travels outwards; answers whether something catches it."""
        found = find_catch(thrower, kind, code)
        return found is not None and self._caught(*found)

    def _caught(self, live: Live, catch: Border | EventScope) -> bool:
        if process_of(live).path in self.aside | self.suspended:
            return False
        self._come(live, catch)
        return True
