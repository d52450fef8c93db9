"""From a judged outline to the frozen graph. Called only when no rule refused the model, so every reference
holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from counterflow.bpmn.ad_hoc import described, inner_of, is_inside_activation
from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.dialects.readers import READERS
from counterflow.bpmn.elements import COMPENSATION, ERROR, PARALLEL_MULTIPLE
from counterflow.bpmn.extensions import compensated_result, compensation_order
from counterflow.bpmn.outline import Element, Outline, SequenceFlow
from counterflow.bpmn.rules.job_type import passes_unsent
from counterflow.bpmn.undo import undoes_as_a_whole
from counterflow.model.graph import (
    AdHoc,
    Behaviour,
    CalledDecision,
    Compensation,
    Flow,
    Node,
    Process,
    ScriptDefinition,
    UserTaskDefinition,
)
from counterflow.model.reach import reach

_ROOMS_OF_WORK: Mapping[type, Behaviour] = {
    ScriptDefinition: Behaviour.SCRIPT_TASK,
    CalledDecision: Behaviour.RULE_TASK,
    UserTaskDefinition: Behaviour.USER_TASK,
}
"""Tasks that are no jobs: those that are done in the engine, whatever they are drawn as, and by people."""
_PASSED_UNSENT: Mapping[str, Behaviour] = {
    "intermediateThrowEvent": Behaviour.THROW_EVENT,
    "endEvent": Behaviour.END_EVENT,
}
"""Events whose message nobody sends."""


def build(outline: Outline) -> tuple[Process, ...]:
    """The executable processes of the file, in document order."""
    members: dict[int, list[Element]] = {id(process): [] for process in outline.processes}
    for element in outline.elements:
        members[id(element.process)].append(element)
    builder = _Builder(outline)
    return tuple(builder.process(process, members[id(process)]) for process in outline.processes)


class _Builder:
    """The model being frozen: its flows first, since two nodes share each."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.reader: DialectReader = READERS[outline.dialect]
        self.flows = {
            id(flow): Flow(flow.id, _left_at(flow), flow.attribute("targetRef"), flow.condition, flow.line)
            for flow in outline.flows
        }

    def process(self, root: Element, elements: list[Element]) -> Process:
        """One process, with a node for each of its elements and for itself."""
        nodes = {node.id: node for element in elements for node in self._nodes(element)}
        nodes |= {inner.id: inner for element in elements for inner in _inner_instance(element)}
        joins = [element.id for element in elements if element.waits_for_what_can_come]
        nodes |= {join: replace(nodes[join], reach=reach(nodes, nodes[join])) for join in joins}
        return Process(
            id=root.id,
            name=root.attribute("name"),
            dialect=self.outline.dialect,
            version_tag=self.reader.version_tag(root),
            nodes=nodes,
        )

    def _nodes(self, element: Element) -> Iterator[Node]:
        """The node of an element, but where its parts stand for it.

        What throws several events throws the first in its own name, and the others one after another.
        """
        if element.part_of is not None:
            yield self._part(element, element.part_of)
        elif element.kind.catches or not element.parts:
            yield self._node(element)

    def _part(self, part: Element, event: Element) -> Node:
        """What is caught holds no token; what is thrown stands between the part before and the one after."""
        node = self._node(part)
        if event.kind.catches:
            return replace(node, incoming=(), outgoing=(), part_of=event.id)
        flows = _between(event.parts)
        index = event.parts.index(part)
        return replace(
            node,
            incoming=node.incoming if index == 0 else flows[index - 1 : index],
            outgoing=node.outgoing if index == len(flows) else flows[index : index + 1],
            part_of=event.id if index else None,
        )

    def _node(self, element: Element) -> Node:
        details = element.details
        return Node(
            id=element.node_id,
            type=element.tag,
            behaviour=self._behaviour(element),
            parent=_scope_of(element),
            name=element.attribute("name"),
            line=element.line,
            incoming=tuple(self.flows[id(flow)] for flow in element.incoming),
            outgoing=tuple(self.flows[id(flow)] for flow in element.outgoing),
            default_flow=element.attribute("default") or None,
            inputs=details.inputs,
            outputs=details.outputs,
            results_stay_local=details.results_stay_local,
            event=details.event,
            interrupting=element.is_interrupting,
            hands_out=self._hands_out(element),
            inputs_see_event=element.is_event_sub_process and self.reader.INPUTS_SEE_EVENTS,
            work=details.work,
            listeners=details.listeners,
            boundary_events=tuple(
                event.id for event in element.boundary_events if not event.catches(COMPENSATION)
            ),
            waits_for=_waits_for(element),
            body=_body(element),
            multi_instance=details.multi_instance,
            ad_hoc=_ad_hoc(element),
            standard_loop=details.standard_loop,
            activation=details.activation,
            attached_to=element.attached_to.id if element.attached_to is not None else None,
            is_for_compensation=element.is_for_compensation,
            compensation=_compensation(element),
            start_event=_begins_at(element),
            children=_children(element),
            event_sub_processes=tuple(
                child.id for child in element.event_sub_processes if not undoes_as_a_whole(child)
            ),
            compensation_event_sub_process=next(
                (child.id for child in element.event_sub_processes if undoes_as_a_whole(child)), None
            ),
            event_starts=tuple(
                part.node_id for event in element.process_starts if event.waits for part in event.alternatives
            ),
            all_have_to_come=element.awaits_all or element.event == PARALLEL_MULTIPLE,
            parts=tuple(part.node_id for part in element.parts if element.kind.catches),
            compensation_order=compensation_order(element) if element.parent is None else None,
        )

    def _behaviour(self, element: Element) -> Behaviour:
        if element.behaviour is None:
            raise RuntimeError(f"{element} is not executed and yet no rule refused it")
        if passes_unsent(self.outline, element):
            return _PASSED_UNSENT[element.tag]
        return _ROOMS_OF_WORK.get(type(element.details.work), element.behaviour)

    def _hands_out(self, element: Element) -> bool:
        if element.tag != "boundaryEvent" or element.details.outputs:
            return False
        return self.reader.HANDS_ERRORS_OUT or not any(part.catches(ERROR) for part in element.alternatives)


def _left_at(flow: SequenceFlow) -> str:
    """The node that a flow leaves: of an event that throws several, that of the last."""
    source = flow.source
    if source is None or source.kind.catches or not source.parts:
        return flow.attribute("sourceRef")
    return source.parts[-1].node_id


def _between(parts: Sequence[Element]) -> tuple[Flow, ...]:
    """The flows, not drawn, along which one event throws after another."""
    return tuple(
        Flow(f"{one.node_id} → {other.node_id}", one.node_id, other.node_id, line=other.line)
        for one, other in pairwise(parts)
    )


def _scope_of(element: Element) -> str:
    if element.parent is None:
        return ""
    return inner_of(element.parent) if is_inside_activation(element) else element.parent.id


def _children(scope: Element) -> tuple[str, ...]:
    outer = tuple(child.id for child in scope.children if not is_inside_activation(child))
    return outer if scope.details.ad_hoc is None else (scope.details.ad_hoc.inner, *outer)


def _inner_instance(scope: Element) -> Iterator[Node]:
    """The node that stands for an activation inside an ad-hoc sub-process."""
    if scope.details.ad_hoc is not None:
        yield Node(
            id=scope.details.ad_hoc.inner,
            type="adHocSubProcessInnerInstance",
            behaviour=Behaviour.AD_HOC_INNER_INSTANCE,
            parent=scope.id,
            line=scope.line,
            children=tuple(child.id for child in scope.children if is_inside_activation(child)),
        )


def _ad_hoc(element: Element) -> AdHoc | None:
    """All its activities have been read by now."""
    ad_hoc = element.details.ad_hoc
    return None if ad_hoc is None else replace(ad_hoc, described=described(element))


def _begins_at(scope: Element) -> str | None:
    """Where a token begins; events that begin instances of a process are its `event_starts`."""
    starts = [event for event in scope.start_events if scope.is_event_sub_process or not event.definitions]
    return starts[0].id if starts else None


def _body(element: Element) -> Behaviour | None:
    if element.details.multi_instance is not None:
        return Behaviour.MULTI_INSTANCE
    return Behaviour.STANDARD_LOOP if element.details.standard_loop is not None else None


def _waits_for(element: Element) -> tuple[str, ...]:
    if element.behaviour is Behaviour.EVENT_BASED_GATEWAY:
        targets = (flow.target for flow in element.outgoing if flow.target is not None)
        return tuple(part.node_id for target in targets for part in target.alternatives)
    is_caught_inside = element.is_process_start and element.event == PARALLEL_MULTIPLE
    own = [element] if element.behaviour is Behaviour.CATCH_EVENT or is_caught_inside else []
    inside = [event for child in element.event_sub_processes for event in child.start_events]
    events = (*own, *element.boundary_events, *inside)
    return tuple(part.node_id for event in events for part in event.alternatives if part.waits)


def _compensation(element: Element) -> Compensation | None:
    boundary = element.compensation_boundary
    if boundary is None or boundary.handler is None:
        return None
    return Compensation(boundary.id, boundary.handler.id, compensated_result(boundary))
