"""Which element of a target stands for which of a source, as somebody has told it and as it is proposed.

Proposed is, in this order: of what undoes an activity, what undoes the counterpart of that; what has the same
id and is of the same type; what is alone in its scope to have its name and type; what stands between the same
elements; what is the only one of its type in its scope that is not in both. An event on a border goes where
its activity goes, the inside of a scope where that goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Behaviour, Node, Process

SHOWN = 10
"""So many ids are told in one sentence."""


class Correspondence:
    """The elements of a target by those of a source, looked for when they are asked for.

    With `proposes` what nobody has told of is proposed for whatever is at work as well; without, it is for
    what is passive only (undo records, the scopes around), and what is at work has to be told of.
    """

    def __init__(
        self, source: Process, target: Process, mapping: Mapping[str, str], *, proposes: bool = False
    ) -> None:
        self.source = source
        self.target = target
        self.told = mapping
        self.proposes = proposes
        self._taken = frozenset(mapping.values())
        self._targets: dict[str, str] = {}

    def of(self, element_id: str) -> str:
        """The id of what stands for an element of the source; empty where nothing does."""
        if element_id in self.told:
            return self.told[element_id]
        if element_id not in self._targets:
            self._targets[element_id] = self._propose(self.source.nodes[element_id])
        return self._targets[element_id]

    def given(self, element_id: str) -> str:
        """The same of what is at work: empty where it has to be told of and is not."""
        node = self.source.nodes[element_id]
        if node.part_of is not None:
            return self.of(element_id) if self.given(node.part_of) else ""
        is_drawn = node.parent and node.behaviour is not Behaviour.AD_HOC_INNER_INSTANCE
        return self.of(element_id) if self.proposes or not is_drawn or element_id in self.told else ""

    def _propose(self, node: Node) -> str:
        target = self.target
        if not node.parent:
            return target.id
        if node.behaviour is Behaviour.AD_HOC_INNER_INSTANCE:
            around = target.nodes.get(self.of(node.parent))
            return around.ad_hoc.inner if around is not None and around.ad_hoc is not None else ""
        if node.part_of is not None:
            return self._as_part(node, self.source.nodes[node.part_of])
        if node.is_for_compensation and (handler := self._as_handler(node)):
            return handler
        same = target.nodes.get(node.id)
        if same is not None and same.type == node.type:
            return node.id
        scope = self.of(node.parent)
        return self._by_place(node, scope) if scope and same is None else ""

    def _as_part(self, part: Node, event: Node) -> str:
        """The part in the same place of an event that has as many, of the same kinds, in the same way."""
        after = self.target.nodes.get(self.of(event.id))
        if after is None or after.all_have_to_come != event.all_have_to_come:
            return ""
        kinds = [type(self.source.nodes[one].event) for one in event.parts]
        if [type(self.target.nodes[one].event) for one in after.parts] != kinds:
            return ""
        return after.parts[event.parts.index(part.id)]

    def _as_handler(self, node: Node) -> str:
        """What undoes the counterpart of the activity that an activity undoes."""
        for child in self.source.nodes[node.parent].children:
            undone = self.source.nodes[child]
            if undone.compensation is not None and undone.compensation.handler == node.id:
                after = self.target.nodes.get(self.of(undone.id))
                return after.compensation.handler if after is not None and after.compensation else ""
        return ""

    def _by_place(self, node: Node, scope: str) -> str:
        """What is alone on both sides to have the same name, the same neighbours, or to be left at all."""
        source, target = self.source.nodes, self.target.nodes
        attached = self.of(node.attached_to) if node.attached_to is not None else None
        left = [
            one
            for one in _inside(source, node.parent, node)
            if one.id not in target and one.id not in self.told and one.attached_to == node.attached_to
        ]
        free = [
            one
            for one in _inside(target, scope, node)
            if one.id not in source and one.id not in self._taken and one.attached_to == attached
        ]
        for mark, translation in ((_name, self.told), (_neighbours, self.told), (_nothing, self.told)):
            marker = mark(node, translation)
            here = [one for one in left if mark(one, translation) == marker]
            there = [one for one in free if mark(one, {}) == marker]
            if marker not in {None, ""} and len(here) == len(there) == 1:
                return there[0].id
        return ""


def _inside(nodes: Mapping[str, Node], scope: str, like: Node) -> list[Node]:
    """The elements of a scope that are of the type of another, and wait for an event of the same kind."""
    inside = (nodes[child] for child in nodes[scope].children)
    return [one for one in inside if one.type == like.type and type(one.event) is type(like.event)]


def _name(node: Node, _: Mapping[str, str]) -> Hashable:
    return node.name


def _neighbours(node: Node, translation: Mapping[str, str]) -> Hashable:
    before = frozenset(translation.get(flow.source, flow.source) for flow in node.incoming)
    after = frozenset(translation.get(flow.target, flow.target) for flow in node.outgoing)
    return (before, after) if before or after else None


def _nothing(node: Node, _: Mapping[str, str]) -> Hashable:
    return True


# -- what was told -------------------------------------------------------------------------------------------


def correspondence(
    source: Process, target: Process, mappings: Sequence[tuple[str, str]], *, proposes: bool
) -> Correspondence:
    """Which element becomes which, as these instructions say. Raises `Rejection` for such as name an element
    twice, or one that is not there.
    """
    _refuse_senseless(source, target, mappings)
    return Correspondence(source, target, dict(mappings), proposes=proposes)


def _refuse_senseless(source: Process, target: Process, mappings: Sequence[tuple[str, str]]) -> None:
    sources = [before for before, _ in mappings]
    twice = [before for before, count in Counter(sources).items() if count > 1]
    unknown = [before for before in sources if before not in source.nodes]
    nowhere = [after for _, after in mappings if after not in target.nodes]
    _refuse("each source element in one mapping instruction at most, but found several for", twice)
    _refuse(f"source elements of process '{source.id}' of the instance, but it has none with the id", unknown)
    _refuse(f"target elements of process '{target.id}', but it has none with the id", nowhere)


def _refuse(expected: str, elements: Iterable[str]) -> None:
    names = [f"'{name[:200]}'" for name in dict.fromkeys(elements)]
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise Rejection(
            RejectionType.INVALID_ARGUMENT, f"Expected {expected} {', '.join(names[:SHOWN])}{more}"
        )


# -- what can stand for what ---------------------------------------------------------------------------------


def why_not(before: Node, after: Node) -> str:
    """Why an element that is at work cannot go on as another one; empty where it can."""
    if before.type != after.type:
        return f"it is of type {before.type}, and '{after.id}' of type {after.type}"
    for what, of in _HOW:
        if of(before) != of(after):
            return f"'{after.id}' differs in {what}"
    return ""


def _times(node: Node) -> object:
    loop, ad_hoc = node.multi_instance, node.ad_hoc
    return (
        node.body,
        loop is not None and (loop.is_sequential, loop.output_collection is None),
        ad_hoc is not None and (ad_hoc.is_sequential, ad_hoc.output_collection is None),
    )


_HOW: Sequence[tuple[str, Callable[[Node], object]]] = (
    ("how its work is done", lambda node: (node.behaviour, type(node.work))),
    ("the kind of its event", lambda node: type(node.event)),
    ("how often it is done (a loop, one after another, or all at once)", _times),
    ("being there to undo something", lambda node: node.is_for_compensation),
    ("whether its events all have to come", lambda node: node.all_have_to_come),
)
