"""Where tokens begin by hand: in a scope that is there, or in one that is made for them.

From the process inwards, scope by scope: the one instance that is there is used, where there is none it is
made, and of several the caller has to choose. With a chosen scope the way begins there, and what lies
between is made anew. Scopes that one command makes are made once, for all that begins in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterflow.kernel.course.moves import ACTIVATED
from counterflow.kernel.data import scopes
from counterflow.kernel.lives.modification_ends import Ends
from counterflow.kernel.lives.modification_instructions import ActivateInstruction, ActivationKind
from counterflow.kernel.rows import LoopItems, Repetition
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.step import Course, Token
from counterflow.model.events import CompensateDefinition
from counterflow.model.graph import Behaviour, Node

SHOWN = 5
"""So many keys a message names."""


@dataclass(slots=True)
class TokenPlace:
    """Where something begins: an element instance that is there, or one that is to be made."""

    node: Node
    token: Token | None = None
    """The scope that is there; None of what is to be made."""
    is_aim: bool = False
    """Whether it is what was asked for, and no scope on the way to that."""
    inside: list[TokenPlace] = field(default_factory=list)
    """What is to be made in it, in this order."""
    local: dict[str, bytes] = field(default_factory=dict)
    """Variables of its own that it gets."""
    is_after: bool = False
    """Whether only the flows behind it are taken."""


class TokenPlaces:
    """Where a modification puts its tokens; nothing has been touched."""

    def __init__(self, course: Course, ends: Ends) -> None:
        self._course = course
        self._instance = course.instance
        self._ends = ends
        self._used: dict[int, TokenPlace] = {}
        self.made = 0
        """How many element instances are to be made."""

    @property
    def used(self) -> Sequence[TokenPlace]:
        """The scopes that are there and in which something begins, or whose variables are set."""
        return list(self._used.values())

    @property
    def begun_in(self) -> frozenset[int]:
        """The keys of those in which something begins."""
        return frozenset(key for key, scope in self._used.items() if scope.inside)

    def add(self, instruction: ActivateInstruction, base_key: int = 0) -> None:
        """Find the place of a token, with `base_key` as the scope in which its way begins. Raises
        `Rejection`.
        """
        node = self._node_of(instruction)
        is_chosen = instruction.ancestor_key > 0
        here = self._base(node, instruction.ancestor_key if is_chosen else base_key)
        way = [here]
        for scope in self._between(here.node, node):
            here = self._inner(here, scope, node, is_anew=is_chosen)
            way.append(here)
        way.append(self._aim(instruction.kind, here, node))
        for wish in instruction.variables:
            self._give(way, node, wish.scope_id, wish.variables)

    def _node_of(self, instruction: ActivateInstruction) -> Node:
        node = self._course.nodes.get(instruction.element_id)
        if node is None or node.part_of is not None:
            raise self._refusal(
                instruction.element_id, f"its process '{self._course.process.id}' has no such element"
            )
        return node

    # -- the way in ------------------------------------------------------------------------------------------

    def _base(self, node: Node, key: int) -> TokenPlace:
        """The scope in which the way begins: the process, unless another one was chosen."""
        key = key or self._instance.key
        element = self._instance.elements.get(key)
        if element is None or self._is_gone(key):
            what = (
                "the process instance ends"
                if key == self._instance.key
                else f"its ancestor '{key}' is not active in it"
            )
            raise self._refusal(node.id, f"{what}; choose an element instance around it that goes on")
        token = self._course.token_of(element)
        if token.node.id not in self._around(node):
            raise self._refusal(
                node.id, f"its ancestor '{key}' is '{token.node.id}', which is not a scope around '{node.id}'"
            )
        return self._instance_of(self._existing(token), node)

    def _between(self, outer: Node, node: Node) -> list[Node]:
        """The scopes inside `outer` and around a node, outermost first."""
        around = self._around(node)
        return [self._course.nodes[scope_id] for scope_id in reversed(around[: around.index(outer.id)])]

    def _around(self, node: Node) -> list[str]:
        """The ids of the scopes around a node, innermost first."""
        around: list[str] = []
        while node.parent:
            around.append(node.parent)
            node = self._course.nodes[node.parent]
        return around or [node.id]

    def _inner(self, here: TokenPlace, scope: Node, node: Node, *, is_anew: bool) -> TokenPlace:
        """The next scope on the way to a node: the one that is there, or one that is made."""
        is_activation = self._begins_activation(scope, node)
        if here.token is not None and not is_anew and not is_activation:
            there = self._alive(here.token.key, scope.id)
            if there:
                return self._instance_of(self._existing(self._only(there, scope, node)), node)
        made = None if is_activation else self._made_in(here, scope)
        return made or self._make(here, scope, node)

    def _begins_activation(self, scope: Node, node: Node) -> bool:
        """Whether a node is one of those that an ad-hoc sub-process activates, each in a scope of its own."""
        around = self._course.nodes[scope.parent].ad_hoc if scope.parent else None
        return (
            scope.behaviour is Behaviour.AD_HOC_INNER_INSTANCE
            and around is not None
            and node.id in around.activities
        )

    def _made_in(self, here: TokenPlace, scope: Node) -> TokenPlace | None:
        return next((made for made in here.inside if made.node is scope and not made.is_aim), None)

    def _instance_of(self, target: TokenPlace, node: Node) -> TokenPlace:
        """Of an activity that is done several times, one of the times, which what begins by hand is in."""
        body = target.token
        if body is None or not body.is_body:
            return target
        times = self._alive(body.key, body.node.id)
        if not times:
            raise self._refusal(node.id, f"'{body.node.id}' around it has none of its instances active")
        return self._existing(self._only(times, body.node, node))

    def _only(self, there: Sequence[int], scope: Node, node: Node) -> Token:
        if len(there) > 1:
            keys = ", ".join(map(str, there[:SHOWN])) + (", …" if len(there) > SHOWN else "")
            raise self._refusal(
                node.id,
                f"{len(there)} instances of '{scope.id}' around it are active ({keys}); choose one as its "
                "ancestor",
            )
        return self._course.token(there[0])

    def _alive(self, scope_key: int, element_id: str) -> list[int]:
        elements = self._instance.elements
        return [
            key
            for key in sorted(self._instance.children.get(scope_key, ()))
            if elements[key].element_id == element_id and not self._is_gone(key)
        ]

    def _is_gone(self, key: int) -> bool:
        return self._ends.takes(key) or is_swept(self._course.step.state, self._instance, key)

    def _existing(self, token: Token) -> TokenPlace:
        return self._used.setdefault(token.key, TokenPlace(token.node, token))

    # -- what is made ----------------------------------------------------------------------------------------

    def _make(self, here: TokenPlace, scope: Node, node: Node) -> TokenPlace:
        """A scope on the way. Raises `Rejection` where such a one begins only by itself."""
        why = self._why_not_made(scope)
        if why:
            raise self._refusal(node.id, why)
        return self._put(here, TokenPlace(scope), node)

    def _put(self, here: TokenPlace, target: TokenPlace, node: Node) -> TokenPlace:
        self._refuse_unready(here, node)
        here.inside.append(target)
        self.made += 0 if target.is_after else 1
        return target

    def _aim(self, kind: ActivationKind, here: TokenPlace, node: Node) -> TokenPlace:
        if kind is ActivationKind.INSIDE:
            return self._inside(here, node)
        if kind is ActivationKind.AFTER:
            return self._after(here, node)
        why = why_not_begun(self._course, node)
        if why:
            raise self._refusal(node.id, why)
        return self._put(here, TokenPlace(node, is_aim=True), node)

    def _inside(self, here: TokenPlace, node: Node) -> TokenPlace:
        """At the start of a scope that is there, beside what is in it; else the scope begins."""
        start = self._course.nodes.get(node.start_event or "")
        if start is None or node.behaviour not in {Behaviour.SUB_PROCESS, Behaviour.PROCESS}:
            raise self._refusal(
                node.id, f"a {node.type} has no start event at which a token could begin inside"
            )
        scope = here if here.node is node else self._there(here, node)
        if scope is None:
            return self._aim(ActivationKind.BEFORE, here, node)
        self._after(scope, start)
        return scope

    def _there(self, here: TokenPlace, node: Node) -> TokenPlace | None:
        there = self._alive(here.token.key, node.id) if here.token is not None else []
        return self._instance_of(self._existing(self._only(there, node, node)), node) if there else None

    def _after(self, here: TokenPlace, node: Node) -> TokenPlace:
        why = ""
        if not node.outgoing:
            why = "no flow leads away from it"
        elif any(flow.condition for flow in node.outgoing):
            why = "flows away from it have conditions; activate the element behind the one that is meant"
        elif here.token is None:
            why = f"'{here.node.id}' around it is not active; activate the element behind it"
        if why:
            raise self._refusal(node.id, why)
        return self._put(here, TokenPlace(node, is_aim=True, is_after=True), node)

    def _why_not_made(self, scope: Node) -> str:
        if scope.body is not None:
            what = "multi-instance activity" if scope.multi_instance is not None else "loop"
            return (
                f"it is inside the {what} '{scope.id}', of which no instance is active; activate '{scope.id}'"
            )
        if scope.is_for_compensation:
            return f"it is inside the compensation handler '{scope.id}', which only a compensation begins"
        if scope.behaviour is Behaviour.EVENT_SUB_PROCESS and self._takes_over(scope):
            return (
                f"it is inside the event sub-process '{scope.id}', which only its event begins, as it "
                "interrupts"
            )
        return ""

    def _takes_over(self, scope: Node) -> bool:
        return takes_over(self._course, scope)

    def _refuse_unready(self, here: TokenPlace, node: Node) -> None:
        """A scope in which nothing may begin now. Raises `Rejection`."""
        scope = here.token
        if scope is None:
            return
        row, why = scope.row, ""
        if row.state != ACTIVATED:
            why = f"is {row.state}; an incident may hold it, which is to be resolved first"
        elif row.interrupted:
            why = "was interrupted, and what has done so goes on alone"
        elif scope.node.ad_hoc is not None and scope.key in self._instance.rows[LoopItems]:
            why = "has not begun all of its collection; ask again later"
        elif scope.node.ad_hoc is not None and self._instance.rows[Repetition][scope.key].total < 0:
            why = "has fulfilled its completion condition"
        if why:
            raise self._refusal(node.id, f"'{scope.node.id}' ({scope.key}) around it {why}")

    # -- variables -------------------------------------------------------------------------------------------

    def _give(
        self, way: Sequence[TokenPlace], node: Node, scope_id: str, variables: dict[str, bytes]
    ) -> None:
        """Variables for the process instance, or for the innermost place of this element. Raises
        `Rejection`.
        """
        scope_id = scope_id or self._course.process.root.id
        if scope_id == self._course.process.root.id:
            scope = self._existing(self._course.token(self._instance.key))
        else:
            places = [scope for scope in reversed(way) if scope.node.id == scope_id and not scope.is_after]
            if not places:
                raise self._refusal(
                    node.id,
                    f"variables were given for '{scope_id}', which is neither '{node.id}' nor a scope around "
                    "it",
                )
            scope = places[0]
        scope.local |= variables
        scopes.refuse_large(self._course.step, scope.local)

    def _refusal(self, element_id: str, why: str) -> Rejection:
        return Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected to activate element '{element_id}' in process instance '{self._instance.key}', but "
            f"{why}",
        )


_BEGUN_OTHERWISE = frozenset(
    {
        Behaviour.START_EVENT,
        Behaviour.BOUNDARY_EVENT,
        Behaviour.PROCESS,
        Behaviour.AD_HOC_INNER_INSTANCE,
    }
)


def why_not_begun(course: Course, node: Node) -> str:
    """Why an element cannot be begun by hand; empty where it can."""
    sources = (course.nodes[flow.source] for flow in node.incoming)
    if node.behaviour in _BEGUN_OTHERWISE:
        return f"an element of type {node.type} cannot be activated; activate the one behind it"
    if node.is_for_compensation:
        return "it is a compensation handler, which only a compensation begins"
    if node.behaviour is Behaviour.EVENT_SUB_PROCESS and takes_over(course, node):
        return (
            "only its event begins it, as it interrupts the scope around it; activate what is inside when it "
            "is active"
        )
    gateway = next((source for source in sources if source.behaviour is Behaviour.EVENT_BASED_GATEWAY), None)
    return f"it follows the event-based gateway '{gateway.id}'; activate that" if gateway is not None else ""


def takes_over(course: Course, event_sub_process: Node) -> bool:
    """Whether an event sub-process interrupts the scope around it, or undoes it."""
    start = course.nodes[str(event_sub_process.start_event)]
    return start.interrupting or isinstance(start.event, CompensateDefinition)
