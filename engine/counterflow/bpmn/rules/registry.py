"""Every rule that is asked of a model: those about any of them, and those that the kinds of event bring."""

from __future__ import annotations

from collections.abc import Sequence

from counterflow.bpmn.events.kinds import KINDS
from counterflow.bpmn.events.reader import Rule
from counterflow.bpmn.rules import (
    ad_hoc_sub_process,
    boolean_attribute,
    boundary_event,
    called_decision,
    called_process,
    conditional_flow,
    dangling_reference,
    duplicate_id,
    event_based_gateway,
    event_sub_process,
    exclusive_gateway,
    executable_process,
    extension_namespace,
    extension_place,
    flow_ends,
    idle_catch,
    instantiate,
    job_type,
    join_reach,
    legacy_syntax,
    process_start,
    retries,
    rival_joins,
    scope_border,
    start_event,
    unreachable,
    unsupported_element,
)

RULES: Sequence[Rule] = (
    executable_process.check,
    unsupported_element.check,
    boolean_attribute.check,
    duplicate_id.check,
    dangling_reference.check,
    start_event.check,
    process_start.check,
    instantiate.check,
    event_sub_process.check,
    ad_hoc_sub_process.check,
    flow_ends.check,
    scope_border.check,
    boundary_event.check,
    job_type.check,
    retries.check,
    called_process.check,
    called_decision.check,
    legacy_syntax.check,
    extension_namespace.check,
    extension_place.check,
    exclusive_gateway.check,
    join_reach.check,
    rival_joins.check,
    event_based_gateway.check,
    conditional_flow.check,
    idle_catch.check,
    unreachable.check,
    *dict.fromkeys(check for kind in KINDS.values() for check in kind.rules),
)
