"""Whatever is missing, doubled or misplaced in a model: reading it ends with processes or with refusals,
never with a fault of ours.
"""

import random
from copy import deepcopy

import pytest
from lxml import etree

from counterflow.bpmn.xml import parse
from counterflow.model.events import MessageDefinition, TimerDefinition
from counterflow.model.graph import Node, Process
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    event_sub_process,
    extensions,
    flow,
    gateway,
    handler,
    model,
    only_process,
    path,
    reading,
    receive,
    service,
    start,
    sub_process,
    throw,
    timer,
    undo,
)

CAUGHT = (
    boundary("caught", "trip", catch_error("A")),
    end("failed", catch_error("B")),
    path("caught", "failed"),
)
TRIP = (
    start("in"),
    service("hotel"),
    undo("hotel", by="cancel"),
    handler("cancel"),
    end("out"),
    path("in", "hotel", "out"),
)
MAPPING = element(
    "zeebe:ioMapping",
    element("zeebe:input", source="= a", target="b"),
    element("zeebe:output", source="= c", target="d"),
)
ZEEBE = model(
    start(),
    service("a", MAPPING, element("zeebe:taskHeaders", element("zeebe:header", key="k", value="v"))),
    gateway("choice", default="choice_trip"),
    sub_process("trip", *TRIP),
    throw("undone", compensate(activityRef="trip")),
    end("stop", element("terminateEventDefinition")),
    path("start", "a", "choice"),
    flow("choice", "trip"),
    flow("choice", "stop", "= x > 1"),
    path("trip", "undone", "stop"),
    event_sub_process(
        "esp",
        start("esp_in", catch_error("A")),
        throw("esp_throw", compensate()),
        path("esp_in", "esp_throw"),
    ),
)
EACH = element(
    "multiInstanceLoopCharacteristics",
    extensions(
        element(
            "zeebe:loopCharacteristics",
            inputCollection="= a",
            inputElement="b",
            outputCollection="c",
            outputElement="= d",
        )
    ),
    element("completionCondition", "= e"),
)
CALL = extensions(element("zeebe:calledElement", processId="other"), MAPPING)
WAITING = model(
    start("ordered", catch_message("order")),
    start("daily", timer("timeCycle", "R/P1D")),
    element("callActivity", CALL, EACH, id="call"),
    boundary("late", "call", timer("timeCycle", "R3/PT1M"), cancelActivity="false"),
    receive("asked", "payment"),
    boundary("told", "asked", catch_message("order")),
    gateway("first", kind="eventBased"),
    catch("timeout", timer()),
    catch("paid", catch_message("payment")),
    end("stop", extensions(element("zeebe:taskDefinition", type="tell")), catch_message("order")),
    path("ordered", "call", "asked", "first", "timeout", "stop"),
    path("daily", "call"),
    path("late", "stop"),
    path("told", "stop"),
    path("first", "paid", "stop"),
    event_sub_process(
        "esp",
        start("esp_in", catch_message("order"), isInterrupting="false"),
        end("esp_end"),
        path("esp_in", "esp_end"),
    ),
)
EXTERNAL = {"camunda__type": "external", "camunda__topic": "work"}
PARAMETERS = element(
    "camunda:inputOutput",
    element("camunda:inputParameter", element("camunda:list", element("camunda:value", "1")), name="x"),
    element("camunda:outputParameter", "${y}", name="z"),
)
CAMUNDA = model(
    start(),
    element(
        "serviceTask",
        extensions(PARAMETERS, element("camunda:failedJobRetryTimeCycle", "R3/PT1S")),
        id="trip",
        **EXTERNAL,
    ),
    *CAUGHT,
    element("userTask", id="ask", camunda__assignee="${who}"),
    element(
        "scriptTask",
        element("script", "${a}"),
        id="compute",
        scriptFormat="juel",
        camunda__resultVariable="r",
    ),
    element(
        "callActivity",
        extensions(element("camunda:in", variables="all"), element("camunda:out", source="a", target="b")),
        element(
            "multiInstanceLoopCharacteristics",
            element("completionCondition", "${c}"),
            camunda__collection="items",
        ),
        id="call",
        calledElement="other",
    ),
    catch("wait", catch_message("order", counterflow__correlationKey="${id}")),
    boundary("late", "call", timer("timeDuration", "${d}")),
    end("end", element("messageEventDefinition", **EXTERNAL)),
    path("start", "trip", "ask", "compute"),
    flow("compute", "call", "${r}"),
    path("call", "wait", "end"),
    path("late", "end"),
)


HOSTILE = (
    "",
    "True",
    "yes",
    "0",
    "-1",
    "9" * 5_000,
    "semantic:a",
    "unbound:a",
    ":",
    "a:",
    "=",
    "= a",
    "${",
    "${a}",
    "ü\u2028",
)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """One to three changes: attributes lost, replaced or taken from elsewhere, elements lost, doubled or
    moved.
    """
    root = parse(content, "model.bpmn")
    for _ in range(chance.randint(1, 3)):
        victim = chance.choice(list(root.iter())[1:])
        names = sorted(str(name) for name in victim.attrib)
        others = [value for other in root.iter() for value in other.attrib.values()]
        parent = victim.getparent()
        assert parent is not None
        match chance.randrange(6):
            case 0 if names:
                del victim.attrib[chance.choice(names)]
            case 1 if names:
                victim.set(chance.choice(names), chance.choice(HOSTILE))
            case 2 if names:
                victim.set(chance.choice(names), str(chance.choice(others)))
            case 3 if len(list(root.iter())) > 5:
                parent.remove(victim)
            case 4:
                parent.append(deepcopy(victim))
            case _:
                places = [
                    place
                    for place in root.iter()
                    if place is not victim and victim not in place.iterancestors()
                ]
                chance.choice(places).append(victim)
    return etree.tostring(root)


@pytest.mark.parametrize("content", [ZEEBE, WAITING, CAMUNDA], ids=["zeebe", "waiting", "camunda"])
def test_the_models_to_be_spoiled_are_good(content: bytes) -> None:
    assert len(only_process(content).nodes) > 5


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("content", [ZEEBE, WAITING, CAMUNDA], ids=["zeebe", "waiting", "camunda"])
def test_a_spoiled_model_is_refused_or_whole(content: bytes, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        spoiled = mutated(content, chance)
        result = reading(spoiled)
        assert bool(result.errors) != bool(result.processes), spoiled
        assert all(finding.remedy for finding in result.errors), spoiled
        for process in result.processes:
            expect_whole(process)


def expect_whole(process: Process) -> None:
    """Every id that a node names is a node of the process, and what it waits for can be waited for."""
    for node in process.nodes.values():
        assert set(named_by(node)) <= set(process.nodes), node
        assert all(
            isinstance(process.nodes[event].event, TimerDefinition | MessageDefinition)
            for event in node.waits_for
        ), node


def named_by(node: Node) -> list[str]:
    ends = [end_id for flow in (*node.incoming, *node.outgoing) for end_id in (flow.source, flow.target)]
    undoing = [node.compensation.handler, node.compensation.boundary_event] if node.compensation else []
    single = [node.parent, node.attached_to, node.start_event, node.compensation_event_sub_process]
    waiting = [*node.waits_for, *node.event_starts]
    return [
        *ends,
        *undoing,
        *filter(None, single),
        *node.boundary_events,
        *node.children,
        *node.event_sub_processes,
        *waiting,
    ]
