"""Element instances, and all that stands beside one."""

from __future__ import annotations

import msgspec

from counterflow.queries.shapes.decisions import DecisionEvaluation
from counterflow.queries.shapes.jobs import Incident, Job
from counterflow.queries.shapes.user_tasks import UserTask
from counterflow.queries.shapes.variables import Variable


class Wait(msgspec.Struct):
    """Something that an element instance waits for, on behalf of the event `catch_id`.

    `kind` is `timer` (`due_at_ms`; `repetitions` more follow it, each `interval` later, negative means
    without end), `message` (its `name` and `correlation_key`; `instance_key`, if not 0, means it as
    well, in the place of that), `signal` (its `name`) or `condition` (its text as `name`; it is asked when
    one of `variable_names` changes, or, without one, when anything does; it has held at
    `last_triggered_at_ms`, and `failure` says why it gave no answer when it was asked last). `state`: `open`,
    `triggered` (the moment has come, the condition has held) or `closed`.
    """

    key: int
    element_instance_key: int
    catch_id: str
    catch_name: str
    kind: str
    opened_at_ms: int
    due_at_ms: int | None = None
    repetitions: int = 0
    interval: str = ""
    name: str = ""
    correlation_key: str = ""
    instance_key: int = 0
    state: str = "open"
    closed_at_ms: int | None = None
    variable_names: list[str] = msgspec.field(default_factory=list)
    last_triggered_at_ms: int | None = None
    failure: str = ""


class Loop(msgspec.Struct):
    """How far an activity that is done several times has come: how often it is to be, and was, done.

    `total` is -1 where only the condition of a standard loop knows.
    """

    total: int
    completed: int = 0
    ended: bool = False


class JoinFlow(msgspec.Struct, frozen=True):
    """A flow into a join, where it comes from, and how many tokens have come along it and wait (0: none).

    `is_awaited`: the join waits for one to come along it; of an inclusive gateway only where one still can.
    """

    flow_id: str
    source_id: str
    source_name: str
    tokens: int
    is_awaited: bool


class Join(msgspec.Struct, frozen=True):
    """A gateway at which tokens wait for others, since when, and which flows have brought one."""

    element_id: str
    element_name: str
    flows: list[JoinFlow]
    since_ms: int = 0
    element_type: str = ""


class Termination(msgspec.Struct, frozen=True):
    """What has swept an element instance away.

    `cause`: `command` (a caller's, named), `event` (an interrupting one, named; with the error or escalation
    that it caught), `terminate_end_event` (named; or one that cancels), `scope` (with what was around it),
    `caller` (with the call of this process), `completion_condition` (its multi-instance activity was done
    without it).
    """

    cause: str
    element_id: str = ""
    element_name: str = ""
    command: str = ""
    error_code: str = ""
    error_message: str = ""
    escalation_code: str = ""


class ElementInstance(msgspec.Struct):
    """A run of one element, with the runs inside it in the order in which they were entered.

    `state`: `activating`, `active`, `completing`, `completed`, `terminating`, `terminated`.
    `activated_position` is where it began its work (before that, where it was entered), as mirror order
    compares it. `variables` are those of this scope alone, by name. `undo_record_key` is set on a
    compensation handler: what it undoes. `loop_counter` is -1 on the body of an activity that is done
    several times, which alone has a `loop`, and counts its instances from 1. `called_instance_key` is
    what a call activity has called. `termination` is there from the moment at which it is `terminating`.
    `awaited_key` is another one that is to be swept away before this goes on.
    `joins` are those in this scope at which tokens wait. `triggered_at_ms` is when its wait for a message
    was ended without one.
    """

    key: int
    scope_key: int
    element_id: str
    element_name: str
    element_type: str
    state: str
    activated_position: int
    activated_at_ms: int
    ended_position: int = 0
    ended_at_ms: int | None = None
    undo_record_key: int = 0
    loop_counter: int = 0
    triggered_at_ms: int | None = None
    loop: Loop | None = None
    called_instance_key: int = 0
    awaited_key: int = 0
    termination: Termination | None = None
    variables: list[Variable] = []
    jobs: list[Job] = []
    user_tasks: list[UserTask] = []
    waits: list[Wait] = []
    incidents: list[Incident] = []
    decisions: list[DecisionEvaluation] = []
    joins: list[Join] = []
    children: list[ElementInstance] = []
