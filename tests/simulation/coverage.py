"""What has occurred over a run: elements by position, commands, faults.

What never occurs is not tested, whatever the name says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from counterflow import kernel
from counterflow.bpmn.ad_hoc import INNER
from counterflow.bpmn.elements import ELEMENTS, ESCALATION, MULTIPLE, NONE, PARALLEL_MULTIPLE, Category
from counterflow.bpmn.events.kinds import KINDS
from counterflow.kernel.rows import ProcessInstance
from counterflow.model.events import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    TimerKind,
)
from counterflow.model.graph import Behaviour, CalledDecision, JobDefinition, Node, Process
from tests.simulation.faults import FAULTS

Tally = Counter[tuple[str, str, str]]
"""How often: ("fault", name, ""), ("command", name, ""), ("element", kind, position)."""

POSITIONS = (
    "process",
    "sub-process",
    "activation",
    "event",
    "handler",
    "called",
    "parallel",
    "sequential",
    "loop",
    "camunda",
)
"""Directly in a process, in a sub-process, in an activation of an ad-hoc one, in an event sub-process; as a
handler; in a called process; many times, all at once or one after another; in a standard loop; in a
`camunda:` model. Several may hold at once.
"""

NOT_PLAYED: Mapping[str, str] = {
    "ActivateJobs": "given by the writer for the workers, never by a client of this world",
    "TriggerDue": "given by the writer when something is due",
    "GoOn": "given by the writer between the pages of what is too large for one step",
    "LockJob": "given by workers of Camunda 7 over /engine-rest alone; tests/edge/http/test_engine_rest.py gives some",
    "UnlockJob": "as LockJob",
    "HoldJob": "given by the edge for a job that no message can carry; tests/edge/test_undeliverable_jobs.py makes some",
    "SetStartAside": "given by the writer when an instance that a timer begins meets a fault of the kernel; tests/partition/test_due.py makes one",
}
"""Elements and commands that need not occur, and why."""

_DEFINITIONS: Mapping[type, str] = {
    ErrorDefinition: "errorEventDefinition",
    EscalationDefinition: "escalationEventDefinition",
    LinkDefinition: "linkEventDefinition",
    CancelDefinition: "cancelEventDefinition",
    CompensateDefinition: "compensateEventDefinition",
    TerminateDefinition: "terminateEventDefinition",
    TimerDefinition: "timerEventDefinition",
    MessageDefinition: "messageEventDefinition",
    SignalDefinition: "signalEventDefinition",
    ConditionalDefinition: "conditionalEventDefinition",
}
_KINDS: Mapping[TimerKind, str] = {
    TimerKind.DATE: "date",
    TimerKind.DURATION: "duration",
    TimerKind.DATE_OR_DURATION: "date",
    TimerKind.CYCLE: "cycle",
    TimerKind.QUARTZ_CYCLE: "cycle",
}
_AROUND = {
    Behaviour.PROCESS: "process",
    Behaviour.SUB_PROCESS: "sub-process",
    Behaviour.AD_HOC_SUB_PROCESS: "sub-process",
    Behaviour.AD_HOC_INNER_INSTANCE: "activation",
}
_EVENT_TAGS = {tag for tag, row in ELEMENTS.items() if row.category is Category.EVENT}


def kind_of(node: Node) -> str:
    """What an element is, as the model's tables name it, and whether its event interrupts."""
    if node.behaviour is Behaviour.EVENT_SUB_PROCESS:
        return "subProcess triggered by an event"
    if isinstance(node.work, CalledDecision):
        return "businessRuleTask with a decision"
    if node.ad_hoc is not None and isinstance(node.work, JobDefinition):
        return "adHocSubProcess with a job"
    if node.ad_hoc is not None and node.ad_hoc.is_sequential:
        return "adHocSubProcess in turn"
    is_led_to = node.incoming or node.is_for_compensation or node.parent.endswith(INNER)
    if node.type in {"receiveTask", "eventBasedGateway"} and not is_led_to:
        kind = "begins" if not node.all_have_to_come else "begins and awaits all"
        return f"{node.type} that {kind}"
    if node.part_of is not None:
        return f"{node.type} {MULTIPLE}"
    if isinstance(node.event, MultipleDefinition):
        return f"{node.type} {PARALLEL_MULTIPLE if node.all_have_to_come else MULTIPLE}"
    definition = _DEFINITIONS.get(
        type(node.event), "messageEventDefinition" if isinstance(node.work, JobDefinition) else ""
    )
    if node.type not in _EVENT_TAGS or not definition:
        return node.type
    return f"{node.type} {definition}" + ("" if node.interrupting else ", not interrupting")


def positions_of(process: Process, node: Node, header: ProcessInstance, loop_counter: int) -> Iterator[str]:
    """Where it stands: every position that holds."""
    around = process.nodes[node.parent].behaviour if node.parent else Behaviour.PROCESS
    yield _AROUND.get(around, "event")
    if node.is_for_compensation:
        yield "handler"
    if header.parent_instance_key:
        yield "called"
    if node.multi_instance is not None and loop_counter > 0:
        yield "sequential" if node.multi_instance.is_sequential else "parallel"
    if node.standard_loop is not None and loop_counter > 0:
        yield "loop"
    if process.dialect == "camunda":
        yield "camunda"


def note_element(
    tally: Tally, process: Process, node: Node, header: ProcessInstance, loop_counter: int
) -> None:
    """An element was at work."""
    for position in positions_of(process, node, header, loop_counter):
        tally["element", kind_of(node), position] += 1
    if isinstance(node.event, TimerDefinition):
        tally["fault", f"timer with a {_KINDS[node.event.kind]}", ""] += 1


def expected() -> dict[str, list[str]]:
    """By group, what must occur in a long run."""
    plain = [
        tag
        for tag, row in ELEMENTS.items()
        if row.behaviour is not None and row.category is not Category.EVENT
    ]
    events = {
        tag if kind.definition == NONE else f"{tag} {kind.definition}": kind
        for kind in KINDS.values()
        for tag in kind.rooms
    }
    waiting = [
        name
        for name, kind in events.items()
        if (kind.is_waited_for or kind.definition == ESCALATION)
        and ELEMENTS[name.partition(" ")[0]].interrupting
    ]
    others = [
        "subProcess triggered by an event",
        "businessRuleTask with a decision",
        "adHocSubProcess with a job",
        "adHocSubProcess in turn",
        "receiveTask that begins",
        "eventBasedGateway that begins",
        "eventBasedGateway that begins and awaits all",
        *(f"{name}, not interrupting" for name in waiting),
    ]
    timers = [f"timer with a {kind}" for kind in dict.fromkeys(_KINDS.values())]
    wanted = {
        "element": [*plain, *events, *others],
        "command": sorted(command.__name__ for command in kernel.COMMANDS),
        "fault": [*FAULTS, *timers],
    }
    return {group: [name for name in names if name not in NOT_PLAYED] for group, names in wanted.items()}


def never(tally: Tally) -> list[str]:
    """What should have occurred and has not; a position counts when anything has stood there."""
    seen: Counter[tuple[str, str]] = Counter()
    positions: Counter[str] = Counter()
    for (group, name, position), count in tally.items():
        seen[group, name] += count
        positions[position] += count
    missing = [
        f"{group}: {name}" for group, names in expected().items() for name in names if not seen[group, name]
    ]
    return missing + [f"position: {position}" for position in POSITIONS if not positions[position]]


def table(tally: Tally) -> Iterator[str]:
    """The coverage in lines: elements by position, then commands and faults."""
    kinds = sorted({name for group, name, _ in tally if group == "element"} | set(expected()["element"]))
    width = max(map(len, kinds))
    yield " ".join(["element".ljust(width), *(position.rjust(11) for position in POSITIONS)])
    for kind in kinds:
        cells = [tally["element", kind, position] for position in POSITIONS]
        yield " ".join([kind.ljust(width), *(f"{cell or '·':>11}" for cell in cells)])
    for group in ("command", "fault"):
        names = sorted({name for found, name, _ in tally if found == group} | set(expected()[group]))
        yield ""
        yield from (f"{name.ljust(width)} {tally[group, name, '']:>11}" for name in names)
