"""What may be activated in an ad-hoc sub-process, and the command that asks for it.

    asked for: all that is named begins, or nothing does and the caller is told why

It may be asked for as often as anybody likes while the sub-process is at work. BPMN 2.0.2, 13.3.5; the
command is Zeebe's (since 8.7, where it has only a REST call).
"""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.kernel.course import ending
from counterflow.kernel.course.moves import ACTIVATED
from counterflow.kernel.data import scopes
from counterflow.kernel.elements import ad_hoc_inner_instance
from counterflow.kernel.rows import ElementInstance, LoopItems, Repetition
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Command, Rejection, RejectionType
from counterflow.kernel.work.origin import INNER
from counterflow.kernel.work.step import Step, Token
from counterflow.model.graph import AdHoc

FULFILLED = -1
"""`Repetition.total` once the completion condition holds: nothing more is activated."""
AT_ONCE = 100
"""So many activities one command begins at most: it begins all of them in one go."""
SHOWN = 10
"""So many ids a message names."""
_ID_CHARACTERS = 100
"""So much it shows of each."""


class ActivateAdHocSubProcessActivities(Command, frozen=True, kw_only=True, gc=False):
    """Begin these activities of an ad-hoc sub-process, all or none. With `cancel_remaining` they begin
    instead of those under way.
    """

    element_instance_key: int
    activities: tuple[tuple[str, dict[str, bytes]], ...]
    cancel_remaining: bool = False


def decide_activate(step: Step, command: ActivateAdHocSubProcessActivities) -> None:
    """ActivateAdHocSubProcessActivities of our own service."""
    scope = _find(step, command.element_instance_key)
    definition = scope.node.ad_hoc
    if definition is None or scope.is_body:
        what = "the body of a multi-instance activity" if scope.is_body else f"a {scope.node.type}"
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected an ad-hoc sub-process with key '{scope.key}', but '{scope.node.id}' there is {what}",
        )
    if not command.activities:
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to activate elements of '{scope.node.id}', but none was named; name some of "
            f"{named(definition.activities)}",
        )
    _refuse_unready(scope)
    refuse(scope, definition, command.activities, instead=command.cancel_remaining)
    if command.cancel_remaining:
        ending.terminate_children(scope)
    for activity, local in command.activities:
        ad_hoc_inner_instance.begin(scope, definition, activity, local)


def _find(step: Step, key: int) -> Token:
    """The element instance with this key. Raises `Rejection`."""
    instance = step.state.owner_of(ElementInstance, key)
    element = instance.elements.get(key) if instance is not None else None
    if instance is None or element is None or is_swept(step.state, instance, key):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to activate elements of an ad-hoc sub-process with key '{key}', but no such element "
            "instance was found",
        )
    return step.admitted_to(instance).token(key)


def _refuse_unready(scope: Token) -> None:
    why = ""
    if scope.row.state != ACTIVATED:
        why = f"it is {scope.row.state}"
    elif scope.row.interrupted:
        why = "an event sub-process has interrupted it"
    elif scope.instance.rows[Repetition][scope.key].total == FULFILLED:
        why = "its completion condition holds"
    elif scope.key in scope.instance.rows[LoopItems]:
        why = "what its collection names has not all begun; ask again later"
    if why:
        raise Rejection(
            RejectionType.INVALID_STATE, f"Expected to activate elements of '{scope.node.id}', but {why}"
        )


def refuse(
    scope: Token, definition: AdHoc, entries: Sequence[tuple[str, dict[str, bytes]]], *, instead: bool
) -> None:
    """What cannot begin in it, or not all at once; `instead` of what is under way. Raises `Rejection`."""
    if definition.is_sequential and entries:
        _refuse_beside(scope, len(entries), instead=instead)
    most = min(
        AT_ONCE,
        (scope.step.limits.instance_elements - len(scope.instance.elements)) // 2,
    )
    if len(entries) > most:
        raise Rejection(
            RejectionType.INVALID_STATE,
            f"Expected to activate at most {max(most, 0)} elements of '{scope.node.id}' at once, but there "
            f"are {len(entries)}; activate the others later",
        )
    known = frozenset(definition.activities)
    unknown = [activity for activity, _ in entries if activity not in known]
    if unknown:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to activate elements of '{scope.node.id}', but {named(unknown)} cannot be activated "
            f"there; what can be is {named(definition.activities)}",
        )
    for _, local in entries:
        scopes.refuse_large(scope.step, local)


def _refuse_beside(scope: Token, count: int, *, instead: bool) -> None:
    """`ordering` Sequential: only one activity is performed at a time (BPMN 2.0.2, table 10.22)."""
    under_way = () if instead else flows_of(scope)
    if count == 1 and not under_way:
        return
    why = f"there are {count}" if count > 1 else f"one is under way (element instance {under_way[0]})"
    raise Rejection(
        RejectionType.INVALID_STATE,
        f"Expected to activate one element of '{scope.node.id}' at a time, since its ordering is Sequential, "
        f"but {why}; activate one when nothing is under way, or instead of what is",
    )


def flows_of(scope: Token) -> Sequence[int]:
    """The keys of the activations in it that are under way."""
    elements = scope.instance.elements
    return [key for key in scope.instance.children.get(scope.key, ()) if elements[key].loop_counter == INNER]


def named(activities: Sequence[str]) -> str:
    """Ids of activities, the first of them where they are many."""
    shown = ", ".join(f"'{_shortened(activity)}'" for activity in activities[:SHOWN])
    more = len(activities) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _shortened(activity: str) -> str:
    return activity if len(activity) <= _ID_CHARACTERS else f"{activity[:_ID_CHARACTERS]}…"


COMMANDS = {ActivateAdHocSubProcessActivities: decide_activate}
