"""A parallel join to which tokens never come by all of its flows, so that it never goes on.

BPMN 2.0.2, 13.4.1: it waits for a token on each of its flows. Where these come from one choice, only one of
them ever has one. How tokens can stand on the flows of a scope is played, as of a net of Petri's: from each
of its starts, with every choice, as far as a bound; where this is met, nothing is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from counterflow.bpmn.outline import PARALLEL, Element, Outline, SequenceFlow
from counterflow.documents.findings import Finding
from counterflow.model.graph import Behaviour

RULE = "stuck-join"
MOST_MARKINGS = 3_000
"""How many ways in which tokens can stand are looked at in a scope."""
MANY = 2
"""So many tokens on a flow, or more."""
MOST_CHOSEN = 8
"""Flows out of an element of which each choice is looked at; of more, nothing is said."""
ALL_AT_ONCE = frozenset({Behaviour.PARALLEL_GATEWAY})
ONE_OF_THEM = frozenset({Behaviour.EXCLUSIVE_GATEWAY, Behaviour.EVENT_BASED_GATEWAY})

Marking = tuple[tuple[int, int], ...]
"""Tokens by place: a flow, or an element that is at work; in order, without empty ones."""


class TooMany(Exception):
    """There are more ways than are looked at."""


def check(outline: Outline) -> Iterator[Finding]:
    """Joins that tokens reach, and that never have one by each flow."""
    for scope in outline.elements:
        joins = [child for child in scope.children if _is_join(child)]
        if joins and scope.behaviour is not Behaviour.AD_HOC_SUB_PROCESS:
            net = Net(scope)
            try:
                net.play()
            except TooMany:
                continue
            yield from (_hint(join) for join in joins if id(join) in net.reached - net.fired)


def _hint(join: Element) -> Finding:
    return join.hint(
        RULE,
        f"{join} can never go on: it waits for a token by each of its flows, which never have one together.",
        "Join what one choice has parted by an exclusive gateway, or part it by a parallel one.",
    )


def _is_join(element: Element) -> bool:
    return element.behaviour is Behaviour.PARALLEL_GATEWAY and len(element.incoming) > 1


class Net:
    """How tokens can stand in one scope."""

    def __init__(self, scope: Element) -> None:
        self._scope = scope
        self._places: dict[int, SequenceFlow | Element] = {}
        self._seen: set[Marking] = set()
        self.reached: set[int] = set()
        """The joins that a token has come to."""
        self.fired: set[int] = set()
        """The joins that have gone on."""

    def play(self) -> None:
        """From each start, with every choice. Raises `TooMany`."""
        waiting = [self._put({}, [first]) for first in self._starts()]
        while waiting:
            marking = waiting.pop()
            if marking in self._seen:
                continue
            self._seen.add(marking)
            if len(self._seen) > MOST_MARKINGS:
                raise TooMany
            waiting += self._following(dict(marking))

    def _starts(self) -> Iterator[Element]:
        for child in self._scope.children:
            is_first = child.behaviour is not None and not child.incoming and child.attached_to is None
            if is_first and not child.is_for_compensation and not child.is_event_sub_process:
                yield child

    def _following(self, marking: dict[int, int]) -> Iterator[Marking]:
        for flow in marking:
            what = self._places[flow]
            if isinstance(what, SequenceFlow):
                yield from self._arrive(marking, what)
            else:
                yield from self._leave(marking, what)

    def _arrive(self, marking: dict[int, int], flow: SequenceFlow) -> Iterator[Marking]:
        """A token leaves a flow for its target; at a join all do together."""
        target = flow.target
        if target is None or target.parent is not self._scope:
            return
        if not _is_join(target):
            yield from self._moved(marking, [flow], [target])
            return
        self.reached.add(id(target))
        if all(id(one) in marking for one in target.incoming):
            self.fired.add(id(target))
            yield from self._moved(marking, target.incoming, [target])

    def _leave(self, marking: dict[int, int], element: Element) -> Iterator[Marking]:
        """A token leaves an element: by its flows, or over its border."""
        for chosen in _choices(element):
            yield from self._moved(marking, [element], chosen)
        for event in element.boundary_events:
            stays = () if event.is_interrupting else (element,)
            yield from self._moved(marking, [element], [*stays, *event.outgoing])

    def _moved(
        self,
        marking: Mapping[int, int],
        taken: list[SequenceFlow] | list[Element],
        put: list[SequenceFlow | Element] | list[Element],
    ) -> Iterator[Marking]:
        """What is left without these tokens, and with those: of many there may be as many as before."""
        places = [id(flow) for flow in taken]
        many = [flow for flow in places if marking[flow] >= MANY]
        for left in itertools.product((1, MANY), repeat=len(many)):
            after = {flow: count for flow, count in marking.items() if flow not in places}
            after |= dict(zip(many, left, strict=True))
            yield self._put(after, put)

    def _put(self, marking: dict[int, int], places: list[SequenceFlow | Element] | list[Element]) -> Marking:
        for flow in places:
            self._places[id(flow)] = flow
            marking[id(flow)] = min(marking.get(id(flow), 0) + 1, MANY)
        return tuple(sorted(marking.items()))


def _choices(element: Element) -> Iterator[list[SequenceFlow | Element]]:
    """The sets of flows that a token may go on by; of an element that ends there, none. Raises `TooMany`."""
    flows: list[SequenceFlow | Element] = [*element.outgoing]
    if element.behaviour in ONE_OF_THEM and not _waits_for_all(element):
        yield from ([flow] for flow in flows)
    elif element.behaviour in ONE_OF_THEM | ALL_AT_ONCE or not _has_conditions(element):
        yield flows
    elif len(flows) > MOST_CHOSEN:
        raise TooMany
    else:
        for many in range(1, len(flows) + 1):
            yield from (list(chosen) for chosen in itertools.combinations(flows, many))


def _has_conditions(element: Element) -> bool:
    return any(flow.condition_xml is not None for flow in element.outgoing)


def _waits_for_all(gateway: Element) -> bool:
    """Whether it begins instances by events all of which come (BPMN 2.0.2, 10.6.6)."""
    return gateway.instantiates and gateway.attribute("eventGatewayType") == PARALLEL
