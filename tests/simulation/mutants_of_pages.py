"""Faults of ours in what goes on in pages, in conditions, in listeners and in what is activated by hand.

As in `mutants.py`, which has the table of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from counterflow import kernel
from counterflow.feel import Expression
from counterflow.kernel.course import (
    leaving,
    listeners,
    travel,
    waits,
)
from counterflow.kernel.data import conditions, evaluation, scopes
from counterflow.kernel.elements import (
    ad_hoc_sub_process,
)
from counterflow.kernel.elements.registry import ROOMS
from counterflow.kernel.events import multiple
from counterflow.kernel.events import signal as signals
from counterflow.kernel.events.registry import KINDS
from counterflow.kernel.lives import (
    calls,
    correlation,
    due,
    job_delivery,
    jobs,
    user_task_commands,
    user_task_transitions,
)
from counterflow.kernel.lives.user_task_commands import AssignUserTask
from counterflow.kernel.work import pages
from counterflow.kernel.work import step as work_step
from counterflow.kernel.work.step import Course, Step, Token
from counterflow.model.events import (
    ConditionalDefinition,
)
from counterflow.model.graph import AdHoc, Behaviour, JobDefinition, ListenerEvent, Node

Patch = pytest.MonkeyPatch


def page_forgets_an_errand(patch: Patch) -> None:
    """What stands last on the work-list when a page is full is not written down."""
    left = pages._to_do
    patch.setattr(pages, "_to_do", lambda *given: left(*given)[:-1] or left(*given))


def swept_and_still_at_work(patch: Patch) -> None:
    """What is being swept away is asked for its turn, its jobs and its timers until its turn to go has come."""
    for page in (due, correlation, signals, calls, pages, work_step):
        patch.setattr(page, "is_swept", lambda *_: False)
    for page in (jobs, job_delivery):
        patch.setattr(page, "is_gone", lambda *_: False)


def flow_goes_on_before_the_sweep(patch: Patch) -> None:
    """What a page has broken off goes on last of all."""
    put_off = pages.put_off

    def late(step: Step) -> None:
        step.work.extend(step.first)
        step.first.clear()
        put_off(step)

    patch.setattr(pages, "put_off", late)


def flows_of_activations_not_counted(patch: Patch) -> None:
    room = ROOMS[Behaviour.AD_HOC_SUB_PROCESS]
    patch.setitem(
        _mutable(ROOMS), Behaviour.AD_HOC_SUB_PROCESS, replace(room, child_leaving=lambda child: False)
    )


def worker_asked_once(patch: Patch) -> None:
    """The worker of an ad-hoc sub-process is not asked again when something in it has ended."""
    patch.setattr(ad_hoc_sub_process, "_ask", _nothing)


def activations_survive_the_condition(patch: Patch) -> None:
    fulfil = ad_hoc_sub_process._fulfil

    def spares(scope: Token, *, cancels_remaining: bool) -> None:
        fulfil(scope, cancels_remaining=False)

    patch.setattr(ad_hoc_sub_process, "_fulfil", spares)


def activations_in_turn_begin_together(patch: Patch) -> None:
    definition = ad_hoc_sub_process._definition

    def unordered(scope: Token) -> AdHoc:
        return replace(definition(scope), is_sequential=False)

    patch.setattr(ad_hoc_sub_process, "_definition", unordered)


def escalation_begins_where_it_was_thrown(patch: Patch) -> None:
    """An event sub-process is begun once more by what it has thrown itself."""
    catching = travel._catching

    def inside_too(at: Token, inner: Token | None, kind: travel.CodedDefinition, code: str) -> Node | None:
        # the scope itself is none of its event sub-processes, so that none of them is left out
        return catching(at, at if inner is not None else None, kind, code)

    patch.setattr(travel, "_catching", inside_too)


def condition_never_asked_again(patch: Patch) -> None:
    patch.setattr(scopes, "notice", _nothing)


def condition_not_asked_at_first(patch: Patch) -> None:
    kind = KINDS[ConditionalDefinition]

    def unasked(token: Token, catch: Node) -> None:
        kind.open(token, catch)
        token.step.to_ask.pop(-1)

    patch.setitem(_mutable(kernel.HOUSE.kinds), ConditionalDefinition, replace(kind, open=unasked))


def condition_triggers_whatever_it_gives(patch: Patch) -> None:
    evaluate = evaluation.evaluate
    patch.setattr(
        evaluation,
        "evaluate",
        lambda *given: (
            msgspec.structs.replace(evaluate(*given), value=True)
            if _is_condition(given[-1])
            else evaluate(*given)
        ),
    )


def _is_condition(expression: Expression) -> bool:
    return expression.text.strip().startswith("q")


def condition_sees_what_is_hidden(patch: Patch) -> None:
    patch.setattr(conditions, "_is_hidden", lambda *_: False)


def condition_forgotten_between_pages(patch: Patch) -> None:
    patch.setattr(Step, "put_off_asked", lambda step: step.to_ask.clear() or [])


def one_part_is_all(patch: Patch) -> None:
    """Of several events that all have to come, the first is enough."""
    patch.setattr(multiple, "part_arrived", lambda token, part, values: values)


def parts_are_kept(patch: Patch) -> None:
    """What has come with the others is there for the next time as well."""
    forget = multiple.PartForgotten

    def emit(course: Course, event: Any) -> None:
        if not isinstance(event, forget):
            emitted(course, event)

    emitted = Course.emit
    patch.setattr(Course, "emit", emit)


def denial_overheard(patch: Patch) -> None:
    """What a listener has denied is done all the same."""

    def goes_on(token: Token, *_: object) -> None:
        user_task_transitions._go_on(token)

    patch.setattr(user_task_transitions, "_deny", goes_on)


def asked_while_listeners_are(patch: Patch) -> None:
    """Who asks for something while the listeners of a task are asked for another is not refused."""
    patch.setattr(user_task_commands, "refuse_busy", lambda *_: None)


def claimed_from_somebody(patch: Patch) -> None:
    decide = kernel.COMMANDS[AssignUserTask]

    def never_refused(step: Step, command: AssignUserTask) -> None:
        action = command.action or ("assign" if command.allow_override else "claim")
        decide(step, msgspec.structs.replace(command, allow_override=True, action=action))

    patch.setitem(_mutable(kernel.COMMANDS), AssignUserTask, never_refused)


def end_listener_forgotten(patch: Patch) -> None:
    patch.setattr(leaving, "_listens", lambda token: False)


def listeners_told_from_the_first(patch: Patch) -> None:
    """Whoever comes back is not known to have been told."""
    patch.setattr(listeners, "count_passed", lambda phase, event: None)


def listener_waits_with_the_border(patch: Patch) -> None:
    """What stands on the border is waited for while the start listener is."""
    ask = listeners._ask

    def asked(token: Token, listener: JobDefinition, event: ListenerEvent, place: int) -> None:
        if event is ListenerEvent.START and token.node.boundary_events:
            waits.open_all(token)
        ask(token, listener, event, place)

    patch.setattr(listeners, "_ask", asked)


def _nothing(*_: Any, **__: Any) -> None:
    """What was to be done is not done."""


def _mutable(table: Mapping[Any, Any]) -> dict[Any, Any]:
    if not isinstance(table, dict):
        raise TypeError(f"expected a dictionary, found {type(table)}")
    return table
