"""Every kind of event that BPMN has, by the tag of its definition (BPMN 2.0.2, table 10.93).

A new kind is a file beside this one and its row here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from counterflow.bpmn.events import (
    cancel,
    compensation,
    conditional,
    error,
    escalation,
    link,
    message,
    multiple,
    none,
    signal,
    terminate,
    timer,
)
from counterflow.bpmn.events.reader import EventReader

_EXECUTED: Final = (
    none.KIND,
    timer.KIND,
    message.KIND,
    signal.KIND,
    conditional.KIND,
    error.KIND,
    escalation.KIND,
    link.KIND,
    compensation.KIND,
    cancel.KIND,
    terminate.KIND,
)

KINDS: Final[Mapping[str, EventReader]] = {
    kind.definition: kind for kind in (*_EXECUTED, multiple.KIND, multiple.PARALLEL_KIND)
}
"""Those of events with several definitions among them."""


def kinds_in(tag: str) -> Sequence[EventReader]:
    """The kinds, none excepted, that are executed in events with that tag."""
    return [kind for kind in _EXECUTED if kind is not none.KIND and tag in kind.rooms]


def one_of(choices: Sequence[str]) -> str:
    """Choices as a sentence offers them: `a, b or c`."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last
