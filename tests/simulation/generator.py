"""Random processes over every element that exists, compensation weighted high.

What is grown by `structured` can be followed by the reference: branches begin with something that waits, so
that one stimulus moves one token at a time and no order is left to chance. `tangled` draws flows at random
between tasks and gateways; there only the invariants judge.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.simulation.revising import Reviser
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
    Many,
    Mapping,
    Pass,
    ProcessShape,
    Race,
    Send,
    Shout,
    Step,
    Throw,
    Trigger,
)
from tests.simulation.tangled import tangled
from tests.simulation.triggers import Triggers

DEPTH = 3
CODES = ("A", "B", "")
ASKED = ("creating", "assigning", "updating", "completing", "completing")
"""What listeners of a task for people are asked about; not its cancelling, which nobody follows here."""
TASKS = ("serviceTask",) * 6 + ("sendTask", "userTask", "businessRuleTask", "scriptTask")
PASSED = ("task", "manualTask", "intermediateThrowEvent", "scriptTask", "businessRuleTask", "link")
DATA = ("d", "d.x", "d.y", "d.y.x", "e", "e.x")
"""What mappings read and make; workers and messages bring a `d`."""
CANCELLABLE = "transaction"
BEGINS = "begins"
"""The variable that has to be true where a condition begins an instance."""
REVISED = 0.15
"""How often a case that has no second version of its own has one that is the first, drawn again."""
LATE = "late"
"""A process that is called before it is deployed."""


def case_of(seed: int) -> Case:
    """The processes of a seed."""
    chance = random.Random(f"case {seed}")
    return tangled(chance) if chance.random() < 0.15 else structured(chance)


def structured(chance: random.Random) -> Case:
    """One process, and those that it calls; now and then a second version of them, in which what was called
    in vain is there.
    """
    dialect = "camunda" if chance.random() < 0.25 else "zeebe"
    has_later = chance.random() < 0.25
    grower = _Grower(chance, dialect, has_later=has_later)
    main = grower.process("main")
    case = Case((main, *grower.called), dialect=dialect)
    revising = random.Random(f"revision {chance.getstate()[1][0]}")
    if revising.random() < (0.6 if has_later else REVISED):
        return replace(case, later=_revised(case, revising, calls_late=grower.calls_late))
    if not has_later:
        return case
    second = _Grower(chance, dialect, count=1_000)
    processes = [
        second.process(process_id) for process_id in ("main", *([LATE] if grower.calls_late else []))
    ]
    return replace(case, later=Case((*processes, *second.called), dialect=dialect))


def _revised(case: Case, chance: random.Random, *, calls_late: bool) -> Case:
    """The same processes, drawn again, with what was called in vain."""
    grower = _Grower(chance, case.dialect, count=1_000)
    grower.follows(case.processes)
    reviser = Reviser(grower)
    processes = [reviser.process(shape) for shape in case.processes]
    late = [grower.process(LATE)] if calls_late else []
    renamed = tuple(reviser.renamed.items())
    return Case((*processes, *late, *grower.called), dialect=case.dialect, renamed=renamed)


class _Grower(Triggers):
    """Grows trees; ids are counted, so every element has its own."""

    def __init__(
        self, chance: random.Random, dialect: str, *, has_later: bool = False, count: int = 0
    ) -> None:
        super().__init__(chance, dialect, count)
        self._has_later = has_later
        self._calls = 0
        self._depth = 0
        self.calls_late = False
        self._budget = chance.choice([4, 8, 12, 16, 24])
        self._cancels = False
        """Whether it grows what stands directly in a transaction that can be cancelled."""
        self._is_endless = False
        """Whether it grows what stands directly in an ad-hoc sub-process, where nothing has an end event."""
        self._hears = 0
        """How many events around are begun by a signal: nothing in them throws one, so that none goes on for
        ever.
        """
        self.called: list[ProcessShape] = []
        self._listening = random.Random(f"{dialect} {count} {chance.getstate()[1][0]}")
        """Chance of its own: what else a seed grows stays as it is."""
        self._has_listeners = self._listening.random() < 0.3

    def follows(self, processes: Sequence[ProcessShape]) -> None:
        """What it grows is deployed beside these: what is called has other ids."""
        self._calls = len(processes)

    def is_so(self, probability: float) -> bool:
        """What chance says."""
        return self._is_chance(probability)

    def new_id(self, letter: str) -> str:
        """An id that nothing else has."""
        return self._id(letter)

    def new_task(self) -> Activity:
        """A task that nothing undoes."""
        return self._task()

    def new_handler(self) -> Activity:
        """What undoes an activity: a task."""
        return Activity(self._id("t"), "task")

    def process(self, process_id: str) -> ProcessShape:
        outer, self._process = self._process, process_id
        cancels, self._cancels = self._cancels, False
        endless, self._is_endless = self._is_endless, False
        self._depth += 1
        course = self._content(0)
        scopes = self._event_scopes(0)
        shape = ProcessShape(process_id, self._telling(course, scopes), scopes)
        if process_id == "main" and self._is_chance(0.15):
            shape = self._begins_by_itself(shape)
        self._process, self._cancels, self._is_endless = outer, cancels, endless
        self._depth -= 1
        return shape

    def _begins_by_itself(self, shape: ProcessShape) -> ProcessShape:
        """By an event beside its none start event, or by one of two."""
        others = [Trigger("signal", "begin"), Trigger("timer", "R2/PT9S"), Trigger("timer", "PT7S")]
        others.append(Trigger("condition", BEGINS))
        message, other = Trigger("message", "begin"), self._chance.choice(others)
        several = ["any"] if shape.event_scopes else ["any", "both"]
        where = self._chance.choice(["start", "start", "start", "receive", "first", "all", *several])
        begins = {
            "start": (self._chance.choice([message, other, other]),),
            "receive": (message,),
            "first": (message, other),
            "all": (message, Trigger("message", "begun")),
            "any": (message, other),
            "both": (message, Trigger("message", "begun")),
        }
        beside = Course((self._task(),), self._end([])) if where == "all" else Course(())
        return replace(shape, begins=begins[where], begins_at=where, beside=beside)

    # -- courses ---------------------------------------------------------------------------------------------

    def _content(self, depth: int) -> Course:
        """What stands in a scope: begins with something that waits, ends with an end event."""
        steps = [self._activity(depth), *self._steps(depth)]
        if self._is_chance(0.12):
            branches = tuple(self._branch(depth + 1, self._end(steps)) for _ in range(2))
            return Course((*steps, Fork(self._id("f"), branches)))
        return Course(tuple(steps), self._end(steps))

    def _steps(self, depth: int) -> list[Step]:
        steps: list[Step] = []
        while self._budget > 0 and self._is_chance(0.62 if depth < DEPTH else 0.3):
            steps.append(self._step(depth))
            if isinstance(steps[-1], Escalate):
                steps.append(self._task())
        return steps

    def _branch(self, depth: int, last: End | None = None) -> Course:
        first: Step = self._activity(depth) if self._is_chance(0.8) else Catch(self._id("e"), self._timer())
        return Course((first, *self._steps(depth + 1)), last)

    def _end(self, steps: list[Step]) -> End:
        kinds = {
            "none": 56,
            "undo": 22,
            "terminate": 10,
            "error": 8,
            "message": 4,
            "signal": 4,
            "escalation": 8,
        }
        if self._cancels:
            kinds["cancel"] = 60
        if self._hears:
            del kinds["signal"]
        kind = self._chance.choices(list(kinds), list(kinds.values()))[0]
        return End(self._id("n"), kind, self._text_of(kind, steps), self._also(kind))

    def _also(self, kind: str) -> Trigger | None:
        """What an end event throws beside its message."""
        if kind != "message" or not self._is_chance(0.4):
            return None
        return Trigger("terminate", "") if self._hears or self._is_chance(0.5) else self._signal()

    def _text_of(self, kind: str, steps: list[Step]) -> str:
        if kind in {"error", "escalation"}:
            return self._chance.choice(CODES[:2])
        if kind == "signal":
            return self._signal().text
        return self._one_of(steps) if kind == "undo" else ""

    def _one_of(self, steps: list[Step]) -> str:
        """An activity of the scope that can be undone, or empty for all."""
        known = [step.id for step in steps if isinstance(step, Activity) and step.undo is not None]
        return self._chance.choice(known) if known and self._is_chance(0.25) else ""

    # -- steps -----------------------------------------------------------------------------------------------

    def _step(self, depth: int) -> Step:
        self._budget -= 1
        makers: list[tuple[int, Callable[[int], Step]]] = [
            (40, self._activity),
            (14, lambda depth: Throw(self._id("w"))),
            (8, lambda depth: Again(self._task())),
            (7, lambda depth: Catch(self._id("e"), self._wait())),
            (4, lambda depth: self._send()),
            (0 if self._hears else 4, lambda depth: Shout(self._id("h"), self._signal().text)),
            (8, lambda depth: Escalate(self._id("l"), self._chance.choice(CODES[:2]))),
            (6, lambda depth: Pass(self._id("p"), self._chance.choice(PASSED))),
        ]
        if depth < DEPTH:
            makers += [
                (12, self._fork),
                (10, self._choice),
                (7, self._race),
                (4, self._fork_to_some),
                (4, self._fork_to_enough),
            ]
        return self._chance.choices([maker for _, maker in makers], [weight for weight, _ in makers])[0](
            depth
        )

    def _send(self) -> Send:
        shouts = not self._hears and self._is_chance(0.3)
        return Send(self._id("m"), self._signal().text if shouts else "")

    def _fork(self, depth: int) -> Step:
        return Fork(
            self._id("f"), tuple(self._branch(depth + 1) for _ in range(self._chance.choice([2, 2, 3])))
        )

    def _fork_to_some(self, depth: int) -> Step:
        """Of bare tasks, so that every token that is sent comes to the join or goes with its scope."""
        count = self._chance.choice([2, 3, 4])
        return Fork(self._id("x"), tuple(Course((self._task(),)) for _ in range(count)), some=True)

    def _fork_to_enough(self, depth: int) -> Step:
        """Of bare tasks as well: a task that is late is waited for."""
        branches = tuple(Course((self._task(),)) for _ in range(self._chance.choice([2, 3, 4])))
        return Fork(self._id("f"), branches, enough=self._chance.randint(1, len(branches)))

    def _choice(self, depth: int) -> Step:
        branches = [Course(tuple(self._steps(depth + 1))), Course((self._activity(depth + 1),))]
        if not self._is_endless and self._is_chance(0.2):
            branches.insert(0, Course((self._activity(depth + 1),), self._end([])))
        return Choice(self._id("x"), tuple(branches))

    def _race(self, depth: int) -> Step:
        first = self._message() if self._is_chance(0.7) else self._signal()
        second = self._condition() if self._is_chance(0.25) else self._timer()
        events = [Catch(self._id("e"), first), Catch(self._id("e"), second)]
        return Race(self._id("g"), tuple((event, Course(tuple(self._steps(depth + 1)))) for event in events))

    def _activity(self, depth: int) -> Activity:
        kinds = ["task"] * 12 + ["receive"] * (3 if self._dialect == "camunda" else 1)
        if depth < DEPTH and self._budget > 0:
            kinds += ["ad_hoc"] * (2 if self._dialect == "zeebe" else 0)
            kinds += ["sub"] * 7 + ["call"] * (2 if self._calls < 4 and self._depth <= 3 else 0)
        kind = self._chance.choice(kinds)
        activity = self._bare(kind, depth)
        many = self._many() if activity.tag != CANCELLABLE and self._is_chance(0.14) else None
        handler = self._handler(depth) if self._is_chance(0.55) else None
        inputs = self._mappings() if many is None and kind != "ad_hoc" else ()
        outputs = self._mappings()
        borders = self._borders(depth, activity.message, tells=kind in {"sub", "ad_hoc", "call"})
        return replace(
            activity,
            borders=(*activity.borders, *borders),
            undo=handler,
            many=many,
            inputs=inputs,
            outputs=outputs,
            listens=() if inputs or outputs or kind == "ad_hoc" else self._listens(),
            asks=self._asks() if activity.tag == "userTask" else (),
        )

    def _asks(self) -> tuple[str, ...]:
        """Before what becomes of a task for people its listeners are asked, some of them twice."""
        if self._listening.random() < 0.4:
            return ()
        return tuple(self._listening.choices(ASKED, k=self._listening.choice([1, 2, 3, 4])))

    def _listens(self) -> tuple[str, ...]:
        """To what an activity listens whose mappings nobody has to follow meanwhile."""
        if not self._has_listeners:
            return ()
        return self._listening.choice([(), (), ("start",), ("end",), ("start", "end")])

    def _mappings(self) -> tuple[Mapping, ...]:
        """Members of two objects into members of the same, so that what one mapping makes stands beside what
        the next one reads.
        """
        if self._dialect != "zeebe" or self._is_endless or not self._is_chance(0.12):
            return ()
        return tuple(
            (self._chance.choice(DATA), self._chance.choice(DATA))
            for _ in range(self._chance.choice([1, 2, 2, 3]))
        )

    def _bare(self, kind: str, depth: int) -> Activity:
        if kind == "task":
            return self._task()
        self._budget -= 1
        if kind == "receive":
            awaited = self._message().text
            is_bare = self._dialect == "camunda" and self._is_chance(0.3)
            return Activity(self._id("r"), kind, message="" if is_bare else awaited)
        if kind == "sub":
            return self._sub_process(depth)
        if kind == "ad_hoc":
            return self._ad_hoc(depth)
        if self._has_later and self._is_chance(0.2):
            self.calls_late = True
            return Activity(self._id("k"), kind, called=LATE)
        process_id = f"called{self._calls}"
        self._calls += 1
        self.called.append(self.process(process_id))
        return Activity(self._id("k"), kind, called=process_id)

    def _sub_process(self, depth: int) -> Activity:
        """One in four can be cancelled: then it has an event for that on its border, and is done once."""
        name, outer, is_transaction = self._id("s"), self._cancels, self._is_chance(0.25)
        endless, self._is_endless = self._is_endless, False
        self._cancels = is_transaction
        inside = self._content(depth + 1)
        self._cancels = False
        scopes = self._event_scopes(depth + 1, undoes=True)
        self._cancels, self._is_endless = outer, endless
        inside = self._telling(inside, scopes)
        if not is_transaction:
            return Activity(name, "sub", inside, scopes, tag="subProcess")
        left = Border(self._id("b"), Trigger("cancel", ""), True, self._short(depth))
        return Activity(name, "sub", inside, scopes, borders=(left,), tag=CANCELLABLE)

    def _ad_hoc(self, depth: int) -> Activity:
        """Every activation begins with an activity; what a collection begins is done before all, with all, or
        with the first.
        """
        name, outer, endless = self._id("o"), self._cancels, self._is_endless
        self._cancels, self._is_endless = False, True
        count = self._chance.choice([1, 2, 2, 3])
        activations = tuple(
            Course((self._activity(depth + 1), *self._steps(depth + 1))) for _ in range(count)
        )
        self._is_endless = False
        scopes = self._event_scopes(depth + 1, undoes=True)
        self._cancels, self._is_endless = outer, endless
        enough = self._chance.choice([0, 0, 1, count])
        decided = self._is_chance(0.4)
        return Activity(
            name,
            "ad_hoc",
            event_scopes=scopes,
            tag="adHocSubProcess",
            activations=activations,
            enough=0 if decided else enough,
            decided=decided,
            in_turn=not decided and int(name[1:]) % 2 == 0,
        )

    def _task(self) -> Activity:
        return Activity(self._id("t"), "task", tag=self._chance.choice(TASKS))

    def _handler(self, depth: int) -> Activity:
        kind = self._chance.choice(["task"] * 8 + ["sub", "many"])
        if kind == "sub" and depth < DEPTH:
            outer, self._cancels, self._is_endless = (self._cancels, self._is_endless), False, False
            content = self._content(DEPTH)
            self._cancels, self._is_endless = outer
            return Activity(self._id("s"), "sub", content, tag="subProcess")
        return Activity(self._id("t"), "task", many=self._many() if kind == "many" else None)

    def _many(self) -> Many:
        count = self._chance.choice([1, 2, 3])
        if self._is_chance(0.3):
            kind = self._chance.choice(["while", "until", "until", "for"])
            return Many(True, count, each_undone=True, loop=kind)
        enough = self._chance.choice([0, 0, 0, 1, count])
        return Many(
            self._is_chance(0.5), count, enough, self._is_chance(0.4), each_undone=self._dialect == "camunda"
        )

    # -- events ----------------------------------------------------------------------------------------------

    def _borders(self, depth: int, awaited: str, *, tells: bool) -> tuple[Border, ...]:
        """`tells`: whether escalations may come from inside."""
        borders: list[Border] = []
        codes = {kind: list(CODES) for kind in (("error", "escalation") if tells else ("error",))}
        often = 0.3 if tells else 0.16
        while self._budget > 0 and self._is_chance(0.4 if borders else often) and all(codes.values()):
            trigger = self._trigger(
                codes, [Trigger("message", awaited), *(border.trigger for border in borders)]
            )
            interrupting = trigger.kind == "error" or self._is_chance(0.6)
            self._budget -= 1
            known = [Trigger("message", awaited), *(border.trigger for border in borders)]
            trigger = self._several(trigger, known, codes if interrupting else {})
            course = self._after(trigger, depth)
            borders.append(Border(self._id("b"), self._cycle(trigger, interrupting), interrupting, course))
        return tuple(borders)

    def _event_scopes(self, depth: int, *, undoes: bool = False) -> tuple[EventScope, ...]:
        scopes: list[EventScope] = []
        # one of escalations at most, so that no two can tell each other for ever
        codes = {"error": list(CODES), "escalation": [self._chance.choice(("", "", *CODES))]}
        while self._budget > 0 and self._is_chance(0.14) and codes["error"]:
            trigger = self._trigger(codes, [scope.trigger for scope in scopes])
            interrupting = trigger.kind == "error" or self._is_chance(0.6)
            self._budget -= 1
            known = [scope.trigger for scope in scopes]
            trigger = self._several(trigger, known, codes if interrupting else {})
            course = self._after(trigger, depth)
            scopes.append(EventScope(self._id("v"), self._cycle(trigger, interrupting), interrupting, course))
        if undoes and self._is_chance(0.12):
            scopes.append(EventScope(self._id("v"), None, True, self._short(depth)))
        return tuple(scopes)

    def _telling(self, course: Course, scopes: tuple[EventScope, ...]) -> Course:
        """What an event sub-process is there to hear of is told inside its scope."""
        triggers = [each for scope in scopes if scope.trigger is not None for each in scope.trigger.each]
        codes = [each.text or CODES[0] for each in triggers if each.kind == "escalation"]
        if not codes:
            return course
        told = (Escalate(self._id("l"), codes[0]), Activity(self._id("t"), "task"))
        return replace(course, steps=(*course.steps[:1], *told, *course.steps[1:]))

    def _after(self, trigger: Trigger, depth: int) -> Course:
        kinds = {each.kind for each in trigger.each}
        self._hears += "signal" in kinds
        course = self._short(depth)
        self._hears -= "signal" in kinds
        if trigger.kind == "escalation":
            told_on: tuple[Step, ...] = ()
            if self._is_chance(0.8):  # it goes outward, and never back to what throws it
                told_on = (Escalate(self._id("l"), trigger.text or CODES[0]), self._task())
            return replace(course, steps=(self._task(), *told_on, *course.steps))
        if "condition" in kinds:  # others of the same element are asked before anything goes on
            return replace(course, steps=(self._task(), *course.steps))
        return course

    def _short(self, depth: int) -> Course:
        """What follows an event: often an undo of what was done before."""
        steps: list[Step] = [Throw(self._id("w"))] if self._is_chance(0.4) else []
        steps += (
            [Activity(self._id("t"), "task", undo=self._handler(DEPTH) if self._is_chance(0.4) else None)]
            if self._is_chance(0.8)
            else []
        )
        steps += self._steps(depth + 2)
        return Course(tuple(steps), None if self._is_endless else self._end([]))
