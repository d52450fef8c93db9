"""How tokens part and come together again in the reference: gateways, and the activations of ad-hoc sub-processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.simulation.scopes import Live, Scope, Shape, Then, is_active_ad_hoc, nothing, starts_of
from tests.simulation.shapes import Activation, Activity, Course, Fork
from tests.simulation.shapes import name_of as name_of_step
from tests.simulation.undoing import Intervals, Undoing

ACTIVATION = -2
"""The place of an activation."""


class Branching(Undoing):
    """What a fork, a join and an ad-hoc sub-process do; how a token moves is said by the reference."""

    def __init__(self, intervals: Intervals, values: Mapping[str, object]) -> None:
        super().__init__(intervals)
        self._values = values

    def _course(self, course: Course, scope: Scope, then: Then) -> None:
        raise NotImplementedError

    def _open(self, shape: Shape, name: str, scope: Scope, then: Then, place: int = 0) -> Live:
        raise NotImplementedError

    def _may_end(self, scope: Scope) -> None:
        raise NotImplementedError

    def _sweep(self, scope: Scope, spared: Live | None = None) -> None:
        raise NotImplementedError

    def _taken(self, step: Fork) -> range:
        """The places of the branches that a fork sends tokens down: of `some` those from `c_<id>` on but the
        last, or else that one.
        """
        last = len(step.branches) - 1
        if not step.some:
            return range(last + 1)
        value = self._values.get(f"c_{step.id}")
        return range(value, last) if isinstance(value, int) and value < last else range(last, last + 1)

    def _join(self, step: Fork, place: int, scope: Scope, then: Then) -> None:
        scope.waiting[step.id, place] += 1
        if step.enough:
            self._begin_round(step, scope, then)
            return
        places = [(step.id, place) for place in self._taken(step)]
        if all(scope.waiting[found] for found in places):
            scope.waiting -= Counter(places)
            then()

    def _begin_round(self, step: Fork, scope: Scope, then: Then) -> None:
        """With enough tokens a round begins; what has given one in it is kept as a token of another name."""
        every = [(step.id, place) for place in range(len(step.branches))]
        filled = [each for each in every if scope.waiting[each]]
        is_under_way = any(scope.waiting[f"{step.id} given", place] for _, place in every)
        if not is_under_way and filled and sum(scope.waiting[each] for each in filled) >= step.enough:
            scope.waiting -= Counter(filled)
            scope.waiting += Counter((f"{step.id} given", place) for _, place in filled)
            is_under_way = True
            then()
        if is_under_way:
            self._end_round(step, scope, then)

    def _end_round(self, step: Fork, scope: Scope, then: Then) -> None:
        """Over when no branch can bring a token that has brought none; what is late is gone."""
        given, at_work = f"{step.id} given", {live.path[-1][0] for live in scope.alive}
        owing = [place for place in range(len(step.branches)) if not scope.waiting[given, place]]
        late = [(step.id, place) for place in owing if scope.waiting[step.id, place]]
        missing = [step.branches[place] for place in owing if not scope.waiting[step.id, place]]
        if any(name_of_step(course.steps[0]) in at_work for course in missing if course.steps):
            return
        was_given = [(given, place) for place in range(len(step.branches)) if place not in owing]
        scope.waiting -= Counter([*late, *was_given])
        self._begin_round(step, scope, then)
        self._may_end(scope)

    def _activate(self, live: Live, shape: Activity) -> None:
        """What a collection names begins, or there is a job for whoever decides."""
        live.inner = Scope(live)
        live.waits.update(starts_of(shape.event_scopes))
        live.job = shape.decided
        if not shape.decided:
            first = shape.activations[:1] if shape.in_turn else shape.activations
            self._begin_activations(live.inner, shape, first)

    def _begin_activations(self, scope: Scope, shape: Activity, courses: Sequence[Course]) -> None:
        """Each is a scope of its own; all are there before the first of them begins."""
        name = f"{shape.id}#innerInstance"
        begun = [self._open(Activation(course), name, scope, nothing, ACTIVATION) for course in courses]
        for activation, course in zip(begun, courses, strict=True):
            activation.inner = Scope(activation)
            self._course(course, activation.inner, nothing)

    def _activation_ended(self, live: Live, scope: Scope) -> None:
        around = scope.owner
        around.completed += 1
        enough = around.shape.enough if isinstance(around.shape, Activity) else 0
        if enough and around.completed >= enough:
            self._sweep(scope)
            self._complete(around)
        else:
            self._begin_next(around, scope)
            self._ask(around)
            self._may_end(scope)

    def _begin_next(self, around: Live, scope: Scope) -> None:
        """Where activations come in turn, the one whose turn it is."""
        shape, place = around.shape, around.completed
        if isinstance(shape, Activity) and shape.in_turn and is_active_ad_hoc(around):
            self._begin_activations(scope, shape, shape.activations[place : place + 1])

    def _ask(self, live: Live) -> None:
        """Something in an ad-hoc sub-process has ended: its worker is to decide anew."""
        if isinstance(live.shape, Activity) and live.shape.decided and is_active_ad_hoc(live):
            live.job = True
