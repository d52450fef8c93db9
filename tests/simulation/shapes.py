"""Structured processes as trees: what the generator grows, the drawing writes as BPMN, and the reference interprets.

A `Sequence` is a course of steps one after another. It ends with an end event, or hands its token on to whatever follows
(`end` None). Every step can be taken out, which is how a failing process shrinks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Trigger:
    """What an event waits for: `timer` (text: a duration or a cycle), `message` (its name) or `error` (its code, empty: any)."""

    kind: str
    text: str


@dataclass(frozen=True)
class End:
    """An end event: `none`, `terminate`, `error` (text: its code) or `undo` (text: the activity, empty: all)."""

    id: str
    kind: str
    text: str = ""


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
    """Multi-instance: how many, and after how many completed the rest is not done (0: all)."""

    sequential: bool
    count: int
    enough: int = 0
    gathers: bool = False


@dataclass(frozen=True)
class Activity:
    """A `task` (a job), a `receive` task, a `sub` process or a `call`; `inside` is a sub-process's content."""

    id: str
    kind: str
    inside: Course | None = None
    event_scopes: tuple[EventScope, ...] = ()
    called: str = ""
    message: str = ""
    borders: tuple[Border, ...] = ()
    undo: Activity | None = None
    many: Many | None = None


@dataclass(frozen=True)
class Fork:
    """Branches side by side. Joined when each hands its token on; otherwise each ends by itself, and nothing follows."""

    id: str
    branches: tuple[Course, ...]


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


Step: TypeAlias = Activity | Fork | Choice | Race | Again | Catch | Throw


@dataclass(frozen=True)
class ProcessShape:
    """One process. `begins` are messages and timers that begin an instance beside its none start event."""

    id: str
    course: Course
    event_scopes: tuple[EventScope, ...] = ()
    begins: tuple[Trigger, ...] = ()


@dataclass(frozen=True)
class Case:
    """Processes deployed together; the first is the one that the world starts. `raw` replaces the drawing (unstructured)."""

    processes: tuple[ProcessShape, ...] = field(default=())
    raw: tuple[str, ...] = ()

    @property
    def is_structured(self) -> bool:
        """Whether the reference can tell what must happen."""
        return not self.raw
