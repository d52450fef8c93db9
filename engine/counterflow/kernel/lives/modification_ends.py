"""What ends by hand: element instances with all that is inside them, and tokens that wait at joins.

    what was named → what cannot be without it → scopes in which nothing would be left

A compensation throw takes the handlers that it has begun with it, since nobody would wait for them any more;
so a handler does not end by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from counterflow.kernel.course.moves import ACTIVATED, TERMINATING
from counterflow.kernel.lives.modification_instructions import AT_ONCE, TerminateInstruction
from counterflow.kernel.rows import ElementInstance, LoopItems
from counterflow.kernel.state.swept import is_swept
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.kernel.work.origin import INNER
from counterflow.kernel.work.step import Course
from counterflow.model.graph import Behaviour


class Join(NamedTuple):
    """A gateway of a scope at which tokens wait."""

    scope_key: int
    gateway_id: str


class Ends:
    """What is to end, as far as it is known yet; nothing of it has been touched."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._instance = course.instance
        self.keys: dict[int, None] = {}
        """Element instances; what is inside them ends as well."""
        self.joins: dict[Join, None] = {}
        """Tokens that wait at them."""

    def add(self, instruction: TerminateInstruction) -> list[int]:
        """Take in what an instruction names; answers the scopes of the tokens that end. Raises
        `Rejection`.
        """
        if instruction.element_id:
            return self._add_all_of(instruction.element_id)
        return [self._add_one(instruction.element_instance_key)]

    def takes(self, key: int) -> bool:
        """Whether an element instance ends."""
        elements = self._instance.elements
        while key:
            if key in self.keys:
                return True
            key = elements[key].scope_key
        return False

    def close(self, kept: Collection[int]) -> None:
        """Take in each scope in which nothing is left, but those in which something is to begin. Raises
        `Rejection` where a handler would end without its throw, or a called process without its call.
        """
        emptied = [self._instance.elements[key].scope_key for key in self.keys]
        emptied += [join.scope_key for join in self.joins]
        while emptied:
            scope_key = emptied.pop()
            if (
                scope_key
                and scope_key not in self.keys
                and scope_key not in kept
                and self._is_left_empty(scope_key)
            ):
                self.keys[scope_key] = None
                emptied.append(self._instance.elements[scope_key].scope_key)
        self._refuse_half_an_undo()
        self._refuse_part_of_a_loop()
        self._refuse_part_of_a_collection()
        self._refuse_called()
        self._refuse_unheard()

    def outermost(self) -> list[int]:
        """The element instances to be swept away, none of them inside another, oldest first."""
        elements = self._instance.elements
        return [key for key in sorted(self.keys) if not self.takes(elements[key].scope_key)]

    def waiting_outside(self) -> list[Join]:
        """The joins whose tokens end while their scope goes on."""
        return [join for join in self.joins if not self.takes(join.scope_key)]

    def scopes_left(self) -> list[int]:
        """The scopes that go on without something that has ended in them."""
        elements = self._instance.elements
        left = {elements[key].scope_key for key in self.outermost()}
        return sorted((left | {join.scope_key for join in self.waiting_outside()}) - {0})

    def _add_one(self, key: int) -> int:
        element = self._instance.elements.get(key)
        if element is None or self._is_gone(element):
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to terminate element instance '{key}' of process instance '{self._instance.key}', "
                "but no "
                "active element instance with this key was found in it; `counterflow show` tells those that "
                "are there",
            )
        self._take(key)
        return element.scope_key

    def _add_all_of(self, element_id: str) -> list[int]:
        if element_id not in self._course.nodes:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to terminate element '{element_id}' of process instance '{self._instance.key}', "
                "but its "
                f"process '{self._course.process.id}' has no such element",
            )
        all_of_it = [element for element in self._all_of(element_id) if not self._is_gone(element)]
        joins = [
            Join(scope_key, element_id)
            for scope_key, gateways in self._instance.arrived_in.items()
            if self._waiting_at(scope_key, gateways.get(element_id, {}))
        ]
        if not all_of_it and not joins:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to terminate element '{element_id}' of process instance '{self._instance.key}', "
                "but it is "
                "not active there, and no token waits at it",
            )
        if len(all_of_it) > AT_ONCE:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to terminate at most {AT_ONCE} element instances at once, but '{element_id}' has "
                f"{len(all_of_it)}; terminate the scope around them, or some of them by their keys",
            )
        for element in all_of_it:
            self._take(element.key)
        self.joins.update(dict.fromkeys(joins))
        waiting = [
            join.scope_key
            for join in joins
            for _ in range(
                self._waiting_at(join.scope_key, self._instance.arrived_in[join.scope_key][element_id])
            )
        ]
        return [element.scope_key for element in all_of_it] + waiting

    def _all_of(self, element_id: str) -> list[ElementInstance]:
        """Of an activity that is done several times, its bodies."""
        elements = self._instance.elements
        drawn_there = [elements[key] for key in sorted(elements) if elements[key].element_id == element_id]
        return [element for element in drawn_there if element.loop_counter <= 0]

    def _waiting_at(self, scope_key: int, flow_ids: Collection[str]) -> int:
        """How many tokens wait; a complex gateway may have had some of which only the mark is left."""
        return sum(self._instance.arrived[scope_key, flow_id].count for flow_id in flow_ids)

    def _is_gone(self, element: ElementInstance) -> bool:
        return element.state == TERMINATING or is_swept(self._course.step.state, self._instance, element.key)

    def _take(self, key: int) -> None:
        self.keys[key] = None
        for handler_key in self._handlers_of(key):
            self.keys[handler_key] = None

    def _handlers_of(self, throw_key: int) -> Iterator[int]:
        instance = self._instance
        for key in instance.undo_by_throw.get(throw_key, ()):
            handler_key = instance.undo_records[key].handler_key
            if handler_key in instance.elements:
                yield handler_key

    def _is_left_empty(self, scope_key: int) -> bool:
        instance = self._instance
        if any(key not in self.keys for key in instance.children.get(scope_key, ())):
            return False
        if self._has_work(scope_key) or self._begins_more(scope_key):
            return False
        return not any(
            self._waiting_at(scope_key, flow_ids)
            for gateway_id, flow_ids in instance.arrived_in.get(scope_key, {}).items()
            if Join(scope_key, gateway_id) not in self.joins
        )

    def _has_work(self, scope_key: int) -> bool:
        """Whether a worker decides what begins in it, which is at work without anything inside."""
        is_at_work = self._instance.elements[scope_key].state == ACTIVATED
        return is_at_work and scope_key in self._instance.job_of

    def _begins_more(self, scope_key: int) -> bool:
        """Whether a parallel activity, or an ad-hoc sub-process's collection, has not begun all of it."""
        loop = self._course.nodes[self._instance.elements[scope_key].element_id].multi_instance
        is_sequential = loop is not None and loop.is_sequential
        return scope_key in self._instance.rows[LoopItems] and not is_sequential

    def _refuse_half_an_undo(self) -> None:
        instance = self._instance
        for key in self.keys:
            undo = instance.undo_records.get(instance.elements[key].undo_key)
            if undo is not None and undo.throw_key in instance.elements and not self.takes(undo.throw_key):
                raise Rejection(
                    RejectionType.INVALID_ARGUMENT,
                    f"Expected to terminate '{instance.elements[key].element_id}' ({key}), but it undoes "
                    f"'{undo.element_id}' for a compensation throw that waits for it; terminate the throw "
                    f"'{instance.elements[undo.throw_key].element_id}' ({undo.throw_key}), which takes it "
                    "along",
                )

    def _refuse_part_of_a_loop(self) -> None:
        """What is done for several items is done for all of them, or ends as a whole."""
        for key in self.outermost():
            element = self._instance.elements[key]
            if element.loop_counter > 0:
                raise Rejection(
                    RejectionType.INVALID_ARGUMENT,
                    f"Expected to terminate '{element.element_id}' ({key}), but it is one of several "
                    "instances "
                    "that are done as one activity; terminate that as a whole "
                    f"({element.scope_key}), or move what is inside",
                )

    def _refuse_part_of_a_collection(self) -> None:
        """How far an ad-hoc sub-process is in its collection is told by what of it has ended, or is there."""
        for key in self.outermost():
            element = self._instance.elements[key]
            if element.loop_counter == INNER and self._begins_more(element.scope_key):
                raise Rejection(
                    RejectionType.INVALID_STATE,
                    f"Expected to terminate an activation ({key}) of an ad-hoc sub-process, but what its "
                    "collection names has not all begun; terminate the sub-process as a whole "
                    f"({element.scope_key}), or move what is inside",
                )

    def _refuse_unheard(self) -> None:
        """What begins event sub-processes is waited for as the start event of their scope is left.

        One that an incident holds there would leave a scope behind that hears of nothing.
        """
        nodes = self._course.nodes
        for key in self.outermost():
            element = self._instance.elements[key]
            scope = self._instance.elements.get(element.scope_key)
            is_start = nodes[element.element_id].behaviour is Behaviour.START_EVENT
            if is_start and scope is not None and nodes[scope.element_id].event_sub_processes:
                raise Rejection(
                    RejectionType.INVALID_STATE,
                    f"Expected to terminate '{element.element_id}' ({key}), but '{scope.element_id}' around "
                    "it waits for what begins its event sub-processes only when that start event is left; "
                    "resolve its incident first, or terminate the scope",
                )

    def _refuse_called(self) -> None:
        header = self._course.header
        if header.parent_instance_key and self._instance.key in self.keys:
            raise Rejection(
                RejectionType.INVALID_ARGUMENT,
                f"Expected to modify process instance '{self._instance.key}' so that something in it goes "
                "on, but it "
                "would end, and the call that waits for it would not; terminate the call activity "
                f"'{header.parent_element_key}' in process instance '{header.parent_instance_key}' instead",
            )
