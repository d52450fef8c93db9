"""The kernel's door, and the log it writes: its format is for ever, so it is written down here and
compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow import kernel
from counterflow.kernel import EVENTS, OF_INSTANCE, OF_PARTITION, KernelFault, events_of
from counterflow.kernel.course.asking import JobCreated
from counterflow.kernel.course.moves import ElementActivated, ElementActivating
from counterflow.kernel.elements import parallel_gateway
from counterflow.kernel.elements.registry import ROOMS
from counterflow.kernel.event_tags import SINCE, TAGS
from counterflow.kernel.lives.deployments import DeploymentCreated, ProcessDefined, ResourceStored
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.jobs import CompleteJob
from counterflow.kernel.lives.migration_pieces import FlowMove
from counterflow.kernel.lives.user_tasks import Corrections, UserTaskChange
from counterflow.kernel.rows import Partition
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.vocabulary import (
    BrokenInvariant,
    Event,
    InstanceEvent,
    LogEntry,
    PartitionEvent,
    Rejection,
)
from counterflow.kernel.work.pages import ToDo
from counterflow.kernel.work.step import Token
from counterflow.model.graph import Behaviour, Transition
from tests.kernel.bench import ONE_TASK, Bench, snapshot

LOG_FORMAT = {
    1: (
        "ProcessInstanceCreated",
        (
            "key definition_key bpmn_process_id version parent_element_key parent_instance_key call_depth start_at tags "
            "business_id ends_after"
        ),
    ),
    5: ("DeploymentCreated", "key"),
    6: ("ResourceStored", "key name checksum content"),
    7: (
        "ProcessDefined",
        "key bpmn_process_id version version_tag resource_key resource_name checksum deployment_key",
    ),
    8: (
        "RequirementsDefined",
        "key requirements_id name version resource_key resource_name checksum imported_keys deployment_key",
    ),
    9: ("DecisionDefined", "key decision_id name version version_tag requirements_key deployment_key"),
    10: (
        "ElementActivating",
        "key scope_key element_id undo_key compensated_scope_key triggered loop_counter",
    ),
    11: ("ElementActivated", "key"),
    12: ("ElementCompleting", "key"),
    13: ("ElementCompleted", "key"),
    14: ("ElementTerminating", "key"),
    15: ("ElementTerminated", "key"),
    16: ("FlowTaken", "scope_key flow_id"),
    17: ("TokensSweptAway", "scope_key"),
    18: ("ScopeInterrupted", "key"),
    20: ("VariablesSet", "scope_key values"),
    21: ("VariableDocumentUpdated", "key scope_key"),
    22: ("VariablesRemoved", "scope_key names"),
    23: ("ResultsHeld", "element_instance_key values"),
    24: ("ResultsReleased", "element_instance_key names"),
    30: ("JobCreated", "key element_instance_key type retries headers listener_event_type listener"),
    31: ("JobActivated", "key worker deadline_ms"),
    32: ("JobCompleted", "key result"),
    33: ("JobFailed", "key retries due_ms message"),
    34: ("JobErrorThrown", "key error_code message caught"),
    35: ("JobReturned", "key why"),
    36: ("JobRetriesUpdated", "key retries"),
    37: ("JobDeadlineUpdated", "key deadline_ms"),
    38: ("JobCanceled", "key"),
    39: ("ListenersPassed", "element_instance_key event_type count"),
    40: ("IncidentRaised", "key element_instance_key job_key error_type message phase"),
    41: ("IncidentResolved", "key"),
    42: ("IncidentDropped", "key"),
    50: (
        "UndoRecorded",
        "key scope_key element_id element_instance_key handler activated_position variables result",
    ),
    51: ("UndoTaken", "throw_key keys"),
    52: ("UndoStarted", "undo_key handler_key"),
    53: ("UndoCompleted", "undo_key"),
    54: ("UndoReleased", "throw_key"),
    55: ("UndoDropped", "scope_key keys containers"),
    56: ("UndoTakenBack", "keys"),
    60: ("ErrorCaught", "at_key catch_id error_code message"),
    61: ("EscalationThrown", "key escalation_code caught_by catching_instance_key"),
    62: ("EscalationCaught", "at_key catch_id escalation_code"),
    65: ("TransactionCanceled", "at_key catch_id"),
    70: ("TokenArrived", "scope_key gateway_id flow_id"),
    71: ("FlowsJoined", "scope_key gateway_id flow_ids"),
    72: ("GatewayActivated", "scope_key gateway_id flow_ids"),
    73: ("GatewayReset", "scope_key gateway_id flow_ids"),
    57: ("UndoPartReleased", "throw_key keys"),
    80: ("InstanceQuarantined", "reason"),
    81: ("InstanceReleased", ""),
    82: ("InstanceAbandoned", ""),
    83: ("RowsAbandoned", "table places"),
    90: ("TimerScheduled", "key element_instance_key catch_id due_ms repetitions interval undertaking_key"),
    91: ("TimerTriggered", "key"),
    92: ("TimerCanceled", "key"),
    100: ("MessagePublished", "key name correlation_key message_id expires_at_ms variables"),
    101: ("MessageCorrelated", "message_key bpmn_process_id receiver_key message_name"),
    102: ("MessageExpired", "message_key"),
    103: ("SubscriptionOpened", "key element_instance_key catch_id message_name correlation_key by_instance"),
    104: ("SubscriptionClosed", "key"),
    105: ("StartLocked", "bpmn_process_id correlation_key process_instance_key"),
    106: ("StartUnlocked", "bpmn_process_id correlation_key"),
    107: ("ElementTriggered", "element_instance_key receiver_key"),
    110: ("LoopStarted", "element_instance_key total items"),
    111: ("LoopOutputGathered", "element_instance_key loop_counter value"),
    112: ("LoopAdvanced", "element_instance_key"),
    113: ("LoopEnded", "element_instance_key"),
    120: ("StartTimerOpened", "key definition_key element_id due_ms repetitions interval"),
    121: ("StartTimerClosed", "key"),
    122: ("MessageStartOpened", "key definition_key bpmn_process_id element_id message_name"),
    123: ("MessageStartClosed", "key"),
    130: ("ProcessCalled", "element_instance_key called_instance_key"),
    150: ("DecisionsBound", "deployment_key decisions"),
    151: (
        "DecisionEvaluated",
        "key element_instance_key decision_key decision_id version output evaluated failed_decision_id failure result",
    ),
    160: ("SignalBroadcast", "key name variables thrower_instance_key thrower_key"),
    161: ("SignalReceived", "signal_key receiver_key signal_name"),
    162: ("SignalSubscriptionOpened", "key element_instance_key catch_id signal_name"),
    163: ("SignalSubscriptionClosed", "key"),
    164: ("SignalStartOpened", "key definition_key element_id signal_name"),
    165: ("SignalStartClosed", "key"),
    166: ("SignalThrown", "key element_instance_key signal_name"),
    170: ("ConditionalSubscriptionOpened", "key element_instance_key catch_id condition variable_names"),
    171: ("ConditionalSubscriptionClosed", "key"),
    172: ("ConditionalTriggered", "key catch_id"),
    173: ("ConditionalFailed", "key catch_id reason"),
    174: ("ConditionalStartOpened", "key definition_key element_id"),
    175: ("ConditionalStartClosed", "key"),
    180: ("WorkPutOff", "key budget errands process_instance_key carried"),
    181: ("PageEnded", "undertaking_key budget done errands carried"),
    182: ("WorkEnded", "undertaking_key"),
    183: ("SweepBegun", "element_instance_key through_key spared_key"),
    184: ("SweepEnded", "element_instance_key"),
    185: ("LoopStopped", "element_instance_key"),
    186: ("LoopOutputsLetGo", "element_instance_key first last"),
    187: ("BudgetKept", "undertaking_key budget"),
    240: ("ProcessInstanceModified", "terminated joins activated"),
    241: ("JoinEmptied", "scope_key gateway_id"),
    260: (
        "UserTaskCreated",
        "key element_instance_key candidate_groups candidate_users due_date follow_up_date priority form_key",
    ),
    261: ("UserTaskAssigned", "key assignee by action"),
    262: (
        "UserTaskUpdated",
        "key candidate_groups candidate_users due_date follow_up_date priority by action",
    ),
    263: ("UserTaskCompleted", "key by action result"),
    264: ("UserTaskErrorThrown", "key error_code message by"),
    265: ("UserTaskCanceled", "key"),
    266: (
        "FormDefined",
        "key form_id version version_tag resource_key resource_name checksum deployment_key",
    ),
    267: ("FormsBound", "deployment_key forms"),
    300: ("UserTaskTransitionBegun", "key change"),
    301: ("UserTaskCorrected", "key corrections"),
    302: ("UserTaskListenersPassed", "key count"),
    303: ("UserTaskTransitionEnded", "key corrections"),
    304: ("UserTaskTransitionDenied", "key reason"),
    305: ("WorkKept", "key swept_key what at_key"),
    306: ("WorkLetGo", "key"),
    190: ("AdHocFulfilled", "element_instance_key"),
    230: ("ProcessDeleted", "key"),
    231: ("RequirementsDeleted", "key"),
    200: ("ProcessInstanceMigrated", "definition_key bpmn_process_id version start_at"),
    201: ("ElementMigrated", "key target_element_id headers"),
    202: ("WaitMigrated", "key element_instance_key catch_id condition variable_names"),
    203: ("TokensMigrated", "scope_key moves"),
    204: ("UndoRecordMigrated", "key target_element_id handler"),
    210: ("InstanceSuspended", ""),
    211: ("InstanceResumed", ""),
    212: ("DefinitionSuspended", "definition_key"),
    213: ("DefinitionResumed", "definition_key"),
    214: ("JobTypeSuspended", "type"),
    215: ("JobTypeResumed", "type"),
    195: ("PartArrived", "key element_instance_key catch_id variables"),
    196: ("PartForgotten", "key"),
}
"""Tag, event and fields in order.

Logs written with these are read for ever: lines may be added, and fields with a default at the end of a line;
none is changed, taken away or moved.
"""

EVENTS_BY_TAG = sorted(EVENTS, key=lambda event: str(event.__struct_config__.tag))
KEYS = st.integers(0, 2**63 - 1)
JSON = st.sampled_from([b"null", b'{"a":[1,2]}', b'"\xc3\xa9"', b"1e400"])
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**63 - 1),
    str: st.text(),
    bool: st.booleans(),
    bytes: st.binary(),
    bytes | None: st.none() | JSON,
    int | None: st.none() | st.integers(0, 2**63 - 1),
    tuple[tuple[int | str, ...], ...]: st.lists(st.lists(KEYS | st.text()).map(tuple)).map(tuple),
    str | None: st.none() | st.text(),
    dict[str, int]: st.dictionaries(st.text(), st.integers(0, 2**63 - 1)),
    dict[str, bytes]: st.dictionaries(st.text(), JSON),
    tuple[int, ...]: st.lists(st.integers(0, 2**63 - 1)).map(tuple),
    tuple[str, ...]: st.lists(st.text()).map(tuple),
    tuple[str, ...] | None: st.none() | st.lists(st.text()).map(tuple),
    tuple[ToDo, ...]: st.lists(
        st.builds(ToDo, st.integers(-(2**63), 2**63 - 1), st.text(), KEYS, KEYS, st.text(), KEYS, st.binary())
    ).map(tuple),
    dict[int, bytes]: st.dictionaries(KEYS, JSON),
    Corrections: st.builds(
        Corrections, assignee=st.none() | st.text(), priority=st.none() | st.integers(0, 100)
    ),
    UserTaskChange: st.builds(
        UserTaskChange,
        transition=st.sampled_from(Transition),
        candidate_groups=st.none() | st.lists(st.text()).map(tuple),
        variables=st.dictionaries(st.text(), JSON),
    ),
    tuple[FlowMove, ...]: st.lists(st.builds(FlowMove, st.text(), st.text(), st.text())).map(tuple),
}


GIVING_A_KEY = (DeploymentCreated, ResourceStored, ProcessDefined, ElementActivating, JobCreated)


def entry_of(*events: Event) -> LogEntry:
    return LogEntry(1, 7, 0, "Test", len(events), msgspec.msgpack.encode(list(events)))


def test_no_tag_is_given_twice() -> None:
    tags = [tag for came in SINCE.values() for tag in came.values()]
    assert len(set(tags)) == len(tags) == len(TAGS)


def test_every_event_has_its_tag_from_the_table() -> None:
    assert {event.__name__: event.__struct_config__.tag for event in EVENTS} == TAGS
    assert {event.__struct_config__.tag for event in (Event, InstanceEvent, PartitionEvent)} == {0}


def test_every_event_of_the_kernel_is_applied() -> None:
    assert set(OF_INSTANCE) == set(InstanceEvent.__subclasses__())
    assert set(OF_PARTITION) == set(PartitionEvent.__subclasses__())
    assert set(Event.__subclasses__()) == {InstanceEvent, PartitionEvent}


@pytest.mark.parametrize("tag", LOG_FORMAT)
def test_the_log_format_stays_as_it_is(tag: int) -> None:
    by_tag = {event.__struct_config__.tag: event for event in EVENTS}
    name, fields = LOG_FORMAT[tag]
    assert by_tag[tag].__name__ == name
    assert " ".join(by_tag[tag].__struct_fields__).startswith(fields)


def test_every_event_is_written_down() -> None:
    assert {event.__struct_config__.tag for event in EVENTS} == set(LOG_FORMAT)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@given(data=st.data())
def test_events_come_back_from_the_log_as_they_were(event: type[Event], data: st.DataObject) -> None:
    fields = {field.name: VALUES[field.type] for field in msgspec.structs.fields(event)}
    written = data.draw(st.builds(event, **fields))
    assert events_of(entry_of(written, written)) == [written, written]


def test_an_event_is_its_tag_and_its_fields() -> None:
    assert msgspec.msgpack.decode(entry_of(ElementActivated(5)).events) == [[11, 5]]


@pytest.mark.parametrize("events", [b"", b"\xc1", b"\x91\x92\xcc\xff\x05", b"\x91\x92\x0b\xa1x"])
def test_an_unreadable_log_is_told_with_its_position(events: bytes) -> None:
    with pytest.raises(BrokenInvariant, match="position 41"):
        events_of(LogEntry(41, 7, 0, "Test", 1, events))


def test_a_command_is_one_entry_per_run_of_events_of_an_instance() -> None:
    bench = Bench(ONE_TASK)
    first, second = bench.create(), bench.create()
    seen = len(bench.log)
    bench.activate("pack")
    assert [(entry.process_instance_key, entry.event_count) for entry in bench.log[seen:]] == [
        (first.key, 1),
        (second.key, 1),
    ]
    assert bench.log[0].process_instance_key == 0


def test_positions_are_without_a_gap_and_keys_only_grow() -> None:
    bench = Bench(ONE_TASK)
    for _ in range(3):
        bench.create()
    bench.complete("pack")
    bench.activate("pack")
    expected = 1
    for entry in bench.log:
        assert entry.position == expected
        expected += entry.event_count
    assert bench.state.last_position == expected - 1
    given_out = [event.key for event in bench.events() if isinstance(event, GIVING_A_KEY)]
    assert given_out == sorted(set(given_out))
    assert given_out[-1] == bench.state.last_key


def test_a_refused_command_uses_up_no_key() -> None:
    bench = Bench(ONE_TASK)
    before = snapshot(bench.state)
    with pytest.raises(Rejection):
        bench.create("nobody")
    assert snapshot(bench.state) == before


def break_room(monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, element_id: str = "") -> None:
    """Let a room fail as it never should, for one element or for all."""
    whole = ROOMS[behaviour]

    def beginning(token: Token) -> None:
        if element_id in {"", token.node.id}:
            raise ZeroDivisionError("a fault of ours")
        whole.beginning(token)

    rooms = {**ROOMS, behaviour: replace(whole, beginning=beginning)}
    monkeypatch.setattr(kernel, "HOUSE", kernel.HOUSE._replace(rooms=rooms))


def test_a_fault_takes_the_command_back_and_names_the_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    before, job = snapshot(bench.state), bench.job("pack")
    break_room(monkeypatch, Behaviour.END_EVENT)
    with pytest.raises(
        KernelFault,
        match=f"CompleteJob on process instance {instance.key}: ZeroDivisionError: a fault of ours",
    ) as raised:
        bench.do(CompleteJob(job_key=job.key, variables={"a": b"1"}))
    assert raised.value.process_instance_key == instance.key
    assert snapshot(bench.state) == before


def test_what_is_told_of_a_fault_has_an_end_and_no_addresses() -> None:
    fault = KernelFault("CompleteJob", 7, ValueError(f"{object()!r} {'a' * 10_000}"))
    assert "0x" not in str(fault)
    assert str(fault).startswith("CompleteJob on process instance 7: ValueError: <object object> aaa")
    assert len(str(fault)) < 2_100


def test_what_no_log_can_hold_is_taken_back() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    before, job = snapshot(bench.state), bench.job("pack")
    with pytest.raises(KernelFault, match="UnicodeEncodeError") as raised:
        bench.do(CompleteJob(job_key=job.key, variables={"\ud800": b"1"}))
    assert raised.value.process_instance_key == instance.key
    assert snapshot(bench.state) == before


def test_a_fault_in_a_new_instance_leaves_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(ONE_TASK)
    before = snapshot(bench.state)
    break_room(monkeypatch, Behaviour.START_EVENT)
    with pytest.raises(KernelFault):
        bench.do(CreateProcessInstance(bpmn_process_id="process", variables={}))
    assert snapshot(bench.state) == before


def test_replay_goes_on_from_a_state_in_the_middle() -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    half = len(bench.log)
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, bench.log)
    bench.complete("pack", weight=5)
    kernel.replay(replayed, bench.log[half:])
    assert snapshot(replayed) == snapshot(bench.state)


def test_replay_keeps_the_time_of_each_entry() -> None:
    bench = Bench(ONE_TASK)
    instance = bench.create()
    bench.now_ms += 5_000
    bench.complete("pack")
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, bench.log)
    header = replayed.instances[instance.key].header
    assert header is not None
    assert (header.started_at_ms, header.ended_at_ms) == (bench.now_ms - 5_000, bench.now_ms)


def test_every_behaviour_has_a_room() -> None:
    assert set(ROOMS) == set(Behaviour)
    assert ROOMS[Behaviour.PARALLEL_GATEWAY] is parallel_gateway.ROOM
