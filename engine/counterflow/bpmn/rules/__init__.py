"""Reasons to refuse a model, or to remark on it: one file each, all of them asked of every model.

A rule is a function `check(outline)` that yields findings; it names its rule in `RULE`, gives the reason and
the clause of the standard in its docstring, and says in every message what was expected, what was found,
where, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.rules import (
    boolean_attribute,
    boundary_event,
    called_decision,
    called_process,
    compensation_boundary,
    compensation_extensions,
    compensation_handler,
    compensation_throw,
    conditional_flow,
    correlation_key,
    dangling_reference,
    duplicate_id,
    error_catch,
    error_end_event,
    event_based_gateway,
    event_sub_process,
    exclusive_gateway,
    executable_process,
    extension_namespace,
    extension_place,
    flow_ends,
    idle_catch,
    idle_compensation,
    interrupting_error,
    job_type,
    legacy_syntax,
    lost_undo,
    message_catch,
    message_name,
    process_start,
    retries,
    scope_border,
    start_event,
    timer_cycle,
    timer_length,
    unreachable,
    unsupported_element,
)
from counterflow.documents.findings import Finding

Rule = Callable[[Outline], Iterator[Finding]]

RULES: Sequence[Rule] = (
    executable_process.check,
    unsupported_element.check,
    boolean_attribute.check,
    duplicate_id.check,
    dangling_reference.check,
    start_event.check,
    process_start.check,
    event_sub_process.check,
    flow_ends.check,
    scope_border.check,
    boundary_event.check,
    interrupting_error.check,
    error_catch.check,
    error_end_event.check,
    message_name.check,
    correlation_key.check,
    message_catch.check,
    timer_cycle.check,
    timer_length.check,
    job_type.check,
    retries.check,
    called_process.check,
    called_decision.check,
    legacy_syntax.check,
    extension_namespace.check,
    extension_place.check,
    exclusive_gateway.check,
    event_based_gateway.check,
    conditional_flow.check,
    compensation_boundary.check,
    compensation_handler.check,
    compensation_throw.check,
    compensation_extensions.check,
    idle_compensation.check,
    idle_catch.check,
    lost_undo.check,
    unreachable.check,
)
