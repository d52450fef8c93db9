"""Trees as BPMN: every step becomes its elements, its flows, and what hangs on it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    element,
    end,
    escalated,
    event_sub_process,
    extensions,
    flow,
    gateway,
    process,
    receive,
    signal,
    signalled,
    start,
    throw,
    timer,
)
from tests.dmn.drawing import decision, literal, model
from tests.simulation.shapes import (
    Activity,
    Again,
    Border,
    Case,
    Catch,
    Choice,
    Course,
    End,
    Escalate,
    EventScope,
    Fork,
    Pass,
    ProcessShape,
    Race,
    Send,
    Shout,
    Step,
    Throw,
    Trigger,
    name_of,
)
from tests.simulation.words import DECISION, WORDS, Words

CODES = ("A", "B")
PLATFORMS = {"zeebe": "Camunda Cloud", "camunda": "Camunda Platform"}
Entry = str | tuple[str, str]
"""Where a flow comes from: an element, or an element and the condition on which it is left this way."""


def draw_decisions() -> bytes:
    """The file with the decision that processes ask for; it needs nothing, so it always gives something."""
    return model(decision(DECISION, literal("1 + 1")))


def draw(case: Case) -> bytes:
    """The file with all processes of a case, without what is deployed later."""
    words = WORDS[case.dialect]
    processes = [*case.raw, *(_process(shape, words) for shape in case.processes)]
    messages, signals = (
        sorted(
            {
                part.split('"')[0].removeprefix(f"{kind}_")
                for text in processes
                for part in text.split(f'{kind}Ref="')[1:]
            }
        )
        for kind in ("message", "signal")
    )
    coded = [
        element(kind, **{"id": f"{kind}_{code}", f"{kind}Code": code})
        for kind in ("error", "escalation")
        for code in CODES
    ]
    named = (*coded, *map(words.message, messages), *map(signal, signals))
    # whose a model is, even where nothing else in it tells
    return definitions(*processes, *named, modeler__executionPlatform=PLATFORMS[case.dialect])


def _process(shape: ProcessShape, words: Words) -> str:
    pen = _Pen(words)
    first = pen.begin(start(f"{shape.id}_start"), f"{shape.id}_start")
    if shape.begins:
        merge = pen.put(gateway(f"{shape.id}_m"), f"{shape.id}_m", (first,))
        pen.begins(shape, merge)
        first = merge
    pen.course(shape.course, (first,))
    pen.event_scopes(shape.event_scopes)
    return process(*pen.elements, process_id=shape.id, **words.mark())


class _Pen:
    """Draws the content of one scope. A course is drawn from its entries (source ids) to its exits."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.elements: list[str] = []
        self._count = 0

    def begins(self, shape: ProcessShape, merge: str) -> None:
        """What begins instances beside the none start event, led to a gateway where its course begins."""
        before: tuple[str, ...] = ()
        if shape.begins_at in {"any", "both"}:
            name, several = f"{shape.id}_begin0", shape.begins_together
            self.begin(start(name, definition_of(several, self.words), **marked_of(several)), name)
            self.flows(name, merge)
            return
        if shape.begins_at in {"first", "all"}:
            kind = "Parallel" if shape.begins_at == "all" else "Exclusive"
            marked = gateway(f"{shape.id}_g", "eventBased", instantiate="true", eventGatewayType=kind)
            before = (self.begin(marked, f"{shape.id}_g"),)
        for name, trigger in zip(shape.begun_by, shape.begins, strict=True):
            make = catch if before else start
            event = make(name, definition_of(trigger, self.words))
            if shape.begins_at == "receive":
                event = receive(name, trigger.text, instantiate="true")
            self.put(event, name, before)
            if shape.begun_by[name] is shape.course:
                self.flows(name, merge)
            else:
                self.course(shape.beside, (name,))

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
            self.put(self.end(course.end), course.end.id, entries)
            return ()
        return entries

    def step(self, step: Step, entries: Sequence[Entry]) -> Sequence[Entry]:
        if isinstance(step, Activity):
            return (self.activity(step, entries),)
        if isinstance(step, Catch):
            event = catch(step.id, definition_of(step.trigger, self.words), **marked_of(step.trigger))
            return (self.put(event, step.id, entries),)
        if isinstance(step, Throw):
            return (
                self.put(throw(step.id, compensate(activityRef=step.activity or None)), step.id, entries),
            )
        if isinstance(step, Send):
            second = signalled(step.signal) if step.signal else ""
            return (self.put(throw(step.id, self.sent(step.id), second), step.id, entries),)
        if isinstance(step, Shout | Escalate):
            thrown = signalled(step.signal) if isinstance(step, Shout) else escalated(step.code)
            return (self.put(throw(step.id, thrown), step.id, entries),)
        if isinstance(step, Pass):
            return (self.passes(step, entries),)
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
        asks = self.put(
            gateway(f"{name}_x", default=f"{name}_x_default"),
            f"{name}_x",
            (self.activity(step.activity, (merge,)),),
        )
        self.flows(asks, merge, self.words.equals(f"go_{name}", "true"))
        return ((asks, "default"),)

    def fork(self, step: Fork, entries: Sequence[Entry]) -> Sequence[Entry]:
        if step.some:
            return self.fork_to_some(step, entries)
        split = self.put(gateway(step.id, "parallel"), step.id, entries)
        exits = [exit_ for branch in step.branches for exit_ in self.course(branch, (split,))]
        if not exits:
            return ()
        join = gateway(f"{step.id}_j", "parallel")
        if step.enough:
            condition = element("activationCondition", self.words.at_least("activationCount", step.enough))
            join = element("complexGateway", condition, id=f"{step.id}_j")
        return (self.put(join, f"{step.id}_j", exits),)

    def fork_to_some(self, step: Fork, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, "inclusive", default=f"{step.id}_default"), step.id, entries)
        last = len(step.branches) - 1
        exits: list[Entry] = []
        for place, branch in enumerate(step.branches):
            holds = self.words.is_one_of(f"c_{step.id}", range(place + 1))
            exits += self.course(branch, ((split, "default" if place == last else holds),))
        return (self.put(gateway(f"{step.id}_j", "inclusive"), f"{step.id}_j", exits),)

    def choice(self, step: Choice, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, default=f"{step.id}_default"), step.id, entries)
        last = len(step.branches) - 1
        exits: list[Entry] = []
        for place, branch in enumerate(step.branches):
            exits += self.course(
                branch,
                ((split, "default" if place == last else self.words.equals(f"c_{step.id}", str(place))),),
            )
        return (self.put(gateway(f"{step.id}_m"), f"{step.id}_m", exits),) if exits else ()

    def race(self, step: Race, entries: Sequence[Entry]) -> Sequence[Entry]:
        split = self.put(gateway(step.id, "eventBased"), step.id, entries)
        exits: list[Entry] = []
        for event, branch in step.branches:
            exits += self.course(branch, self.step(event, (split,)))
        return (self.put(gateway(f"{step.id}_m"), f"{step.id}_m", exits),) if exits else ()

    def activity(self, activity: Activity, entries: Sequence[Entry]) -> str:
        self.put(self.drawn(activity), activity.id, entries)
        for border in activity.borders:
            self.border(border, activity.id)
        if activity.undo is not None:
            self.elements.append(boundary(f"undo_{activity.id}", activity.id, compensate()))
            self.elements.append(self.drawn(activity.undo, isForCompensation="true"))
            link = element(
                "association",
                id=f"link_{activity.id}",
                sourceRef=f"undo_{activity.id}",
                targetRef=activity.undo.id,
            )
            self.elements.append(link)
        return activity.id

    def border(self, border: Border, host: str) -> None:
        cancels = None if border.interrupting else "false"
        self.elements.append(
            boundary(
                border.id,
                host,
                definition_of(border.trigger, self.words),
                cancelActivity=cancels,
                **marked_of(border.trigger),
            )
        )
        self.close(self.course(border.course, (border.id,)), f"{border.id}_z")

    def close(self, exits: Sequence[Entry], name: str) -> None:
        """Where a course has no end event, what is left on a condition has to lead somewhere."""
        if any(isinstance(exit_, tuple) for exit_ in exits):
            self.put(element("task", id=name), name, exits)

    def event_scopes(self, event_scopes: Sequence[EventScope]) -> None:
        for scope in event_scopes:
            inner, first = _Pen(self.words), f"{scope.id}_start"
            definition = compensate() if scope.trigger is None else definition_of(scope.trigger, self.words)
            beside = None if scope.interrupting else "false"
            marked = {} if scope.trigger is None else marked_of(scope.trigger)
            inner.begin(start(first, definition, isInterrupting=beside, **marked), first)
            inner.course(scope.course, (first,))
            self.elements.append(event_sub_process(scope.id, *inner.elements))

    def end(self, shape: End) -> str:
        if shape.kind == "message":
            also = shape.also
            second = "" if also is None else signalled(also.text)
            if also is not None and also.kind == "terminate":
                second = element("terminateEventDefinition")
            return end(shape.id, self.sent(shape.id), second)
        inside = {
            "none": (),
            "terminate": (element("terminateEventDefinition"),),
            "cancel": (element("cancelEventDefinition"),),
            "signal": (signalled(shape.text),),
            "error": (catch_error(shape.text),),
            "escalation": (escalated(shape.text),),
            "undo": (compensate(activityRef=shape.text or None),),
        }
        return end(shape.id, *inside[shape.kind])

    def sent(self, element_id: str) -> str:
        """A message event definition that is a job.

        Of a `zeebe:` model the job stands on the event beside it.
        """
        inside, attributes = self.words.work("messageEventDefinition", _job_type(element_id))
        return (extensions(inside) if inside else "") + element("messageEventDefinition", **attributes)

    def passes(self, step: Pass, entries: Sequence[Entry]) -> str:
        """What is passed at once; a link goes on at its other end."""
        if step.tag != "link":
            return self.put(self.passed(step), step.id, entries)
        linked = element("linkEventDefinition", name=step.id)
        self.put(throw(step.id, linked), step.id, entries)
        self.elements.append(catch(f"{step.id}_to", linked))
        return f"{step.id}_to"

    def passed(self, step: Pass) -> str:
        if step.tag == "scriptTask":
            inside, attributes = self.words.script()
        elif step.tag == "businessRuleTask":
            named, attributes = self.words.decision()
            inside = extensions(named) if named else ""
        else:
            inside, attributes = "", {}
        return element(step.tag, inside, id=step.id, **attributes)

    def drawn(self, shape: Activity, **attributes: str | None) -> str:
        """An activity with its marks and what is inside it."""
        mark = self.words.loop(shape.many, shape.id) if shape.many is not None else ""
        mappings = self.words.mapped(shape.inputs, shape.outputs)
        if shape.asks:
            mappings += self.words.task_listeners(shape.asks, _job_type(shape.id))
        if shape.listens:
            mappings += self.words.listeners(shape.listens, _job_type(shape.id))
        if shape.kind == "receive":
            return element(
                "receiveTask",
                extensions(mappings) if mappings else "",
                mark,
                id=shape.id,
                messageRef=f"message_{shape.message}" if shape.message else None,
                **attributes,
            )
        if shape.kind in {"call", "task"}:
            tag = "callActivity" if shape.kind == "call" else shape.tag
            inside, own = (
                self.words.call(shape.called)
                if shape.kind == "call"
                else self.words.work(tag, _job_type(shape.id))
            )
            return element(
                tag,
                extensions(inside, mappings) if inside or mappings else "",
                mark,
                id=shape.id,
                **own,
                **attributes,
            )
        if shape.kind == "ad_hoc":
            return self.ad_hoc(shape, mark, mappings, **attributes)
        pen, first = _Pen(self.words), f"{shape.id}_start"
        pen.begin(start(first), first)
        pen.course(shape.inside or Course(()), (first,))
        pen.event_scopes(shape.event_scopes)
        return element(
            shape.tag,
            extensions(mappings) if mappings else "",
            mark,
            *pen.elements,
            id=shape.id,
            **attributes,
        )

    def ad_hoc(self, shape: Activity, mark: str, mappings: str, **attributes: str | None) -> str:
        """One that begins the first step of each activation, or has a job for whoever does, and counts those
        that have ended.
        """
        pen = _Pen(self.words)
        for place, course in enumerate(shape.activations):
            pen.close(pen.course(course, ()), f"{shape.id}_z{place}")
        pen.event_scopes(shape.event_scopes)
        first = ", ".join(f'"{name_of(course.steps[0])}"' for course in shape.activations)
        counted = f"ended_{shape.id}"
        adhoc = element(
            "zeebe:adHoc",
            activeElementsCollection=None if shape.decided else f"= [{first}]",
            outputCollection=counted,
            outputElement="= 1",
        )
        enough = element("completionCondition", f"= count({counted}) &gt;= {shape.enough}")
        return element(
            shape.tag,
            extensions(
                self.words.work(shape.tag, _job_type(shape.id))[0] if shape.decided else "", adhoc, mappings
            ),
            mark,
            *pen.elements,
            enough if shape.enough else "",
            id=shape.id,
            ordering="Sequential" if shape.in_turn else None,
            **attributes,
        )


def marked_of(trigger: Trigger) -> dict[str, str]:
    """The attribute that says that all of several have to come."""
    return {"parallelMultiple": "true"} if trigger.together else {}


def definition_of(trigger: Trigger, words: Words) -> str:
    """The event definition of a trigger, or those of several."""
    if trigger.others:
        return "".join(definition_of(each, words) for each in trigger.each)
    if trigger.kind == "condition":
        return words.conditional(trigger.text)
    if trigger.kind == "timer":
        kinds = {"R": "timeCycle", "=": "timeDate"}
        return timer(kinds.get(trigger.text[0], "timeDuration"), trigger.text)
    if trigger.kind == "signal":
        return signalled(trigger.text)
    if trigger.kind == "escalation":
        return escalated(trigger.text or None)
    if trigger.kind == "cancel":
        return element("cancelEventDefinition")
    return catch_message(trigger.text) if trigger.kind == "message" else catch_error(trigger.text or None)


def _job_type(element_id: str) -> str:
    return "odd" if int(element_id[1:]) % 2 else "even"
