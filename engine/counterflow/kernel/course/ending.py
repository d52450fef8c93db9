"""How elements are swept away, innermost first, and how a scope is taken over.

    begun (for everybody else what is swept is gone) → another page, as often as needed → ended

What fits into the page is swept at once. What is left is told by a `Sweep`, and by how far the elements have
come: an element that is terminating is on its way, its children are those that are left. So a page takes up
the sweep from the rows alone. Until it has ended nothing goes on that waits for it (`Step.first`).

A user task whose listeners are asked before it is canceled stays until they have answered, and what is around
it with it. Meanwhile others go on; what waits for the sweep is kept (`WaitingWork`), and goes on after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from counterflow.kernel.course import asking, undo, waits
from counterflow.kernel.course.moves import (
    TERMINATING,
    ElementTerminated,
    ElementTerminating,
    ScopeInterrupted,
    TokensSweptAway,
)
from counterflow.kernel.row import lines_of
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.swept import asks_first
from counterflow.kernel.unfinished import Sweep, WaitingWork
from counterflow.kernel.vocabulary import InstanceEnded, InstanceEvent
from counterflow.kernel.work import incidents
from counterflow.kernel.work.errands import Regarding
from counterflow.kernel.work.step import Continuation, Course, Step, Token

Sweeping: TypeAlias = Iterator["Sweeping"]
"""Something that is swept away: it gives, one after another, what has to be swept before it can go on."""


class SweepBegun(InstanceEvent, frozen=True):
    """An element instance is gone for everybody, and is swept away in pages to come.

    With a `through_key` only its children up to that one are, but `spared_key`.
    """

    element_instance_key: int
    through_key: int = 0
    spared_key: int = 0


class SweepEnded(InstanceEvent, frozen=True):
    """What was to be swept away is gone."""

    element_instance_key: int


class WorkKept(InstanceEvent, frozen=True):
    """What is to be done at an element when another one has been swept away waits for that."""

    key: int
    swept_key: int
    what: str
    at_key: int


class WorkLetGo(InstanceEvent, frozen=True):
    """What has waited goes on: the other one is gone."""

    key: int


def terminate(token: Token) -> bool:
    """Sweep an element away, innermost first. Answers whether that is done.

    Its children go, what its room has under way, its incidents, its undo, its variables.
    """
    return carry_out(token, token.key, of_element(token), go_on)


def when_swept(swept_key: int, token: Token, continuation: Continuation, *, is_first: bool = True) -> None:
    """Go on at an element when what was to be swept away is: the sweep of `swept_key` has not ended yet.

    `is_first` puts it before all other work where the sweep goes on in another page.
    """
    step, name = token.step, token.step.house.names[continuation]
    if not step.is_page_full:
        token.emit(WorkKept(step.new_key(), swept_key, name, token.key))
        return
    entry = Regarding(_after_sweep, f"{swept_key} {name}"), token
    (step.first if is_first else step.work).append(entry)


def _after_sweep(token: Token, about: str) -> None:
    """Another page has come: the sweep has ended, or waits for the listeners of user tasks."""
    swept_key, name = about.split(" ", 1)
    if int(swept_key) in token.instance.rows[Sweep]:
        token.emit(WorkKept(token.step.new_key(), int(swept_key), name, token.key))
    else:
        token.step.house.continuations[name](token)


def interrupt(scope: Token, spare: int = 0) -> bool:
    """A scope is taken over: everything in it but `spare` is swept away. Answers whether that is done."""
    scope.emit(ScopeInterrupted(scope.key))
    scope.room.interrupted(scope)
    waits.close_inner(scope)
    return terminate_children(scope, spare)


def terminate_children(scope: Token, spare: int = 0) -> bool:
    """Sweep away what is directly inside a scope now but `spare`. Answers whether that is done.

    The tokens that wait at its joins go as well. What is not done goes on before all other work.
    """
    through = scope.step.state.last_key
    return carry_out(scope, scope.key, _children(scope, through, spare), go_on, through, spare)


def carry_out(
    course: Course,
    key: int,
    sweeping: Sweeping,
    again: Continuation,
    through_key: int = 0,
    spared_key: int = 0,
) -> bool:
    """Sweep the element of this key as far as the page goes.

    Answers whether that was to the end; else `again` goes on with it in the next page, before all other work.
    """
    instance = course.instance
    is_through = _advance(course.step, sweeping)
    sweep = Sweep(key, instance.key, through_key, spared_key)
    if key not in instance.elements or (is_through and not _is_left(instance, sweep)):
        return True
    if instance.rows[Sweep].get(key) != sweep:
        course.emit(SweepBegun(key, through_key, spared_key))
    if not is_through:
        _end_first(course)
        course.step.first.append((again, course.token(key)))
    return False


def _is_left(instance: InstanceState, sweep: Sweep) -> bool:
    """Whether something that was gone through is there still: user tasks ask their listeners."""
    children = instance.children.get(sweep.element_instance_key, ())
    return not sweep.through_key or any(sweep.takes(key) for key in children)


def _end_first(course: Course) -> None:
    """An instance that ends with an element that was just swept away ends before what swept it goes on."""
    work = course.step.work
    if work and work[0][0] is _end_early and work[0][1].instance is course.instance:
        course.step.first.append(work.popleft())


def go_on(token: Token) -> None:
    """A sweep goes on, unless another one has done its work."""
    sweep: Sweep | None = token.instance.rows[Sweep].get(token.key)
    if sweep is None:
        return
    through, spared = sweep.through_key, sweep.spared_key
    sweeping = _children(token, through, spared) if through else of_element(token)
    if carry_out(token, token.key, sweeping, go_on, through, spared) and token.is_there:
        _end_sweep(token)


def _end_sweep(token: Token) -> None:
    """What was to be swept away is gone: what has waited for that goes on."""
    token.emit(SweepEnded(token.key))
    kept = token.instance.rows[WaitingWork]
    for work in [work for work in kept.values() if work.swept_key == token.key]:
        token.emit(WorkLetGo(work.key))
        if work.at_key in token.instance.elements:
            token.token(work.at_key).later(token.step.house.continuations[work.what])


def of_element(token: Token) -> Sweeping:
    """Sweep an element away; one that is on its way goes on."""
    if token.row.state != TERMINATING:
        token.emit(ElementTerminating(token.key))
        waits.close_all(token)
    yield from _children(token, 0, 0)
    if token.key in token.instance.children:
        return  # something inside is there still
    if not asks_first(token.instance, token.key):
        asking.cancel_job_of(token)
    yield from token.room.terminating(token) or ()
    if asks_first(token.instance, token.key) or _is_called_there(token):
        return
    incidents.drop_incidents_of(token)
    # what has completed in it may have been kept for who cancels its transaction
    if token.key not in token.instance.container_of:
        yield from undo.drop(token, token.key)
    if not token.scope_key:
        announce_end(token, "terminated")
    if token.key in token.instance.rows[Sweep]:
        _end_sweep(token)
    token.emit(ElementTerminated(token.key))
    if token.scope_key and ends_instance(token):
        end_early(token)


def _is_called_there(token: Token) -> bool:
    """Whether a called process has not gone with its call: something in it is there still."""
    called_key = token.row.called_instance_key
    called = token.step.state.instance(called_key) if called_key else None
    return called is not None and called_key in called.elements


def ends_instance(token: Token) -> bool:
    """Whether its process instance was told to end with this element. Of one that is done several times, it
    ends with the last time.
    """
    header = token.instance.header
    if header is None or header.ends_after is None or token.loop_counter > 0:
        return False
    return token.node.id in lines_of(header.ends_after)


def end_early(token: Token) -> None:
    """Its process instance ends before anything else of it goes on, also what has ended the element.

    In a page what was there before has its turn first: so the instance is gone for it.
    """
    step = token.step
    root = Course(step, token.instance).token(token.instance.key)
    if step.page is None:
        step.work.appendleft((_end_early, root))
    elif root.key not in root.instance.rows[Sweep]:
        root.emit(SweepBegun(root.key))
        step.work.append((go_on, root))


def _end_early(root: Token) -> None:
    if root.row.state != TERMINATING:
        terminate(root)


def sweep_tokens(scope: Token) -> None:
    """Forget the tokens that wait at joins of a scope."""
    if scope.key in scope.instance.arrived_in:
        scope.emit(TokensSweptAway(scope.key))


def announce_end(root: Token, state: str) -> None:
    """Whoever waits for the process instance is to know of its end, and of the variables it ends with."""
    values = dict(sorted(root.variables.items()))
    root.step.ended.append(InstanceEnded(root.instance.key, state, values))


def _children(scope: Token, through_key: int, spared_key: int) -> Sweeping:
    instance = scope.instance
    for key in sorted(instance.children.get(scope.key, ())):
        if (not through_key or key <= through_key) and key != spared_key and key in instance.elements:
            yield of_element(scope.token(key))
    sweep_tokens(scope)


def _advance(step: Step, sweeping: Sweeping) -> bool:
    """Innermost first, however deep: what is swept stands on a list and costs no stack."""
    levels = [sweeping]
    while levels:
        if step.is_page_full:
            return False
        inner = next(levels[-1], None)
        if inner is None:
            levels.pop()
        else:
            levels.append(inner)
    return True


def _apply_begun(state: State, instance: InstanceState, event: SweepBegun) -> None:
    state.put(Sweep(event.element_instance_key, instance.key, event.through_key, event.spared_key))


def _apply_ended(state: State, instance: InstanceState, event: SweepEnded) -> None:
    state.delete(instance.rows[Sweep][event.element_instance_key])


def _apply_kept(state: State, instance: InstanceState, event: WorkKept) -> None:
    state.put(WaitingWork(event.key, instance.key, event.swept_key, event.what, event.at_key))


def _apply_let_go(state: State, instance: InstanceState, event: WorkLetGo) -> None:
    state.delete(instance.rows[WaitingWork][event.key])


OF_INSTANCE = {
    SweepBegun: _apply_begun,
    SweepEnded: _apply_ended,
    WorkKept: _apply_kept,
    WorkLetGo: _apply_let_go,
}
CONTINUATIONS = {"go on sweeping": go_on, "end early": _end_early, "after the sweep": _after_sweep}
