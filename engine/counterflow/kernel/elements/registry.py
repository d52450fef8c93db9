"""Every room, by the behaviour that a node of the graph names. A new element is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.elements import (
    ad_hoc_inner_instance,
    ad_hoc_sub_process,
    boundary_event,
    call_activity,
    catch_event,
    complex_gateway,
    event_based_gateway,
    event_sub_process,
    exclusive_gateway,
    inclusive_gateway,
    job_task,
    multi_instance,
    parallel_gateway,
    pass_through,
    process,
    rule_task,
    script_task,
    standard_loop,
    start_event,
    sub_process,
    throw_event,
    user_task,
)
from counterflow.kernel.work.step import Room
from counterflow.model.graph import Behaviour

ROOMS: Mapping[Behaviour, Room] = {
    Behaviour.PROCESS: process.ROOM,
    Behaviour.SUB_PROCESS: sub_process.ROOM,
    Behaviour.EVENT_SUB_PROCESS: event_sub_process.ROOM,
    Behaviour.AD_HOC_SUB_PROCESS: ad_hoc_sub_process.ROOM,
    Behaviour.AD_HOC_INNER_INSTANCE: ad_hoc_inner_instance.ROOM,
    Behaviour.START_EVENT: start_event.ROOM,
    Behaviour.END_EVENT: throw_event.ROOM,
    Behaviour.THROW_EVENT: throw_event.ROOM,
    Behaviour.BOUNDARY_EVENT: boundary_event.ROOM,
    Behaviour.CATCH_EVENT: catch_event.ROOM,
    Behaviour.EVENT_BASED_GATEWAY: event_based_gateway.ROOM,
    Behaviour.CALL_ACTIVITY: call_activity.ROOM,
    Behaviour.MULTI_INSTANCE: multi_instance.ROOM,
    Behaviour.STANDARD_LOOP: standard_loop.ROOM,
    Behaviour.EXCLUSIVE_GATEWAY: exclusive_gateway.ROOM,
    Behaviour.INCLUSIVE_GATEWAY: inclusive_gateway.ROOM,
    Behaviour.COMPLEX_GATEWAY: complex_gateway.ROOM,
    Behaviour.PARALLEL_GATEWAY: parallel_gateway.ROOM,
    Behaviour.JOB_TASK: job_task.ROOM,
    Behaviour.USER_TASK: user_task.ROOM,
    Behaviour.SCRIPT_TASK: script_task.ROOM,
    Behaviour.RULE_TASK: rule_task.ROOM,
    Behaviour.PASS_THROUGH: pass_through.ROOM,
}
