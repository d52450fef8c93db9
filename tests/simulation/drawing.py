"""Trees as BPMN: every step becomes its elements, its flows, and what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.model.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    element,
    end,
    event_sub_process,
    extensions,
    flow,
    gateway,
    message,
    process,
    start,
    throw,
    timer,
)
from tests.simulation.shapes import (
    Activity,
    Again,
    Border,
    Case,
    Catch,
    Choice,
    Course,
    End,
    EventScope,
    Fork,
    ProcessShape,
    Race,
    Step,
    Throw,
    Trigger,
)

ERRORS = ("A", "B")
Entry = str | tuple[str, str]
"""Where a flow comes from: an element, or an element and the condition on which it is left this way."""


def draw(case: Case) -> bytes:
    """The file with all processes of a case."""
    processes = [*case.raw, *map(_process, case.processes)]
    names = sorted({part.split('"')[0].removeprefix("message_") for text in processes for part in text.split('messageRef="')[1:]})
    errors = [element("error", id=f"error_{code}", errorCode=code) for code in ERRORS]
    return definitions(*processes, *errors, *(message(name) for name in names))


def _process(shape: ProcessShape) -> str:
    pen = _Pen()
    first = pen.begin(start(f"{shape.id}_start"), f"{shape.id}_start")
    if shape.begins:
        merge = pen.put(gateway(f"{shape.id}_m"), f"{shape.id}_m", (first,))
        for place, trigger in enumerate(shape.begins):
            other = f"{shape.id}_begin{place}"
            pen.flows(pen.begin(start(other, definition_of(trigger)), other), merge)
        first = merge
    pen.course(shape.course, (first,))
    pen.event_scopes(shape.event_scopes)
    return process(*pen.elements, process_id=shape.id)


class _Pen:
    """Draws the content of one scope. A course is drawn from its entries (source ids) to its exits."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self._count = 0

    def begin(self, text: str, element_id: str) -> str:
        self.elements.append(text)
        return element_id

    def put(self, text: str, element_id: str, entries: Sequence[Entry]) -> str:
        """An element with a flow from each entry; an entry is a source, or a source with a condition."""
        self.elements.append(text)
        for entry in entries:
            source, condition = entry if isinstance(entry, tuple) else (entry, None)
            self.flows(source, element_id, condition)
        return element_id

    def flows(self, source: str, target: str, condition: str | None = None) -> None:
        self._count += 1
        is_default = condition == "default"
        flow_id = f"{source}_default" if is_default else f"{source}_to_{target}_{self._count}"
        self.elements.append(flow(source, target, None if is_default else condition, id=flow_id))

    def course(self, course: Course, entries: Sequence[Entry]) -> Sequence[Entry]:
        for step in course.steps:
            entries = self.step(step, entries)
        if course.end is not None and entries:
            self.put(_end(course.end), course.end.id, entries)
            return ()
        return entries

    def step(self, step: Step, entries: Sequence[Entry]) -> Sequence[Entry]:
        if isinstance(step, Activity):
            return (self.activity(step, entries),)
        if isinstance(step, Catch):
            return (self.put(catch(step.id, definition_of(step.trigger)), step.id, entries),)
        if isinstance(step, Throw):
            return (self.put(throw(step.id, compensate(activityRef=step.activity or None)), step.id, entries),)
        if isinstance(step, Again):
            return self.again(step, entries)
        if isinstance(step, Fork):
            return self.fork(step, entries)
        if isinstance(step, Race):
            return self.race(step, entries)
        return self.choice(step, entries)

    def again(self, step: Again, entries: Sequence[Entry]) -> Sequence[Entry]:
        name = step.activity.id
        merge = self.put(gateway(f"{name}_m"), f"{name}_m", entries)
        asks = self.put(gateway(f"{name}_x", default=f"{name}_x_default"), f"{name}_x", (self.activity(step.activity, (merge,)),))
        self.flows(asks, merge, f"= go_{name} = true")
        return ((asks, "default"),)

    def fork(self, step: Fork, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, "parallel"), step.id, entries)
        exits = [exit_ for branch in step.branches for exit_ in self.course(branch, (split,))]
        return (self.put(gateway(f"{step.id}_j", "parallel"), f"{step.id}_j", exits),) if exits else ()

    def choice(self, step: Choice, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, default=f"{step.id}_default"), step.id, entries)
        last = len(step.branches) - 1
        exits: list[Entry] = []
        for place, branch in enumerate(step.branches):
            exits += self.course(branch, ((split, "default" if place == last else f"= c_{step.id} = {place}"),))
        return (self.put(gateway(f"{step.id}_m"), f"{step.id}_m", exits),) if exits else ()

    def race(self, step: Race, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, "eventBased"), step.id, entries)
        exits: list[Entry] = []
        for event, branch in step.branches:
            exits += self.course(branch, self.step(event, (split,)))
        return (self.put(gateway(f"{step.id}_m"), f"{step.id}_m", exits),) if exits else ()

    def activity(self, activity: Activity, entries: Sequence[Entry]) -> str:
        self.put(_activity(activity), activity.id, entries)
        for border in activity.borders:
            self.border(border, activity.id)
        if activity.undo is not None:
            self.elements.append(boundary(f"undo_{activity.id}", activity.id, compensate()))
            self.elements.append(_activity(activity.undo, isForCompensation="true"))
            link = element("association", id=f"link_{activity.id}", sourceRef=f"undo_{activity.id}", targetRef=activity.undo.id)
            self.elements.append(link)
        return activity.id

    def border(self, border: Border, host: str) -> None:
        cancels = None if border.interrupting else "false"
        self.elements.append(boundary(border.id, host, definition_of(border.trigger), cancelActivity=cancels))
        self.course(border.course, (border.id,))

    def event_scopes(self, event_scopes: Sequence[EventScope]) -> None:
        for scope in event_scopes:
            inner, first = _Pen(), f"{scope.id}_start"
            definition = compensate() if scope.trigger is None else definition_of(scope.trigger)
            inner.begin(start(first, definition, isInterrupting=None if scope.interrupting else "false"), first)
            inner.course(scope.course, (first,))
            self.elements.append(event_sub_process(scope.id, *inner.elements))


def definition_of(trigger: Trigger) -> str:
    """The event definition of a trigger."""
    if trigger.kind == "timer":
        return timer("timeCycle" if trigger.text.startswith("R") else "timeDuration", trigger.text)
    return catch_message(trigger.text) if trigger.kind == "message" else catch_error(trigger.text or None)


def _end(shape: End) -> str:
    inside = {
        "none": (),
        "terminate": (element("terminateEventDefinition"),),
        "error": (catch_error(shape.text),),
        "undo": (compensate(activityRef=shape.text or None),),
    }
    return end(shape.id, *inside[shape.kind])


def _activity(shape: Activity, **attributes: str | None) -> str:
    marks = _marks(shape)
    repeated = "".join(marks[1:])
    if shape.kind == "receive":
        return element("receiveTask", extensions(*marks[:1]), repeated, id=shape.id, messageRef=f"message_{shape.message}", **attributes)
    if shape.kind == "call":
        called = element("zeebe:calledElement", processId=shape.called, propagateAllChildVariables="true")
        return element("callActivity", extensions(called, *marks[:1]), repeated, id=shape.id, **attributes)
    if shape.kind == "task":
        job = element("zeebe:taskDefinition", type="odd" if int(shape.id[1:]) % 2 else "even")
        return element("serviceTask", extensions(job, *marks[:1]), repeated, id=shape.id, **attributes)
    pen, first = _Pen(), f"{shape.id}_start"
    pen.begin(start(first), first)
    pen.course(shape.inside or Course(()), (first,))
    pen.event_scopes(shape.event_scopes)
    return element("subProcess", extensions(*marks[:1]), repeated, *pen.elements, id=shape.id, **attributes)


def _marks(shape: Activity) -> list[str]:
    """Multi-instance: the mark is the second, what stands inside its extension elements too."""
    many = shape.many
    if many is None:
        return []
    gathers = {"outputCollection": f"out_{shape.id}", "outputElement": "= item"} if many.gathers else {}
    items = f"= [{', '.join(str(number) for number in range(many.count))}]"
    loop = extensions(element("zeebe:loopCharacteristics", inputCollection=items, inputElement="item", **gathers))
    enough = element("completionCondition", f"= numberOfCompletedInstances &gt;= {many.enough}") if many.enough else ""
    mark = element("multiInstanceLoopCharacteristics", loop, enough, isSequential="true" if many.sequential else None)
    return ["", mark]
