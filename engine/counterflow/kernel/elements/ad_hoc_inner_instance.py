"""One activation inside an ad-hoc sub-process: a scope that its flow has to itself.

What is done in it stays in it: its variables, its joins, what can be undone of it. It is done when its last
token has ended. BPMN 2.0.2, 13.3.5, knows it not; the name is Zeebe's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from counterflow.kernel.course import entering
from counterflow.kernel.course.room import room
from counterflow.kernel.elements import sub_process
from counterflow.kernel.work.origin import INNER, Origin
from counterflow.kernel.work.step import Token
from counterflow.model.graph import AdHoc, Node

_ACTIVATION = Origin(loop_counter=INNER)


def begin(scope: Token, definition: AdHoc, activity: str, local: Mapping[str, bytes] | None = None) -> None:
    """An activity of an ad-hoc sub-process begins, with `local` as variables of the activation."""
    nodes = scope.nodes
    inner = entering.enter(scope, nodes[definition.inner], local, _ACTIVATION)
    entering.activate(inner)
    entering.enter(inner, nodes[activity])


def begin_at(scope: Token, definition: AdHoc, target: str) -> None:
    """An activation begins where the process instance was told to: at an element somewhere inside."""
    inner = entering.enter(scope, scope.nodes[definition.inner], origin=_ACTIVATION)
    entering.activate(inner)
    sub_process.begin_inside(inner, (target,))


def targets_in(scope: Token, definition: AdHoc) -> Sequence[str]:
    """Where inside the process instance was told to begin, where it was."""
    starts = scope.header.starts if scope.row.triggered else ()
    return [target for target in starts if definition.inner in _around(scope.nodes, target)]


def _around(nodes: Mapping[str, Node], target: str) -> Iterator[str]:
    while target := nodes[target].parent:
        yield target


ROOM = room(activated=entering.begin_placed)
"""One that begins by itself is activated at once; only one that something was put into comes here."""
