"""Why an instance has not gone on, and what an undo would do."""

from __future__ import annotations

import msgspec

from counterflow.queries.shapes.jobs import Incident
from counterflow.queries.shapes.variables import Variable


class Reason(msgspec.Struct, frozen=True):
    """What holds an element instance where it is, since when, and what would end that. `waits_for` and
    `way_on` are sentences.

    `kind`: `job`, `user_task`, `timer`, `message`, `signal`, `condition`, `called_instance`, `join` (the
    element is the gateway, the element instance the scope that it stands in), `compensation` (handlers run
    for a throw), `incident`, `quarantine`, `suspension`, `work` (the server does the rest of a large step),
    `ad_hoc` (somebody has to activate something in it), `scope` (what is around it has to begin),
    `task_listeners` (what is swept away before it goes on asks those of its user tasks).
    `key` is that of the job, of the user task, of what is waited for, of the
    incident or of the called instance; `name` the type of the job, who has the user task, the name of the
    message or signal, the text of the condition, or the type of the incident. `catch_id` is the event on
    whose behalf it waits where that is not the element itself; `is_alternative` is set where that event would
    interrupt or accompany what the element is at: something else holds it. `is_asked_for`: whether somebody
    takes jobs of this type by now.
    """

    process_instance_key: int
    bpmn_process_id: str
    element_instance_key: int
    element_id: str
    element_name: str
    kind: str
    since_ms: int
    waits_for: str
    way_on: str
    loop_counter: int = 0
    key: int = 0
    name: str = ""
    correlation_key: str = ""
    due_at_ms: int | None = None
    catch_id: str = ""
    catch_name: str = ""
    is_alternative: bool = False
    is_asked_for: bool = False


class Reasons(msgspec.Struct, frozen=True):
    """Why an instance, and those that it has called, have not gone on; `state` is the instance's.
    `left_out` is set where there are more than are told.
    """

    process_instance_key: int
    bpmn_process_id: str
    state: str
    reasons: list[Reason]
    left_out: bool = False


class PlannedUndo(msgspec.Struct, frozen=True):
    """A handler that a compensation would run. Those of one `round`, which counts from 1, need not wait for
    each other; `variables` are what it would see over those of the scope that the compensation is thrown in.
    """

    undo_record_key: int
    element_id: str
    element_name: str
    element_instance_key: int
    handler_id: str
    handler_name: str
    handler_type: str
    round: int
    variables: list[Variable]


class UndoPlanned(msgspec.Struct, frozen=True):
    """What a compensation thrown in a scope now would run, and what earlier ones have not undone yet.

    `handlers` come in that order; `order` is the process's, or the server's: `mirror`, `sequential` or
    `parallel`. `scopes` are the active scopes of the instance in which there is something to undo. `underway`
    is of the whole instance, whichever scope was asked for.
    """

    process_instance_key: int
    bpmn_process_id: str
    scope_key: int
    scope_id: str
    order: str
    handlers: list[PlannedUndo]
    scopes: list[UndoScope]
    handlers_left_out: int = 0
    underway: list[UndoUnderway] = []
    underway_left_out: int = 0


class UndoUnderway(msgspec.Struct, frozen=True):
    """An activity that a compensation has taken to undo, and has not undone yet.

    `handler_key` is 0 until its turn has come. `throw_id` is the event that has thrown the compensation.
    `round` counts from 1, from now on: those of one round need not wait for each other. `incidents` are the
    open ones that hold the handler, in what it has called as well: until they are resolved it does not end,
    and nothing that waits for it begins.
    """

    undo_record_key: int
    element_id: str
    element_name: str
    element_instance_key: int
    handler_id: str
    handler_name: str
    handler_key: int
    throw_id: str
    throw_name: str
    throw_key: int
    round: int
    incidents: list[Incident]


class UndoScope(msgspec.Struct, frozen=True):
    """An active scope with something to undo: a compensation thrown in it would run so many handlers."""

    key: int
    element_id: str
    element_name: str
    handlers: int
