"""The life of what has come of several events that all have to come.

    a part comes → kept, with what it has brought → the last one comes: all are taken, and the event has come
                 → replaced, where it comes again before the others (what does not interrupt waits on)
                 → forgotten, where nobody waits any more

Of several events of which any will do, each is the event, and nothing is kept. What comes once is waited for
once: its wait is closed when it has come. BPMN 2.0.2, 10.5.5 (multiple, parallel multiple).
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import leaving
from counterflow.kernel.course.room import room
from counterflow.kernel.data import scopes
from counterflow.kernel.rows import ArrivedPart
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.vocabulary import InstanceEvent
from counterflow.kernel.work.step import Course, EventRoom, Token
from counterflow.model.graph import Behaviour, Node


class PartArrived(InstanceEvent, frozen=True):
    """One of the events that all have to come has come to an element instance, with these variables."""

    key: int
    element_instance_key: int
    catch_id: str
    variables: bytes


class PartForgotten(InstanceEvent, frozen=True):
    """It is not kept any more: all have come, it has come again, or nobody waits."""

    key: int


def part_arrived(token: Token, part: Node, values: scopes.Document) -> scopes.Document | None:
    """A part of an event has come: answers what the event brings; None where others have to come yet."""
    event = token.nodes[part.drawn_id]
    if not event.all_have_to_come:
        return values
    kept = {row.catch_id: row for row in _kept(token) if row.catch_id in event.parts}
    again = kept.pop(part.id, None)
    if again is not None:
        token.emit(PartForgotten(again.key))
    if len(kept) < len(event.parts) - 1:
        keep(token, part, values)
        if event.interrupting or event.behaviour is Behaviour.CATCH_EVENT:
            _close_wait(token, part)
        return None
    brought: dict[str, bytes] = {}
    for row in kept.values():
        brought |= scopes.from_object(row.variables)
        token.emit(PartForgotten(row.key))
    return brought | dict(values)


def keep(token: Token, part: Node, values: Mapping[str, bytes]) -> None:
    """A part has come before the others."""
    document = scopes.to_object(dict(sorted(values.items())))
    token.emit(PartArrived(token.step.new_key(), token.key, part.id, document))


def _kept(token: Token) -> list[ArrivedPart]:
    """In the order in which they have come."""
    rows, waits = token.instance.rows[ArrivedPart], token.instance.waits_of.get(token.key, {})
    return [rows[key] for key in sorted(waits) if waits[key] is ArrivedPart]


def _close_wait(token: Token, part: Node) -> None:
    rows = token.instance.rows
    for key, table in sorted(token.instance.waits_of[token.key].items(), key=lambda wait: wait[0]):
        if table is not ArrivedPart and rows[table][key].catch_id == part.id:
            token.step.house.kinds[table].close(token, key)


def _forget(course: Course, key: int) -> None:
    course.emit(PartForgotten(key))


def _apply_arrived(state: State, instance: InstanceState, event: PartArrived) -> None:
    state.put(
        ArrivedPart(event.key, instance.key, event.element_instance_key, event.catch_id, event.variables)
    )


def _apply_forgotten(state: State, instance: InstanceState, event: PartForgotten) -> None:
    state.delete(instance.rows[ArrivedPart][event.key])


KIND = EventRoom(
    waits_in=ArrivedPart,
    close=_forget,
    thrown=room(activated=leaving.finish),
    of_instance={PartArrived: _apply_arrived, PartForgotten: _apply_forgotten},
)
