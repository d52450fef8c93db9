"""A step without undo behind one that has it: a compensation that is thrown later leaves it done.

Sagas (Garcia-Molina and Salem, 1987) give each step its compensation; where one has none, what is undone
before it and what stays after it no longer fit together. Only work for programs is looked at, services and
calls: what people have done is seldom undone by the process.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.outline import Element, Outline
from counterflow.bpmn.undo import UndoReach, scopes_of
from counterflow.documents.findings import Finding

RULE = "missing-undo"
STEPS = frozenset({"serviceTask", "sendTask", "callActivity"})


def check(outline: Outline) -> Iterator[Finding]:
    """Each step that a throw can come after, in whose scope something before it is undone."""
    reach = UndoReach()
    thrown: dict[int, list[Element]] = {}
    for throw in outline.elements:
        if throw.throws_undo and not _is_of_one(throw):
            for scope in scopes_of(throw):
                thrown.setdefault(id(scope), []).append(throw)
    for scope in outline.elements:
        reaching = thrown.get(id(scope), [])
        undone = [child for child in scope.children if child.is_activity and reach.can_be_undone(child)]
        if not undone or not reaching:
            continue
        undone_before, leading = _behind(undone), _before(reaching)
        for step in scope.children:
            before = undone_before.get(id(step))
            is_step = step.tag in STEPS and not step.is_for_compensation and not reach.can_be_undone(step)
            if is_step and before is not None and _comes_before(step, reaching, leading):
                yield _hint(step, before)


def _hint(step: Element, before: Element) -> Finding:
    return step.hint(
        RULE,
        f"a compensation that is thrown after {step} undoes {before} before it and leaves {step} done.",
        "Attach a compensation boundary event with a handler, or leave it so where nothing is to be undone.",
    )


def _is_of_one(throw: Element) -> bool:
    """Whether it undoes an activity that it names."""
    return throw.definitions[0].get("activityRef") is not None


def _comes_before(step: Element, throws: list[Element], leading: set[int]) -> bool:
    """Whether a throw may come once a step has completed; in an event sub-process, while anything is left."""
    return id(step) in leading or any(throw.parent is not step.parent and step.outgoing for throw in throws)


def _behind(undone: list[Element]) -> dict[int, Element]:
    """What can come once one of these has completed, by which: along flows, over borders of what comes."""
    behind: dict[int, Element] = {}
    waiting = [(flow.target, one) for one in undone for flow in one.outgoing]
    while waiting:
        element, one = waiting.pop()
        if element is not None and id(element) not in behind:
            behind[id(element)] = one
            waiting += [(flow.target, one) for flow in element.outgoing]
            waiting += [(event, one) for event in element.boundary_events]
    return behind


def _before(throws: list[Element]) -> set[int]:
    """What has completed when one of these comes, on some way to it."""
    completed: set[int] = set()
    reached: set[int] = set()
    waiting = list(throws)
    while waiting:
        element = waiting.pop()
        if id(element) in reached:
            continue
        reached.add(id(element))
        sources = [flow.source for flow in element.incoming if flow.source is not None]
        completed |= {id(source) for source in sources}
        waiting += sources
        if element.attached_to is not None:  # it was at work, and has not completed
            waiting.append(element.attached_to)
    return completed
