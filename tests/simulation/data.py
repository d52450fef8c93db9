"""What variables there are, by the events alone, and what mappings have to make of them, by an interpreter on
plain objects.

A mapping sees what the element sees, its own before what is around, with what earlier mappings of the same
list have made; it changes one member of what stands at its target. Inputs make what is the element's own;
outputs go where the name is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from counterflow import kernel
from counterflow.kernel.course import moves
from counterflow.kernel.data import scopes
from counterflow.kernel.lives.migration import ElementMigrated
from counterflow.kernel.vocabulary import Event, LogEntry
from counterflow.kernel.work.origin import INNER
from counterflow.model.data import VariableMapping
from counterflow.model.graph import Node, Process
from tests.simulation.invariants import Violation

Made = tuple[int, str, Any]
"""A scope, a name, and the value that it has there."""
Outcome = list[Made]
Pair = tuple[str, str]
"""Source and target of a mapping, both paths of names."""


def at(values: Mapping[str, Any], place: str) -> Any:
    """What is found at a path: null where there is nothing."""
    found: Any = values
    for name in place.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def put(values: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The same object with one member, however deep, of this value."""
    name, _, rest = place.partition(".")
    inner = values.get(name)
    return {**values, name: put(inner if isinstance(inner, dict) else {}, rest, value) if rest else value}


def mapped(mappings: Iterable[Pair], seen: Mapping[str, Any], target: Mapping[str, Any]) -> Mapping[str, Any]:
    """The target after these mappings, each of which sees what is there with what those before it have
    made.
    """
    for source, place in mappings:
        value = at(seen, source)
        seen, target = put(seen, place, value), put(target, place, value)
    return target


def decoded(values: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: msgspec.json.decode(value) for name, value in values.items()}


class Data:
    """The variables of every scope, as the committed log tells them."""

    def __init__(self, process_of: Callable[[int], Process]) -> None:
        self._process_of = process_of
        self._values: dict[int, dict[str, Any]] = {}
        self._lives: dict[int, moves.ElementActivating] = {}
        self._instances: dict[int, int] = {}
        self._expected: dict[int, list[Outcome]] = {}
        """What is being left, and what its outputs have to make: as it was when that began, or in a later page."""

    def read(self, entries: Iterable[LogEntry]) -> None:
        """Follow what was committed. Raises `Violation` where a mapping has made something else."""
        for entry in entries:
            if entry.command != "MigrateProcessInstance":  # with which other outputs may come
                self._look_again(entry.process_instance_key)
            for event in kernel.events_of(entry):
                self._one(event, entry.process_instance_key)

    def _look_again(self, instance_key: int) -> None:
        """What others have changed since may be what is mapped."""
        for key, outcomes in self._expected.items():
            if self._instances.get(key) == instance_key:
                outcomes.append(list(self._outcome(key, self._node(key, instance_key))))

    def _one(self, event: Event, instance_key: int) -> None:
        if isinstance(event, moves.ElementActivating):
            self._lives[event.key] = event
        elif isinstance(event, ElementMigrated):
            self._lives[event.key] = replace(self._lives[event.key], element_id=event.target_element_id)
        elif isinstance(event, scopes.VariablesSet):
            self._values.setdefault(event.scope_key, {}).update(decoded(event.values))
        elif isinstance(event, scopes.VariablesRemoved):
            for name in event.names:
                del self._values[event.scope_key][name]
        elif isinstance(event, moves.ElementActivated):
            self._check_inputs(event.key, self._node(event.key, instance_key))
        elif isinstance(event, moves.ElementCompleting):
            self._instances[event.key] = instance_key
            self._expected[event.key] = [list(self._outcome(event.key, self._node(event.key, instance_key)))]
        elif isinstance(event, moves.ElementCompleted):
            self._check_outputs(event.key)
            del self._instances[event.key]
            self._values.pop(event.key, None)
        elif isinstance(event, moves.ElementTerminated):
            self._expected.pop(event.key, None)
            self._values.pop(event.key, None)

    def _node(self, key: int, instance_key: int) -> Node:
        return self._process_of(instance_key).nodes[self._lives[key].element_id]

    def _visible(self, key: int) -> dict[str, Any]:
        around = (
            self._visible(self._lives[key].scope_key)
            if key in self._lives and self._lives[key].scope_key
            else {}
        )
        return {**around, **self._values.get(key, {})}

    def _home_of(self, key: int, name: str) -> int:
        while self._lives[key].scope_key and name not in self._values.get(key, {}):
            if self._lives[key].loop_counter == INNER:
                break  # nothing leaves an activation of an ad-hoc sub-process
            key = self._lives[key].scope_key
        return key

    def _check_inputs(self, key: int, node: Node) -> None:
        if node.inputs and self._lives[key].loop_counter == 0:
            expected, found = (
                mapped(_pairs(node.inputs), self._visible(self._lives[key].scope_key), {}),
                self._values.get(key, {}),
            )
            if found != expected:
                raise Violation(f"the inputs of '{node.id}' {key} make {expected}, and it has {found}")

    def _outcome(self, key: int, node: Node) -> Iterable[Made]:
        """Where each variable of the outputs goes; an instance of a multi-instance activity takes what is its
        own.
        """
        life = self._lives[key]
        if node.outputs and life.loop_counter >= 0:
            is_its_own = life.loop_counter > 0 and node.multi_instance is not None
            outside = key if is_its_own else life.scope_key
            result = mapped(_pairs(node.outputs), self._visible(key), self._visible(outside))
            for name in {mapping.target[0] for mapping in node.outputs}:
                yield self._home_of(outside, name), name, result[name]

    def _check_outputs(self, key: int) -> None:
        outcomes = self._expected.pop(key)
        wrong = [[made for made in outcome if self._has_not(*made)] for outcome in outcomes]
        if all(wrong):
            raise Violation(
                f"the outputs of '{self._lives[key].element_id}' {key} make {wrong[0]} (scope, name, value), and "
                f"there is {[self._values.get(home) for home, _, _ in wrong[0]]}"
            )

    def _has_not(self, home: int, name: str, value: Any) -> bool:
        return bool(self._values.get(home, {}).get(name) != value)


def _pairs(mappings: Sequence[VariableMapping]) -> list[Pair]:
    return [(mapping.source.text.strip(), ".".join(mapping.target)) for mapping in mappings]
