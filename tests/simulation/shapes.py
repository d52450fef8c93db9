"""Structured processes as trees: what the generator grows, the drawing writes as BPMN, and the reference
interprets.

A `Sequence` is a course of steps one after another. It ends with an end event, or hands its token on to
whatever follows (`end` None). Every step can be taken out, which is how a failing process shrinks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TypeAlias

OWN = "own-"
"""How the names of messages begin that are meant by their instance, and not by a key of the model."""
TAGS = {
    "timer": "timerEventDefinition",
    "message": "messageEventDefinition",
    "signal": "signalEventDefinition",
    "condition": "conditionalEventDefinition",
    "error": "errorEventDefinition",
    "terminate": "terminateEventDefinition",
}
"""How the definition of an event is written that is one of several."""
Mapping: TypeAlias = tuple[str, str]
"""A path that is read (`d.x`), and the one at which its value is put."""


@dataclass(frozen=True)
class Trigger:
    """What an event waits for: `timer` (text: a duration, a cycle, or a date's expression), `message` or
    `signal` (its name), `condition` (the variable that has to be true), `error` or `escalation` (its code) or
    `cancel`.

    With `others` it is one of several events in one, each of a kind of its own: any of them comes, or all do
    `together`.
    """

    kind: str
    text: str
    others: tuple[Trigger, ...] = ()
    together: bool = False

    @property
    def each(self) -> tuple[Trigger, ...]:
        """All of the several, or itself."""
        return (replace(self, others=(), together=False), *self.others)

    def parts(self, name: str) -> dict[str, Trigger]:
        """Each by the id that is waited for, where the event has this one."""
        if not self.others:
            return {name: self}
        seen: Counter[str] = Counter()
        parts = {}
        for each in self.each:
            seen[each.kind] += 1
            parts[f"{name}/{TAGS[each.kind]}[{seen[each.kind]}]"] = each
        return parts


@dataclass(frozen=True)
class End:
    """An end event: `none`, `terminate`, `cancel`, `message`, `signal` (text: its name), `error`, `escalation`
    (text: its code) or `undo` (text: the activity, empty: all).

    With `also` it throws a `signal` (its name) or is a `terminate` as well, when its message is sent.
    """

    id: str
    kind: str
    text: str = ""
    also: Trigger | None = None

    @property
    def second(self) -> End | None:
        """What it throws beside its message, as an end event of its own."""
        if self.also is None:
            return None
        return End(f"{self.id}/{TAGS[self.also.kind]}[1]", self.also.kind, self.also.text)


@dataclass(frozen=True)
class Course:
    """Steps one after another."""

    steps: tuple[Step, ...]
    end: End | None = None


@dataclass(frozen=True)
class Border:
    """A boundary event and what follows it, up to an end of its own."""

    id: str
    trigger: Trigger
    interrupting: bool
    course: Course


@dataclass(frozen=True)
class EventScope:
    """An event sub-process; `trigger` None: it undoes the sub-process it stands in."""

    id: str
    trigger: Trigger | None
    interrupting: bool
    course: Course


@dataclass(frozen=True)
class Many:
    """Multi-instance: how many, and after how many completed the rest is not done (0: all).

    `each_undone`: every instance is undone by itself, as in a `camunda:` model, and not the activity as a
    whole.

    `loop` makes it a standard loop of so many rounds: `while` and `until` by its condition, `for` by its
    maximum.
    """

    sequential: bool
    count: int
    enough: int = 0
    gathers: bool = False
    each_undone: bool = False
    loop: str = ""


@dataclass(frozen=True)
class Activity:
    """A `task` (a job), a `receive` task (without a message where that is empty), a `sub` process, an `ad_hoc`
    one or a `call`; `inside` is a sub-process's content.

    An ad-hoc one begins each of `activations`, or one after another where they are `in_turn`, and is done when
    `enough` of them have ended (0: all); a `decided` one has a job instead, whose worker says what begins, and
    when it is done.

    Tasks and sub-processes are drawn as `tag`. Each event that it `listens` to, `start` or `end`, is a job, and
    so is each on which a task for people `asks` before something becomes of it.
    """

    id: str
    kind: str
    inside: Course | None = None
    event_scopes: tuple[EventScope, ...] = ()
    called: str = ""
    message: str = ""
    borders: tuple[Border, ...] = ()
    undo: Activity | None = None
    many: Many | None = None
    tag: str = "serviceTask"
    inputs: tuple[Mapping, ...] = ()
    outputs: tuple[Mapping, ...] = ()
    activations: tuple[Course, ...] = ()
    enough: int = 0
    decided: bool = False
    in_turn: bool = False
    listens: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activation:
    """One activation inside an ad-hoc sub-process."""

    course: Course


@dataclass(frozen=True)
class Fork:
    """Branches side by side.

    Joined when each hands its token on; otherwise each ends by itself, and nothing follows.

    Of `some` those are taken whose place is not below the variable `c_<id>`, or else the last one; each hands
    its token on.
    """

    id: str
    branches: tuple[Course, ...]
    some: bool = False
    enough: int = 0
    """At how many tokens a complex gateway goes on, and swallows those that are late; 0: it is none."""


@dataclass(frozen=True)
class Choice:
    """One of the branches, by the variable `c_<id>` of the process instance; the last one by default."""

    id: str
    branches: tuple[Course, ...]


@dataclass(frozen=True)
class Race:
    """An event-based gateway: the first event to come decides."""

    id: str
    branches: tuple[tuple[Catch, Course], ...]


@dataclass(frozen=True)
class Again:
    """A task that is done once more as long as it answers so (`go_<id>`)."""

    activity: Activity


@dataclass(frozen=True)
class Catch:
    """An intermediate catch event."""

    id: str
    trigger: Trigger


@dataclass(frozen=True)
class Throw:
    """An intermediate compensation throw; of one activity or (empty) of all."""

    id: str
    activity: str = ""


@dataclass(frozen=True)
class Send:
    """An intermediate event that throws a message: a job. With `signal` it throws that, too, when it is done."""

    id: str
    signal: str = ""

    @property
    def second(self) -> Shout:
        """The signal as an event of its own."""
        return Shout(f"{self.id}/{TAGS['signal']}[1]", self.signal)


@dataclass(frozen=True)
class Shout:
    """An intermediate event that throws a signal; it goes on when everybody has received it."""

    id: str
    signal: str


@dataclass(frozen=True)
class Escalate:
    """An intermediate event that throws an escalation. What follows it waits first of all, and so does what
    catches it: so both have a course of their own, whichever goes first.
    """

    id: str
    code: str


@dataclass(frozen=True)
class Pass:
    """An element that a token passes at once, drawn as `tag`: a task without a job, an event without a
    definition, a FEEL script.
    """

    id: str
    tag: str


Step: TypeAlias = Activity | Fork | Choice | Race | Again | Catch | Throw | Send | Shout | Escalate | Pass


@dataclass(frozen=True)
class ProcessShape:
    """One process. `begins` are messages, signals, timers and conditions that begin an instance beside its none start event."""

    id: str
    course: Course
    event_scopes: tuple[EventScope, ...] = ()
    begins: tuple[Trigger, ...] = ()
    begins_at: str = "start"
    """Where these are: each at a `start` event, at a `receive` task, behind a gateway where the `first` of them
    counts, or behind one where `all` have to come: then the second leads to `beside`, the first to the course;
    or in one start event of which `any` comes, or `both` have to.
    """
    beside: Course = Course(())

    @property
    def begins_together(self) -> Trigger:
        """What begins instances, as one event."""
        first, *others = self.begins
        return replace(first, others=tuple(others), together=self.begins_at == "both")

    @property
    def begun_by(self) -> dict[str, Course]:
        """Where each event that begins instances leads, by its id."""
        if self.begins_at in {"any", "both"}:
            return dict.fromkeys(self.begins_together.parts(f"{self.id}_begin0"), self.course)
        later = self.beside if self.begins_at == "all" else self.course
        return {
            f"{self.id}_begin{place}": later if place else self.course for place in range(len(self.begins))
        }


@dataclass(frozen=True)
class Case:
    """Processes deployed together; the first is the one that the world starts.

    `raw` replaces the drawing (unstructured).

    `later` is what is deployed over them, in the same file, while their instances run.
    """

    processes: tuple[ProcessShape, ...] = field(default=())
    raw: tuple[str, ...] = ()
    dialect: str = "zeebe"
    later: Case | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    """What has another id than in the version before: the one before, and the one now."""

    @property
    def is_structured(self) -> bool:
        """Whether the reference can tell what must happen."""
        return not self.raw

    @property
    def generations(self) -> tuple[Case, ...]:
        """This and what is deployed later, in that order."""
        return (self,) if self.later is None else (self, self.later)


def name_of(step: Step) -> str:
    """The id of the element at which a step begins."""
    return step.activity.id if isinstance(step, Again) else step.id


def places(course: Course) -> list[Step]:
    """Where an instance can be told to begin: the steps of a course, and of the sub-processes in it."""
    found: list[Step] = []
    for step in course.steps:
        found.append(step)
        if isinstance(step, Activity) and step.inside is not None and step.many is None:
            found += places(step.inside)
    return found
