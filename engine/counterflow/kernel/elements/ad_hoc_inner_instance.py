"""One activation inside an ad-hoc sub-process: a scope that its flow has to itself.

What is done in it stays in it: its variables, its joins, what can be undone of it. It is done when its last
token has ended. BPMN 2.0.2, 13.3.5, knows it not; the name is Zeebe's.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.course import entering
from counterflow.kernel.course.room import room
from counterflow.kernel.work.origin import INNER, Origin
from counterflow.kernel.work.step import Token
from counterflow.model.graph import AdHoc

_ACTIVATION = Origin(loop_counter=INNER)


def begin(scope: Token, definition: AdHoc, activity: str, local: Mapping[str, bytes] | None = None) -> None:
    """An activity of an ad-hoc sub-process begins, with `local` as variables of the activation."""
    nodes = scope.nodes
    inner = entering.enter(scope, nodes[definition.inner], local, _ACTIVATION)
    entering.activate(inner)
    entering.enter(inner, nodes[activity])


ROOM = room()
