"""Mappings: what the expressions of an element's inputs or outputs make, by variable.

A mapping sees the element's own values before those around it, merged with what earlier mappings of the same
list have made (as the entries of one FEEL context see each other). A nested target (`order.id`) changes one
member of what stands at the target.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from counterflow.kernel.data import evaluation, scopes
from counterflow.kernel.work.budget import CommandBudget
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model.data import VariableMapping


def map_values(
    token: Token,
    mappings: Iterable[VariableMapping],
    present: Mapping[str, bytes],
    over: scopes.Document | None = None,
) -> scopes.Document:
    """What mappings give, by top-level variable.

    `present` holds what a nested target (`order.id`) is added to; `over` is seen before what the element has.

    Sources are evaluated in the element's scope, from first to last, and see what is there with what earlier
    mappings have made: after `a.x` was made, `a` is the object that the element sees, its own first, with
    this `x`; what goes to the target is the object of `present` with this `x`, and the two may differ.
    Nothing is set here, so that mappings are done all together or not at all. Raises `Held`.
    """
    result: dict[str, bytes] = {}
    seen: dict[str, bytes] = dict(over or {})
    budget = token.step.budget
    for mapping in mappings:
        name, path = mapping.target[0], mapping.target[1:]
        if mapping.yields and name in token.variables:
            continue
        value = evaluation.json(token, token.key, mapping.source, f"'{'.'.join(mapping.target)}'", seen)
        if not path:
            result[name] = seen[name] = value
            continue
        there = result.get(name, present.get(name))
        here = seen[name] if name in seen else scopes.lookup(token.instance, token.key, name)
        result[name] = seen[name] = _with_member(budget, there, path, value)
        if here != there:
            seen[name] = _with_member(budget, here, path, value)
    return result


@contextmanager
def as_mapping_failure(where: str) -> Iterator[None]:
    """What fails inside is a mapping's failure: an expression without a value, or a scope without room."""
    try:
        yield
    except Held as held:
        raise held.inside(where, IncidentType.IO_MAPPING_ERROR) from held
    except scopes.DocumentTooLarge as failure:
        raise Held(
            IncidentType.IO_MAPPING_ERROR, str(failure), where=where, remedy=SET_VARIABLES
        ) from failure


def _with_member(budget: CommandBudget, present: bytes | None, path: tuple[str, ...], value: bytes) -> bytes:
    made = _nested(present, path, value)
    budget.pay_for(len(made))
    return made


def _nested(present: bytes | None, path: tuple[str, ...], value: bytes) -> bytes:
    members = scopes.from_object(present) if present is not None and present.lstrip()[:1] == b"{" else {}
    name, rest = path[0], path[1:]
    members[name] = _nested(members.get(name), rest, value) if rest else value
    return scopes.to_object(members)
