"""A failing process made small: steps, events, handlers and marks are taken out as long as it still fails.

Tangled processes are text and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from tests.simulation.shapes import (
    Activity,
    Again,
    Border,
    Case,
    Choice,
    Course,
    End,
    EventScope,
    Fork,
    Race,
    Step,
)

Fails = Callable[[Case], bool]
Item = TypeVar("Item")


def shrink(case: Case, fails: Fails, tries: int = 150) -> Case:
    """The smallest case that greedy removal finds within so many tries; each is a run of its own."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller_cases(case):
            tries -= 1
            if tries < 0:
                return case
            if fails(candidate):
                case, smaller = candidate, True
                break
    return case


def _smaller_cases(case: Case) -> Iterator[Case]:
    """Everything that is one removal smaller, the biggest removals first."""
    for place, shape in enumerate(case.processes):
        before, after = case.processes[:place], case.processes[place + 1 :]
        if shape.begins:
            yield replace(case, processes=(*before, replace(shape, begins=()), *after))
        for scopes in _without_one(shape.event_scopes, _smaller_event_scope):
            yield replace(case, processes=(*before, replace(shape, event_scopes=scopes), *after))
        for course in _smaller_course(shape.course):
            yield replace(case, processes=(*before, replace(shape, course=course), *after))


def _smaller_course(course: Course) -> Iterator[Course]:
    for steps in _without_one(course.steps, _smaller_step):
        if steps or course.end is None:
            yield replace(course, steps=steps)
    for place, step in enumerate(course.steps):
        for inner in _content_of(step):
            yield replace(course, steps=(*course.steps[:place], *inner, *course.steps[place + 1 :]))
    if course.end is not None and course.end.kind != "none":
        yield replace(course, end=End(course.end.id, "none"))


def _content_of(step: Step) -> Iterator[tuple[Step, ...]]:
    """What may stand in the place of a step: its own content."""
    if isinstance(step, Activity) and step.inside is not None:
        yield step.inside.steps
    elif isinstance(step, Fork | Choice):
        yield from (branch.steps for branch in step.branches if branch.end is None)
    elif isinstance(step, Again):
        yield (step.activity,)


def _smaller_step(step: Step) -> Iterator[Step]:
    if isinstance(step, Activity):
        yield from _smaller_activity(step)
    elif isinstance(step, Fork | Choice):
        for branches in _without_one(step.branches, _smaller_course):
            if len(branches) == len(step.branches):
                yield replace(step, branches=branches)
    elif isinstance(step, Race):
        for place, (event, course) in enumerate(step.branches):
            for smaller in _smaller_course(course):
                yield replace(
                    step, branches=(*step.branches[:place], (event, smaller), *step.branches[place + 1 :])
                )


def _smaller_activity(activity: Activity) -> Iterator[Activity]:
    if activity.undo is not None:
        yield replace(activity, undo=None)
        yield from (replace(activity, undo=smaller) for smaller in _smaller_activity(activity.undo))
    for mappings in _without_one(activity.inputs, lambda _: iter(())):
        yield replace(activity, inputs=mappings)
    for mappings in _without_one(activity.outputs, lambda _: iter(())):
        yield replace(activity, outputs=mappings)
    if activity.many is not None:
        yield replace(activity, many=None)
    yield from (
        replace(activity, borders=borders) for borders in _without_one(activity.borders, _smaller_border)
    )
    yield from (
        replace(activity, event_scopes=scopes)
        for scopes in _without_one(activity.event_scopes, _smaller_event_scope)
    )
    for activations in _without_one(activity.activations, _smaller_course):
        if activations and all(_begins_with_activity(course) for course in activations):
            yield replace(activity, activations=activations, enough=min(activity.enough, len(activations)))
    if activity.inside is not None:
        yield from (
            replace(activity, inside=inside) for inside in _smaller_course(activity.inside) if inside.steps
        )


def _begins_with_activity(course: Course) -> bool:
    """What begins a flow of an ad-hoc sub-process has no flow to it."""
    return bool(course.steps) and isinstance(course.steps[0], Activity)


def _smaller_border(border: Border) -> Iterator[Border]:
    yield from (replace(border, course=course) for course in _smaller_course(border.course))


def _smaller_event_scope(scope: EventScope) -> Iterator[EventScope]:
    yield from (replace(scope, course=course) for course in _smaller_course(scope.course))


def _without_one(
    items: tuple[Item, ...], smaller: Callable[[Item], Iterator[Item]]
) -> Iterator[tuple[Item, ...]]:
    for place in range(len(items)):
        yield (*items[:place], *items[place + 1 :])
    for place, item in enumerate(items):
        yield from ((*items[:place], less, *items[place + 1 :]) for less in smaller(item))
