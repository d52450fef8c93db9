"""A circle of flows in which nothing waits: a token goes round and round in it within one command.

So it does until a condition leads it out. Where none does for long, the engine stops the loop by an incident
(`budget.py` of the kernel). A loop that waits for work, for a message or for a moment has no such end to
fear.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.waiting import WAIT, Meetings
from counterflow.documents.findings import Finding

RULE = "straight-through-loop"
_SHOWN = 5


def check(outline: Outline) -> Iterator[Finding]:
    """Each circle, at the element of it that is drawn first."""
    meetings = Meetings(lambda _: "")
    passing = {
        id(element): element
        for element in outline.elements
        if element.behaviour is not None and element.part_of is None and WAIT not in meetings.inside(element)
    }
    for circle in _circles(passing):
        first = min(circle, key=lambda element: element.line)
        names = ", ".join(f"'{element.id}'" for element in circle[:_SHOWN])
        more = " …" if len(circle) > _SHOWN else ""
        yield first.hint(
            RULE,
            f"nothing waits in the circle of {names}{more}: a token may go round in it without end.",
            "Let something wait in it, such as a timer or a task, or do it as a multi-instance activity.",
        )


def _circles(passing: dict[int, Element]) -> Iterator[list[Element]]:
    """The sets of elements each of which leads to all of its set (Tarjan 1972), without recursion."""
    numbers: dict[int, int] = {}
    lowest: dict[int, int] = {}
    on_stack: dict[int, Element] = {}
    for root in passing.values():
        if id(root) in numbers:
            continue
        course = [(root, _next(root, passing))]
        _enter(root, numbers, lowest, on_stack)
        while course:
            element, following = course[-1]
            further = next(following, None)
            if further is None:
                course.pop()
                if course:
                    around = id(course[-1][0])
                    lowest[around] = min(lowest[around], lowest[id(element)])
                if lowest[id(element)] == numbers[id(element)]:
                    yield from _close(element, passing, on_stack)
            elif id(further) not in numbers:
                _enter(further, numbers, lowest, on_stack)
                course.append((further, _next(further, passing)))
            elif id(further) in on_stack:
                lowest[id(element)] = min(lowest[id(element)], numbers[id(further)])


def _enter(
    element: Element, numbers: dict[int, int], lowest: dict[int, int], on_stack: dict[int, Element]
) -> None:
    numbers[id(element)] = lowest[id(element)] = len(numbers)
    on_stack[id(element)] = element


def _close(
    element: Element, passing: dict[int, Element], on_stack: dict[int, Element]
) -> Iterator[list[Element]]:
    """What has come on the stack since an element is its set; one alone is a circle if it leads to itself."""
    circle: list[Element] = []
    while not circle or circle[-1] is not element:
        circle.append(on_stack.popitem()[1])
    if len(circle) > 1 or any(following is element for following in _next(element, passing)):
        yield circle[::-1]


def _next(element: Element, passing: dict[int, Element]) -> Iterator[Element]:
    return (
        flow.target for flow in element.outgoing if flow.target is not None and id(flow.target) in passing
    )
